"""Set a title, a subtitle and an author on a cover or a spine, in rows or in columns."""

from dataclasses import dataclass

from ..ground import UserError
from .block import Block, filled
from .breaks import WORD_WISE
from .faces import Faces
from .ink import Ink
from .letters import HORIZONTAL, Letters
from .margins import Margins

SUBTITLE = 0.42
AUTHOR = 0.36
GAP = 0.35
SMALLEST = 8
SHRINK = 0.96
SPINE = 4
"""A picture so many times as high as wide is a spine, where columns have all words in one line."""
JUSTIFIED = "justified"


@dataclass(frozen=True)
class Words:
    """What is set; an empty part is left out."""

    title: str
    subtitle: str
    author: str


@dataclass(frozen=True)
class Style:
    """How it is set. Sizes are relative, so that one style serves a draft and the print picture."""

    faces: Faces
    layout: str
    """"horizontal", "vertical" in columns from right to left, or "turned" clockwise as a whole."""
    position: str
    """Of the title: "top", "centre" or "bottom"; the author goes to the other end."""
    align: str
    """"left", "centre", "right" or "justified"."""
    size: float
    """Height of the title's letters, percent of the picture's height."""
    outline: float
    """Width of the outline, percent of the letters' height."""
    tracking: float = 0.0
    """Between letters, percent of their height."""
    leading: float = 130.0
    """From line to line, percent of the letters' height."""
    breaking: str = WORD_WISE
    """Or "syllable-wise"."""
    hanging: bool = False
    """Marks at the ends of lines stand in the margin, as far as it is wide enough."""


@dataclass(frozen=True)
class Box:
    """Where words may stand, in px of the picture; in columns `along` is its height, else its width."""

    left: float
    top: float
    along: float
    across: float


def typeset(width: int, height: int, words: Words, style: Style, free: Margins) -> tuple[Ink, int]:
    """The words on a picture. Letters shrink until everything fits between the margins.

    Args:
        free: what stays free of words.

    Returns:
        The ink, and the height of the title's letters in px.

    Raises:
        UserError: the text does not fit even in letters of 8 px.
    """
    along, across = width - free.left - free.right, height - free.top - free.bottom
    if style.layout != HORIZONTAL:
        along, across = across, along
    box = Box(free.left, free.top, along, across)
    spine = is_spine(width, height, style.layout)
    if spine:
        words = Words(*(" ".join(text.split("\n")) for text in (words.title, words.subtitle, words.author)))
    size = wanted = max(1, round(height * style.size / 100))
    while True:
        blocks = _blocks(words, style, size, box, free, even=False)
        if blocks is not None and (_fits_spine if spine else _fits)(blocks, box, GAP * size):
            break
        size = int(size * SHRINK)
        if size < SMALLEST:
            raise UserError(
                f"The text does not fit on {width} x {height} px even in letters of {SMALLEST} px (asked: {wanted}): "
                "shorten it, or lower 'margin'."
            )
    ink = Ink(width, height)
    if spine:
        _set_spine(ink, blocks, box, style, GAP * size)
        return ink, size
    *heading, author = _blocks(words, style, size, box, free, even=True) or blocks
    _set(ink, heading, box, style, GAP * size, style.position)
    _set(ink, [author], box, style, 0.0, "top" if style.position == "bottom" else "bottom")
    return ink, size


def is_spine(width: int, height: int, layout: str) -> bool:
    """Whether columns on a picture of this size are a spine's."""
    return layout != HORIZONTAL and height >= SPINE * width


def _fits(blocks: list[Block], box: Box, gap: float) -> bool:
    return _depth(blocks, gap) <= box.across


def _fits_spine(blocks: list[Block], box: Box, gap: float) -> bool:
    lengths = [block.lines[0].length for block in blocks if block.lines]
    return (
        all(len(block.lines) <= 1 for block in blocks)
        and all(block.depth <= box.across for block in blocks)
        and sum(lengths) + gap * (len(lengths) - 1) <= box.along
    )


def _depth(blocks: list[Block], gap: float) -> float:
    """px across the lines, with a gap between blocks that have any."""
    depths = [block.depth for block in blocks if block.lines]
    return sum(depths) + gap * max(0, len(depths) - 1)


def _blocks(words: Words, style: Style, size: int, box: Box, free: Margins, even: bool) -> list[Block] | None:
    blocks: list[Block] = []
    for text, share in ((words.title, 1.0), (words.subtitle, SUBTITLE), (words.author, AUTHOR)):
        pixels = max(1, round(size * share))
        letters = Letters(
            style.faces, pixels, round(pixels * style.outline / 100), pixels * style.tracking / 100,
            style.leading / 100, style.layout, free.margin if style.hanging else 0,
        )  # fmt: skip
        block = filled(text, letters, box.along, box.across, style.breaking, style.align == JUSTIFIED, even)
        if block is None:
            return None
        blocks.append(block)
    return blocks


def _set(ink: Ink, blocks: list[Block], box: Box, style: Style, gap: float, position: str) -> None:
    """Draw blocks into the box."""
    depth = _depth(blocks, gap)
    lines: list[tuple] = []
    if style.layout == HORIZONTAL:
        edge = box.top + _offset(position, box.across, depth)
        for block in blocks:
            letters = block.letters
            for line in block.lines:
                start = box.left + _offset(style.align, box.along, line.length) + letters.outline - line.hang
                lines.append((line.steps, letters, start, edge + letters.line / 2 + letters.middle))
                edge += letters.line
            edge += gap
    else:
        # Columns run from right to left: "across" begins at the right edge. The author stands at the far end of it.
        first = position == style.position
        align = "right" if style.align == JUSTIFIED else style.align
        place = align if first else {"left": "right"}.get(align, "left")
        edge = box.left + depth + _offset(place, box.across, depth)
        for block in blocks:
            letters = block.letters
            for line in block.lines:
                edge -= letters.line
                start = box.top + _offset(position, box.along, line.length) + letters.outline - line.hang
                lines.append((line.steps, letters, edge + letters.line / 2, start))
            edge -= gap
    ink.block(lines)


def _set_spine(ink: Ink, blocks: list[Block], box: Box, style: Style, gap: float) -> None:
    """All words in one column: the author at the other end than the title, or at the foot of one in the middle."""
    *heading, author = blocks
    length = sum(block.lines[0].length for block in heading if block.lines)
    length += gap * max(0, sum(bool(block.lines) for block in heading) - 1)
    tail = author.lines[0].length + gap if author.lines else 0.0
    place = _offset(style.position, box.along, length)
    if style.position == "centre":
        place = min(place, box.along - length - tail)
    lines: list[tuple] = []

    def column(block: Block, at: float) -> None:
        align = "centre" if style.align == JUSTIFIED else style.align
        across = box.left + _offset(align, box.across, block.depth) + block.depth / 2
        lines.append((block.lines[0].steps, block.letters, across, box.top + at + block.letters.outline))

    for block in heading:
        if block.lines:
            column(block, place)
            place += block.lines[0].length + gap
    ink.block(lines)
    lines = []
    if author.lines:
        column(author, 0.0 if style.position == "bottom" else box.along - author.lines[0].length)
        ink.block(lines)


def _offset(place: str, room: float, length: float) -> float:
    start = {"top": 0.0, "left": 0.0, JUSTIFIED: 0.0, "centre": (room - length) / 2}
    return start.get(place, room - length)
