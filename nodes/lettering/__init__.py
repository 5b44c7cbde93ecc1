"""Real fonts in a picture: what a font draws, where a line breaks, what stands in a column, where the ink lands."""

from .outlines import outlined

__all__ = ["outlined"]
