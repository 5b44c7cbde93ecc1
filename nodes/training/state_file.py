"""A run of the loop as a file: safetensors whose header tells the run, so that nothing in it is ever executed."""

import json
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.whole_file import write_whole
from .outcome import Outcome

MOMENTS = ("exp_avg", "exp_avg_sq", "step")
"""What AdamW remembers of each parameter."""


def save(
    path: Path,
    job: str,
    outcome: Outcome,
    learned: dict[str, torch.nn.Parameter],
    mean: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write a run whole, or leave the file that was there."""
    from safetensors.torch import save as to_bytes

    tensors = {f"now.{name}": value.detach() for name, value in learned.items()}
    tensors |= {f"mean.{name}": value for name, value in mean.items()}
    tensors |= {f"best.{name}": value for name, value in outcome.best.items()}
    for name, value in learned.items():
        for moment, what in optimizer.state[value].items():
            tensors[f"{moment}.{name}"] = what
    told = {"step": outcome.step, "losses": outcome.losses, "figures": outcome.figures, "best_step": outcome.best_step}
    whole = {name: value.contiguous().cpu() for name, value in tensors.items()}
    write_whole(path, to_bytes(whole, {"job": job, "run": json.dumps(told)}))


def load(
    path: Path,
    job: str,
    learned: dict[str, torch.nn.Parameter],
    mean: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> Outcome:
    """Put a saved run back into parameters, running mean and optimizer.

    Raises:
        UserError: no such file, or one of another job.
    """
    tensors, told = read_tensors(path)
    if "job" not in told or "run" not in told:
        raise UserError(f"{path.name} is no saved run of a training: choose the file that the run wrote.")
    if told["job"] != job:
        raise UserError(
            f"{path.name} is of another job ({told['job']}), not of this one ({job}): "
            "give the settings and data that it began with, or begin anew with another file."
        )
    run = json.loads(told["run"])
    with torch.no_grad():
        for name, value in learned.items():
            value.copy_(tensors[f"now.{name}"])
            # A run that was stopped before its first step has no moments yet.
            moments = {moment: tensors[f"{moment}.{name}"] for moment in MOMENTS if f"{moment}.{name}" in tensors}
            if moments:
                optimizer.state[value] = {
                    key: part.to(value.device if part.ndim else "cpu") for key, part in moments.items()
                }
        for name, value in mean.items():
            value.copy_(tensors[f"mean.{name}"])
    best = {name.removeprefix("best."): value for name, value in tensors.items() if name.startswith("best.")}
    return Outcome(run["step"], run["losses"], run["figures"], run["best_step"], best)
