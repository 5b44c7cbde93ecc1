"""A picture becomes a printed book cover: trim sizes, typeset titles, print files."""

from .colour import colour_of
from .trim import MM_PER_INCH, Trim

__all__ = ["MM_PER_INCH", "Trim", "colour_of"]
