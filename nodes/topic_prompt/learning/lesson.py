"""What is to be learned of a topic, and what is said when it was."""

from dataclasses import dataclass
from typing import Protocol

from ...training import Outcome, Plan

OTHERS = {"first words": "the words that it began with", "title alone": "the titles alone"}
"""What the topic is held against, as `Task.measure` names it, and as a sentence calls it."""


@dataclass(frozen=True)
class Lesson:
    """What is to be learned, and how."""

    topic: str
    vectors: int
    first: str
    """Words to begin with."""
    plan: Plan
    batch: int
    dropped: float
    held_out: float


class Learner(Protocol):
    """What the report asks of a task."""

    unseen: int
    cut: int


def told(lesson: Lesson, task: Learner, outcome: Outcome) -> list[str]:
    """Whether it helped, by the pictures that were held out."""
    best = next(entry for entry in outcome.figures if entry["step"] == outcome.best_step)
    lines = [
        f"{lesson.topic}: {lesson.vectors} vectors; the best of {outcome.step} steps was step {outcome.best_step}.",
        f"Error on {task.unseen} held-out pictures: {best['loss']:.4f} with the topic, {best['first words']:.4f} with "
        f"{OTHERS['first words']}, {best['title alone']:.4f} with {OTHERS['title alone']}.",
    ]
    nearest = min(OTHERS, key=lambda name: best[name])
    if best["loss"] >= best[nearest]:
        lines.append(
            f"Training did not help: the topic explains the held-out pictures no better than {OTHERS[nearest]}. "
            "Try more pictures, more steps, or another learning rate."
        )
    if task.cut:
        lines.append(f"{task.cut} titles did not fit behind the vectors; their last words were left out.")
    return lines
