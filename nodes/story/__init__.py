"""StoryGen: stories whose pictures agree, as each next one looks at those before it; and stories to learn from."""

from .stories import Frame, Story, stories

__all__ = ["Frame", "Story", "stories"]
