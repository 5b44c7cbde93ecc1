"""DiffSTE: a word in a picture rewritten in the picture's own style."""

from .checkpoint import convert

__all__ = ["convert"]
