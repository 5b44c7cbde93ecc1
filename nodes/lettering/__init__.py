"""Real fonts in a picture: what a font draws, where a line breaks, what stands in a column, where the ink lands."""

from .column import caption
from .fonts import available, choose
from .outlines import outlined

__all__ = ["available", "caption", "choose", "outlined"]
