"""The language of the terminal, and what is said in it: the sources' English, translated as it is printed."""

import locale
import os
import sys
from typing import TextIO

from ..nodes.ground import catalogue
from ..nodes.ground.translation import translated

LANGUAGES = catalogue.languages()
"""The first is spoken where the terminal's own is not known."""


def spoken() -> str:
    """The language that the terminal asks for, by the variables that decide it everywhere else, or the system's."""
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None)
    begins = (asked or locale.getlocale()[0] or "")[:2].lower()  # Windows says Korean_Korea, and sets no variable
    return begins if begins in LANGUAGES else LANGUAGES[0]


def told(text: str) -> str:
    """A text of ours in that language."""
    return translated(text, spoken())


def tell(*lines: str, file: TextIO | None = None) -> None:
    """Print lines of ours in that language, at once."""
    for line in lines:
        print(told(line), file=file or sys.stdout, flush=True)


def warn(*lines: str) -> None:
    """The same beside the results, on stderr."""
    tell(*lines, file=sys.stderr)
