"""Colours for letters, from the picture's own palette."""

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ..ink import Colour
from .contrast import LEAST, limit, luminance

COLOURS = 8
SMALL = 96
"""px to which a picture is reduced for its palette."""
PAPER, INK = 0.965, 0.1
"""Lightness of what is taken for white and for black; both keep a breath of the picture's hue."""
TINGE = 0.25
LEAST_VIVID = 0.35
"""Saturation from which a colour of the picture is worth being an accent."""
ACCENTS = (0.72, 0.85, 0.33, 0.22)
"""Lightness of an accent on dark grounds and on light ones."""
TARGET = LEAST * 1.03
"""What is aimed at: rounding to 8 bits and to a press takes a little."""


@dataclass(frozen=True)
class Shade:
    """A colour of letters, and what its ground is drawn towards where it is not calm enough."""

    name: str
    """For people."""
    colour: Colour
    veil: Colour
    is_accent: bool = False
    """For titles only."""

    @property
    def luminance(self) -> float:
        """0..1."""
        return float(luminance(np.array(self.colour)))

    @property
    def is_light(self) -> bool:
        """Whether it stands on what is darker."""
        return self.luminance > float(luminance(np.array(self.veil)))

    @property
    def bound(self) -> float:
        """The luminance that its ground must not pass, upwards for a light one."""
        return limit(self.luminance, TARGET, self.is_light)


def shades(picture: np.ndarray, accent: bool) -> list[Shade]:
    """Inks in the order in which they are preferred: accents where they are wanted, then white and black.

    Args:
        picture: `[H,W,3]` uint8.
        accent: whether a colour of the picture may be an ink.
    """
    palette = _palette(picture)
    hue, _, _ = palette[0]
    white, black = (_colour(hue, light, TINGE) for light in (PAPER, INK))
    found = [Shade("white of the picture's hue", white, _colour(hue, 0.07, TINGE)),
             Shade("black of the picture's hue", black, _colour(hue, 0.97, TINGE))]  # fmt: skip
    vivid = [colour for colour in palette if colour[2] >= LEAST_VIVID][:2] if accent else []
    accents: list[Shade] = []
    for hue, _, vividness in vivid:
        for light in ACCENTS:
            ground = 0.06 if light > 0.5 else 0.97
            colours = _colour(hue, light, vividness), _colour(hue, ground, TINGE)
            accents.append(Shade("an accent of the picture", *colours, is_accent=True))
    return [*accents, *found]


def _palette(picture: np.ndarray) -> list[tuple[float, float, float]]:
    """(hue, lightness, saturation) of the picture's main colours, what is most and most vivid first."""
    height, width = picture.shape[:2]
    scale = SMALL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(picture).resize(size, Image.Resampling.BOX)
    indexed = small.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    counted = indexed.getcolors() or []
    table = np.array(indexed.getpalette(), np.float64).reshape(-1, 3) / 255
    found: list[tuple[float, tuple[float, float, float]]] = []
    for count, index in counted:
        hue, light, vivid = colorsys.rgb_to_hls(*table[int(index)]) if isinstance(index, int) else (0.0, 0.5, 0.0)
        # Saturation of what is nearly black or white is noise.
        chroma = vivid * (1 - abs(2 * light - 1))
        found.append((count**0.5 * (0.05 + chroma), (hue, light, vivid if chroma > 0.1 else 0.0)))
    return [colour for _, colour in sorted(found, reverse=True)]


def _colour(hue: float, light: float, vivid: float) -> Colour:
    red, green, blue = (round(255 * share) for share in colorsys.hls_to_rgb(hue, light, vivid))
    return red, green, blue
