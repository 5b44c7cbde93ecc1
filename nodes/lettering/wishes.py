"""What a user may wish of re-lettered words, and of placed ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from .fonts import Font

ALL, PLACE_ONLY = "all", "place only"
MATCHES = (ALL, PLACE_ONLY)
SHRINK, CONDENSE, WRAP = "shrink", "condense", "wrap"
FRONT, SPINE_PANEL = "front", "spine"
PANELS = (FRONT, SPINE_PANEL, "back", "front wing", "back wing")
"""Of a cover flat, on which a title is placed."""
FITS = (SHRINK, CONDENSE, WRAP)


@dataclass(frozen=True)
class Wish:
    """What the node's inputs say of all lines."""

    fonts: Mapping[str, Font]
    font: str
    """A name, or AUTO."""
    match: str
    """Of MATCHES."""
    fit: str
    """Of FITS."""
    colour: tuple[int, int, int]
    """With PLACE_ONLY."""
