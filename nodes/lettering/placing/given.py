"""What a layout is made from."""

from dataclasses import dataclass

from .conventions import Convention
from .ground import Ground
from .people import Box
from .sizes import Hand, Sizes


@dataclass(frozen=True)
class Words:
    """What is set; subtitle and author may be empty."""

    title: str
    subtitle: str
    author: str


@dataclass(frozen=True)
class Page:
    """A picture, where on it words may stand, and how they are set."""

    ground: Ground
    safe: Box
    kept: Convention
    title: Hand
    rest: Hand
    sizes: Sizes
    is_spine: bool
