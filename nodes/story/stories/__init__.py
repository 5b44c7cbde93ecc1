"""Stories to learn from: pictures in order, each with its caption, from a user's own copy."""

from .frame import Frame, Story
from .reading import stories

__all__ = ["Frame", "Story", "stories"]
