"""JourneyDB's own measures: of inverted prompts, captions, styles and answers, each by a library that is kept."""

from .judge import TASKS, Judging

__all__ = ["TASKS", "Judging"]
