"""How far a command is: tqdm's bar on a terminal, elsewhere a line now and then."""

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from .language import told

SECONDS_BETWEEN = 30.0
"""Between two lines where nobody watches; what is done sooner says nothing."""


class Bar(tqdm):
    """Progress on stderr; a log gets whole lines, none of them for short work."""

    def __init__(self, total: int, unit: str, done: int = 0) -> None:
        """Show nothing done yet.

        Args:
            total: steps of the whole work.
            unit: what a step is called.
            done: steps that an earlier run has done.
        """
        seconds = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN
        super().__init__(
            total=total,
            initial=done,
            unit=f" {told(unit)}",
            file=sys.stderr,
            dynamic_ncols=True,
            miniters=1,
            mininterval=seconds,
            delay=0 if sys.stderr.isatty() else seconds,
        )

    def reach(self, done: int) -> None:
        """So many steps are done in all."""
        self.update(done - self.n)

    def reach_of(self, done: int, total: int, place: str) -> None:
        """The same where the whole work shows itself as it goes on."""
        self.total = total
        self.set_description_str(told(place), refresh=False)
        self.reach(done)

    def say(self, sentence: str) -> None:
        """A line above the bar."""
        self.write(told(sentence), file=sys.stderr)

    @staticmethod
    def status_printer(file: Any) -> Callable[[str], None]:
        """How tqdm writes its line: in place on a terminal, below the last one elsewhere."""
        if file.isatty():
            return tqdm.status_printer(file)
        return lambda line: print(line, file=file, flush=True)
