"""A caption: a few words as lines in the middle of a column, in pixels."""

from math import ceil, inf

import numpy as np

from ..ground import UserError
from .block import filled
from .choice import faces_of
from .fonts import Font
from .ink import Colour, Ink, Paint
from .letters import Letters


def caption(fonts: dict[str, Font], name: str, text: str, width: int, size: int, colour: Colour) -> np.ndarray:
    """The words as they stand in a column, as high as they need.

    Args:
        fonts: as `available` finds them.
        name: of the font, or "auto" for the first that has every letter.
        text: lines wrap between words; line ends stay.
        width: px of the column.
        size: px of the letters.

    Returns:
        uint8 [H, W, 4] with straight alpha.

    Raises:
        UserError: a letter that no font has, or a word that is wider than the column.
    """
    faces, _ = faces_of(fonts, name, {}, text, 0, 100)
    letters = Letters(faces, size, 0)
    block = filled(text, letters, width, inf)
    if block is None:
        raise UserError(f"A word of {text!r} is wider than {width} px in letters of {size} px: choose smaller ones.")
    ink, edge = Ink(width, ceil(block.depth)), 0.0
    lines: list[tuple] = []
    for line in block.lines:
        lines.append((line.steps, letters, (width - line.length) / 2, edge + letters.line / 2 + letters.middle))
        edge += letters.line
    ink.block(lines)
    return ink.paint(Paint(colour, colour))
