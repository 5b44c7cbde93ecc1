"""A run of the loop inside ComfyUI: a bar that moves, a log as CSV, and the best so far when it is stopped."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..ground.whole_file import write_whole
from ..host.progress import Progress
from . import runs
from .loop import Task, train
from .outcome import Outcome
from .plan import Plan

log = logging.getLogger("dancheong")


def run(
    task: Task, plan: Plan, state: Path, keep: Callable[[int], str], look: Callable[[], np.ndarray] | None = None
) -> Outcome:
    """Learn by a plan, or go on with a run.

    A run that ends before its end, by an interrupt or an error, leaves its best so far, too.

    Args:
        state: the file of the run; its log lies beside it.
        keep: saves what is in the task's parameters, which learned for so many steps, and says where.
        look: a picture to show whenever the run measures itself, uint8 [H, W, 3].
    """
    progress = Progress(plan.steps)
    log_file = state.with_suffix(".csv")
    done = best_step = 0

    def on_step(outcome: Outcome) -> None:
        nonlocal done, best_step
        # A run that goes on has done many already.
        more, done, best_step = outcome.step - done, outcome.step, outcome.best_step
        is_measured = outcome.figures[-1]["step"] == outcome.step
        if is_measured:
            write_whole(log_file, runs.table(outcome).encode())
        progress.step(more, preview=look() if look and is_measured else None)

    try:
        return train(task, plan, state, on_step)
    except BaseException:
        if best_step:
            log.warning("The best so far, of step %d, is kept as %s.", best_step, keep(best_step))
        if state.is_file():
            log.warning("To go on with this run, give %s as resume.", state.stem)
        raise
