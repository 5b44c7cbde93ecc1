"""One loop for all that learns: a task gives what learns, a batch's loss and what is measured."""

from .loop import Task, train
from .outcome import Outcome
from .plan import Plan

__all__ = ["Outcome", "Plan", "Task", "train"]
