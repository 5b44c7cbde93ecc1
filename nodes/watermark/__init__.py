"""An agency's mark: learned from the pictures that carry it, and un-blended from them and from others."""

from .removing.unmark import Unmark

__all__ = ["Unmark"]
