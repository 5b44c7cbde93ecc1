"""How StoryGen learns, in the numbers of its publication."""

from dataclasses import dataclass

from ...training import Outcome, Plan

BEFORE = {1: 0.4, 2: 0.3, 3: 0.3}
"""References -> how often a picture is learned with as many of those before it."""
WITHOUT_REFERENCES, WITHOUT_CAPTION = 0.1, 0.05
"""Share of pictures that are learned with neither references nor text; with references and no text."""
LEVELS = {"as published": 1.0, "more high": 0.5}
"""Which noise is learned from -> the power of u: 1 for all levels alike, below 1 more of the high ones."""


@dataclass(frozen=True)
class Lesson:
    """What is learned from, and how."""

    plan: Plan
    batch: int
    stage: str
    power: float
    """Noise levels are u^power."""
    held_out: float
    """Share of stories that are only measured."""


def told(stories: int, frames: int, unseen: int, outcome: Outcome) -> list[str]:
    """Whether it helped, by the stories that were held out."""
    first = outcome.figures[0]
    best = next(entry for entry in outcome.figures if entry["step"] == outcome.best_step)
    lines = [
        f"{stories} stories of {frames} pictures; the best of {outcome.step} steps was step {outcome.best_step}.",
        f"Error on {unseen} held-out stories: {best['loss']:.4f} with the pictures before, "
        f"{best['without references']:.4f} without; before training {first['loss']:.4f}.",
    ]
    if best["loss"] >= min(best["without references"], first["loss"]):
        lines.append(
            "Training did not help: the pictures before explain the next one no better than none. Try more stories, "
            "more steps, or another learning rate."
        )
    return lines
