"""A picture becomes a printed book cover: trim sizes, typeset titles, print files."""

from .trim import Trim

__all__ = ["Trim"]
