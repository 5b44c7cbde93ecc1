"""DiffSTE: a word in a picture rewritten in the picture's own style."""

from .conversion import convert

__all__ = ["convert"]
