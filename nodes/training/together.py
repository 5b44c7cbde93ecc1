"""Processes that learn one thing together, as `accelerate launch` starts them: each takes its part of every step."""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch

from ..ground import UserError

PATIENCE = timedelta(days=1)
"""How long a process waits for the others: what one of them prepares for all may take hours."""


@dataclass(frozen=True)
class Peers:
    """Where a process stands among those that learn with it."""

    number: int = 0
    """The one with 0 prepares, tells and saves for all."""
    count: int = 1
    device: str = "cuda" if torch.cuda.is_available() else "cpu"

    def share(self, batches: int) -> range:
        """Which of a step's batches are this process's.

        >>> Peers(number=1, count=2).share(4)
        range(1, 4, 2)

        Raises:
            UserError: they cannot be shared out evenly.
        """
        if batches % self.count:
            raise UserError(
                f"{batches} batches a step cannot be shared out evenly among {self.count} processes: have as many "
                "gradients accumulated as there are processes, or a multiple of it."
            )
        return range(self.number, batches, self.count)

    def add_up(self, parts: Iterable[torch.Tensor]) -> None:
        """Put the sum over all processes in place of each tensor."""
        if self.count > 1:
            for part in parts:
                torch.distributed.all_reduce(part)

    def total(self, part: float) -> float:
        """The sum over all processes of a number."""
        if self.count == 1:
            return part
        from accelerate.utils import gather_object

        return sum(gather_object([part]))

    @contextmanager
    def one_before_the_others(self) -> Generator[None, None, None]:
        """The first process does it alone; the others do it after, and find what it made."""
        if self.count == 1:
            yield
        else:
            from accelerate import PartialState

            with PartialState().main_process_first():
                yield


ALONE = Peers()


@contextmanager
def peers() -> Generator[Peers, None, None]:
    """Those that this process was started with.

    Raises:
        UserError: several were started, and accelerate is not there.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    try:
        from accelerate import PartialState
    except ImportError as error:
        raise UserError("To learn on several processes, accelerate is needed: `pip install accelerate`.") from error
    state = PartialState(cpu=not torch.cuda.is_available(), timeout=PATIENCE)
    try:
        yield Peers(state.process_index, state.num_processes, str(state.device))
    finally:
        state.destroy_process_group()
