"""What a line of lettering looks like, as it is measured, typed and reported."""

from dataclasses import dataclass, fields

from ..letters import HORIZONTAL, VERTICAL

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """Everything that a line of `text` may say of its letters; the fields' names are the words for it there."""

    size: float = 0.0
    """px from the foot to the head of the letters: of Hangul its body, of Latin its capitals."""
    dx: float = 0.0
    dy: float = 0.0
    """px from the middle of the old letters."""
    angle: float = 0.0
    slant: float = 0.0
    bend: float = 0.0
    taper: float = 0.0
    """See `Plane`."""
    direction: str = HORIZONTAL
    font: str = ""
    weight: int = 0
    """Of a variable font; 0 = the font's own."""
    width: float = 100.0
    """Percent of the font's own."""
    tracking: float = 0.0
    """Percent of the size, between letters."""
    colour: Colour = (0, 0, 0)
    """Of the letters; of a gradient where it begins."""
    to: Colour = (0, 0, 0)
    """Where a gradient ends; without one the colour again."""
    toward: float = 90.0
    """Degrees, clockwise from the line: where a gradient runs; 90 is down."""
    outline: float = 0.0
    """px around the letters."""
    outline_colour: Colour = (0, 0, 0)
    shadow: tuple[float, float] = (0.0, 0.0)
    """px of the picture to the right and down."""
    softness: float = 0.0
    """px."""
    shadow_colour: Colour = (0, 0, 0)
    opacity: float = 0.0
    """Of the shadow, percent; 0 = none."""


NAMES = tuple(field.name for field in fields(Look))
COLOURS = ("colour", "to", "outline_colour", "shadow_colour")
DIRECTIONS = (HORIZONTAL, VERTICAL)
RANGES = {
    "size": (4.0, 8192.0),
    "dx": (-32768.0, 32768.0),
    "dy": (-32768.0, 32768.0),
    "angle": (-360.0, 360.0),
    "slant": (-45.0, 45.0),
    "bend": (-180.0, 180.0),
    "taper": (-75.0, 300.0),
    "weight": (0, 1000),
    "width": (25.0, 400.0),
    "tracking": (-50.0, 500.0),
    "toward": (-360.0, 360.0),
    "outline": (0.0, 512.0),
    "softness": (0.0, 512.0),
    "opacity": (0.0, 100.0),
    "shadow": (-2048.0, 2048.0),
}
PLACES = {"size": 1, "dx": 1, "dy": 1, "angle": 2, "slant": 1, "bend": 1, "taper": 1, "width": 1, "tracking": 1,
          "toward": 0, "outline": 1, "softness": 1, "opacity": 0, "weight": 0, "shadow": 1}  # fmt: skip
"""Decimal places in which a value is told; what is drawn is what is told."""
