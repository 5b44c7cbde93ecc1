"""Set a title, a subtitle and an author on a cover, horizontally or in vertical columns."""

from dataclasses import dataclass

import numpy as np

from ..ground import UserError
from .ink import Face, Ink
from .wrap import wrap

SUBTITLE = 0.42
AUTHOR = 0.36
GAP = 0.35
SMALLEST = 8
SHRINK = 0.96


@dataclass(frozen=True)
class Words:
    """What is set; an empty part is left out."""

    title: str
    subtitle: str
    author: str


@dataclass(frozen=True)
class Style:
    """How it is set. Sizes are relative, so that one style serves a draft and the print picture."""

    font: str
    """Path of the font file."""
    layout: str
    """"horizontal", or "vertical" in columns from right to left."""
    position: str
    """Of the title: "top", "centre" or "bottom"; the author goes to the other end."""
    align: str
    """"left", "centre" or "right"."""
    size: float
    """Height of the title's letters, percent of the picture's height."""
    margin: float
    """Percent of the picture's shorter side, kept free all round."""
    outline: float
    """Width of the outline, percent of the letters' height."""
    colour: tuple[int, int, int]
    outline_colour: tuple[int, int, int]


@dataclass(frozen=True)
class Block:
    """Lines of one face, one below the other or, in vertical setting, one left of the other."""

    face: Face
    lines: list[str]

    @property
    def depth(self) -> float:
        """px across its lines."""
        return self.face.line * len(self.lines)


def typeset(width: int, height: int, words: Words, style: Style) -> tuple[np.ndarray, int]:
    """The text layer for a picture.

    Letters shrink until everything fits between the margins.

    Returns:
        `[H,W,4]` uint8 with straight alpha, and the height of the title's letters in px.

    Raises:
        UserError: the text does not fit even in letters of 8 px.
    """
    margin = round(min(width, height) * style.margin / 100)
    along, across = width - 2 * margin, height - 2 * margin
    vertical = style.layout == "vertical"
    if vertical:
        along, across = across, along
    size = wanted = max(1, round(height * style.size / 100))
    while True:
        blocks = _blocks(words, style, size, along)
        if blocks is not None and _depth(blocks, GAP * size) <= across:
            break
        size = int(size * SHRINK)
        if size < SMALLEST:
            raise UserError(
                f"The text does not fit on {width} x {height} px even in letters of {SMALLEST} px (asked: {wanted}): "
                "shorten it, or lower 'margin'."
            )
    ink = Ink(width, height)
    *heading, author = blocks
    _set(ink, heading, (margin, margin, along, across), style, GAP * size, style.position)
    _set(ink, [author], (margin, margin, along, across), style, 0.0, "top" if style.position == "bottom" else "bottom")
    return ink.paint(style.colour, style.outline_colour), size


def _depth(blocks: list[Block], gap: float) -> float:
    """px across the lines, with a gap between blocks that have any."""
    depths = [block.depth for block in blocks if block.lines]
    return sum(depths) + gap * max(0, len(depths) - 1)


def _blocks(words: Words, style: Style, size: int, along: float) -> list[Block] | None:
    blocks = []
    for text, share in ((words.title, 1.0), (words.subtitle, SUBTITLE), (words.author, AUTHOR)):
        pixels = max(1, round(size * share))
        face = Face(style.font, pixels, round(pixels * style.outline / 100))
        measure = face.column_length if style.layout == "vertical" else face.row_length
        lines = wrap(text, along, measure)
        if lines is None:
            return None
        blocks.append(Block(face, lines))
    return blocks


def _set(ink: Ink, blocks: list[Block], box: tuple[int, int, float, float], style: Style, gap: float, position: str):
    """Draw blocks into the box (left, top, length along the lines, length across them)."""
    left, top, along, across = box
    depth = _depth(blocks, gap)
    if style.layout == "vertical":
        # Columns run from right to left: "across" begins at the right edge. The author stands at the far end of it.
        first = position == style.position
        place = style.align if first else {"right": "left", "centre": "left", "left": "right"}[style.align]
        edge = left + depth + {"left": 0.0, "centre": (across - depth) / 2, "right": across - depth}[place]
        for block in blocks:
            for line in block.lines:
                edge -= block.face.line
                ink.column(line, block.face, edge, top + _offset(position, along, block.face.column_length(line)))
            edge -= gap
        return
    edge = top + _offset(position, across, depth)
    for block in blocks:
        for line in block.lines:
            ink.row(line, block.face, left + _offset(style.align, along, block.face.row_length(line)), edge)
            edge += block.face.line
        edge += gap


def _offset(place: str, room: float, length: float) -> float:
    return {"top": 0.0, "left": 0.0, "centre": (room - length) / 2}.get(place, room - length)
