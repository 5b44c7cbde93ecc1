"""An agency's mark: learned from the pictures that carry it, and un-blended from them and from others."""

from .removing.choice import Choice
from .removing.learned import Filled
from .removing.unmark import Unmark, fill, take_off

__all__ = ["Choice", "Filled", "Unmark", "fill", "take_off"]
