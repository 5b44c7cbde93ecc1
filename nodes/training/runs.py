"""What runs are called: each leaves its state in one folder and what it learned in another, under one name."""

import csv
import io
import re
from itertools import count
from pathlib import Path

from ..ground import UserError
from .outcome import Outcome

LONGEST = 40
"""Letters of a thing's name that a run is called by."""


def named(states: Path, results: Path, thing: str, resume: str) -> str:
    """The name of a new run, numbered from the next that is free, or of the one to go on with.

    Args:
        resume: a run's name, such as economy_001; empty for a new one.

    Raises:
        UserError: no such run.
    """
    if resume:
        known = sorted(path.stem for path in states.glob("*.safetensors"))
        if resume not in known:
            raise UserError(
                f"Expected a run of {states.name} in resume ({', '.join(known) or 'there is none'}), got {resume!r}: "
                "correct it, or leave it empty to begin anew."
            )
        return resume
    word = re.sub(r"[^\w-]+", "_", thing)[:LONGEST]
    taken = {path.stem for folder in (states, results) for path in folder.glob(f"{word}_*")}
    return next(name for number in count(1) if (name := f"{word}_{number:03}") not in taken)


def table(outcome: Outcome) -> str:
    """How a run went, as CSV: a line a step, with the held-out error where it was measured."""
    measured = {entry["step"]: entry["loss"] for entry in outcome.figures}
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["step", "loss", "held out"])
    for step in range(outcome.step + 1):
        # Step 0 is only measured.
        lines.writerow([step, outcome.losses[step - 1] if step else "", measured.get(step, "")])
    return text.getvalue()
