"""The loop: it owns steps, rate, clipping, running mean, the best so far, saving and going on; it knows no modality.

All randomness of a batch comes from a generator that is seeded by the plan's seed and the numbers of step and batch. So
a run that was stopped anywhere and goes on ends with the numbers of a run that was not, and several processes that
share out a step's batches learn what one would.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from ..ground import UserError
from . import state_file
from .outcome import Outcome
from .plan import Plan
from .together import ALONE, Peers

BETAS = (0.9, 0.999)


class Task(Protocol):
    """What is to be learned."""

    learned: dict[str, torch.nn.Parameter]
    """Name -> parameter: nothing else changes."""
    identity: str
    """What makes two runs the same job: data, models, settings; a saved run goes on only with its own."""

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        """The loss of one batch, a scalar; all that is random in it comes from `chance`."""
        ...

    def measure(self) -> dict[str, float]:
        """Figures on data that is held out of training; the best has the smallest `loss`."""
        ...


def train(
    task: Task,
    plan: Plan,
    keep: Path | None = None,
    on_step: Callable[[Outcome], None] = lambda outcome: None,
    peers: Peers = ALONE,
) -> Outcome:
    """Learn by a plan; the task's parameters end as they were at their best.

    An exception of `on_step`, such as an interrupt, ends the run; it stands in `keep`, and the best in the parameters.

    Args:
        keep: a file in which the run is saved, and from which it goes on where it is there; None for neither.
        on_step: called after every step.
        peers: processes that do the same with the same task and plan.

    Raises:
        UserError: a loss that is not finite; a saved run of another job; a file that cannot be written; batches that
            cannot be shared out.
    """
    with torch.inference_mode(False), torch.enable_grad():
        optimizer = torch.optim.AdamW(task.learned.values(), plan.learning_rate, BETAS, weight_decay=plan.weight_decay)
        mean = {name: value.detach().clone() for name, value in task.learned.items()} if plan.average else {}
        job = f"{task.identity} {plan}"
        share = peers.share(plan.accumulate)
        saved = keep is not None and keep.exists()
        outcome = state_file.load(keep, job, task.learned, mean, optimizer) if keep and saved else Outcome()
        if not saved:
            _measure(task, mean, outcome)
        try:
            while outcome.step < plan.steps:
                _step(task, plan, optimizer, mean, outcome, peers, share)
                if outcome.step % plan.measure_every == 0 or outcome.step == plan.steps:
                    _measure(task, mean, outcome)
                on_step(outcome)
                if keep and peers.number == 0 and outcome.step % plan.save_every == 0:
                    state_file.save(keep, job, outcome, task.learned, mean, optimizer)
        finally:
            try:
                if keep and peers.number == 0:
                    state_file.save(keep, job, outcome, task.learned, mean, optimizer)
            finally:
                with torch.no_grad():
                    for name, value in outcome.best.items():
                        task.learned[name].copy_(value)
    return outcome


def _step(
    task: Task,
    plan: Plan,
    optimizer: torch.optim.Optimizer,
    mean: dict[str, torch.Tensor],
    outcome: Outcome,
    peers: Peers,
    share: range,
) -> None:
    step = outcome.step + 1
    optimizer.zero_grad()
    loss = 0.0
    for batch in share:
        part = task.loss(torch.Generator().manual_seed(_seed(plan.seed, step, batch))) / plan.accumulate
        part.backward()
        loss += part.item()
    loss = peers.total(loss)
    peers.add_up(value.grad for value in task.learned.values() if value.grad is not None)
    norm = torch.nn.utils.clip_grad_norm_(list(task.learned.values()), plan.clip)
    if not (math.isfinite(loss) and math.isfinite(norm.item())):
        raise UserError(
            f"The loss at step {step} was not a number any more: lower the learning rate. "
            f"The best so far, of step {outcome.best_step}, is kept."
        )
    for group in optimizer.param_groups:
        group["lr"] = plan.rate(step)
    optimizer.step()
    with torch.no_grad():
        for name, value in mean.items():
            value.lerp_(task.learned[name], 1 - plan.decay(step))
    outcome.step = step
    outcome.losses.append(loss)


def _seed(seed: int, step: int, batch: int) -> int:
    """A number for a batch of a step of a run; torch looks at no more than 32 bits of it."""
    return int(np.random.SeedSequence((seed, step, batch)).generate_state(1)[0])


def _measure(task: Task, mean: dict[str, torch.Tensor], outcome: Outcome) -> None:
    """Measure what would be kept, the running mean where there is one, and remember it where it is the best."""
    now = {name: value.detach().clone() for name, value in task.learned.items()}
    with torch.no_grad():
        for name, value in mean.items():
            task.learned[name].copy_(value)
        figures = task.measure()
        for name in mean:
            task.learned[name].copy_(now[name])
    known = min((entry["loss"] for entry in outcome.figures), default=math.inf)
    outcome.figures.append({"step": outcome.step, **figures})
    if figures["loss"] < known:
        outcome.best_step = outcome.step
        outcome.best = {name: value.clone() for name, value in (mean or now).items()}
