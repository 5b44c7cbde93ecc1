"""Set words in a look, upright and flat, so that they fit their room."""

import math
from dataclasses import dataclass, replace

import numpy as np

from ...ground import UserError
from ..block import Block, filled
from ..face import Face
from ..faces import Faces
from ..ink import Ink
from ..letters import HORIZONTAL, VERTICAL, Letters
from ..wishes import CONDENSE, SHRINK, WRAP
from .heights import standard
from .look import Look

LEAST_SIZE = 0.5
"""Of the old letters' size: words are not set smaller unasked."""
LEAST_WIDTH = 60.0
"""Percent of the old letters' width: they are not condensed more unasked."""
STEP = 0.97
CLOSER = (0.75, 0.5, 0.25, 0.0)
"""Of the old letters' tracking, and of what they are wider than the font's own: it is given up before their size."""
FULL = 100.0
"""Percent: the font's own width."""
FINE = 3
"""Letters are drawn so many times finer than the picture."""
EM = (48, 1600)
"""px of the em, at which they are drawn."""
LEADING = 1.2


@dataclass(frozen=True)
class Room:
    """px of the plane that words may take."""

    along: float
    across: float


@dataclass(frozen=True)
class Flat:
    """Words as they stand on the plane."""

    cover: np.ndarray
    """`[h,w]` uint8."""
    left: float
    top: float
    """px of the plane of its rim."""
    across: float
    down: float
    """px of the plane for each of its px."""
    ink: Ink
    """The same as outlines, in its px."""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the ink on the plane; all 0 without ink."""
        rows, columns = np.flatnonzero(self.cover.any(axis=1)), np.flatnonzero(self.cover.any(axis=0))
        if not len(rows):
            return (0.0, 0.0, 0.0, 0.0)
        return (
            self.left + float(columns[0]) * self.across,
            self.top + float(rows[0]) * self.down,
            self.left + float(columns[-1] + 1) * self.across,
            self.top + float(rows[-1] + 1) * self.down,
        )


def fitted(words: str, look: Look, face: Face, room: Room, fit: str, asked: set[str]) -> tuple[Look, str]:
    """The look in which words fit the room, and what was done so that they do.

    Args:
        asked: fields that the user gave; a size or width of the user's stays, and may be beyond the room.

    Raises:
        UserError: they do not fit even in half the size.
    """
    if asked & {"size", "width"} or _fits(words, look, face, room, fit):
        return look, ""
    closer = ""
    if look.tracking > 0 and "tracking" not in asked:
        closer = f"set closer together than {look.tracking:g} %"
        for share in CLOSER:
            tried = replace(look, tracking=math.floor(10 * look.tracking * share) / 10)
            if _fits(words, tried, face, room, fit):
                return tried, closer
        look = replace(look, tracking=0.0)
        closer += ", and "
    wide = look.width
    if wide > FULL:  # as the old letters were, of which the new words have more
        for share in CLOSER:
            tried = replace(look, width=math.floor(10 * (FULL + (wide - FULL) * share)) / 10)
            if _fits(words, tried, face, room, fit):
                return tried, f"{closer}condensed to {tried.width:g} %"
        look = replace(look, width=FULL)
    tried = look
    if fit == CONDENSE:
        while tried.width * STEP >= LEAST_WIDTH * look.width / 100:
            tried = replace(tried, width=math.floor(10 * tried.width * STEP) / 10)
            if _fits(words, tried, face, room, fit):
                return tried, f"{closer}condensed to {tried.width:g} %"
    if fit != WRAP:  # from a size that is hardly too large
        tried = replace(tried, size=max(tried.size * _share(words, tried, face, room), LEAST_SIZE * look.size / STEP))
    while tried.size * STEP >= LEAST_SIZE * look.size:
        tried = replace(tried, size=math.floor(10 * tried.size * STEP) / 10)
        if _fits(words, tried, face, room, fit):
            done = f"{closer}set smaller, {tried.size:g} px instead of {look.size:g}"
            return tried, done + (f", and condensed to {tried.width:g} %" if tried.width != wide else "")
    raise UserError(
        f'"{words[:40]}" does not fit its region of {room.along:.0f} x {room.across:.0f} px even in letters of '
        f"{LEAST_SIZE * look.size:.0f} px: shorten it, or write size= in its line, which may reach beyond the region."
    )


def _share(words: str, look: Look, face: Face, room: Room) -> float:
    """Of the size, at most what fits by the length of the words."""
    block = _block(words, look, face, room, SHRINK)
    if block is None:
        return 1.0
    left, top, right, bottom = _flat(block, look, face).box
    along = bottom - top if look.direction == VERTICAL else right - left
    return min(1.0, 1.02 * room.along / max(along, 1e-6)) / STEP


def _fits(words: str, look: Look, face: Face, room: Room, fit: str) -> bool:
    block = _block(words, look, face, room, fit)
    if block is None:
        return False
    # Marks of the ink, not of the line: a block's leading lies around its letters.
    left, top, right, bottom = _flat(block, look, face).box
    wide, tall = (room.across, room.along) if look.direction == VERTICAL else (room.along, room.across)
    return right - left <= wide + 0.5 and bottom - top <= tall + 0.5


def flat(words: str, look: Look, face: Face, room: Room, fit: str) -> Flat:
    """The words of a look that was `fitted`."""
    block = _block(words, look, face, room, fit)
    if block is None:
        block = _block(words, look, face, replace(room, along=math.inf), fit)
    if block is None:
        raise UserError(f'"{words[:40]}" has nothing to set: write words.')
    return _flat(block, look, face)


def _block(words: str, look: Look, face: Face, room: Room, fit: str) -> Block | None:
    em, scale = _em(words, look, face)
    letters = Letters(
        Faces(face), em, 0, look.size / scale * look.tracking / 100, LEADING, look.direction
    )  # fmt: skip
    along = room.along / scale / (look.width / 100 if look.direction == HORIZONTAL else 1)
    return filled(words, letters, along if fit == WRAP else math.inf, math.inf)


def _em(words: str, look: Look, face: Face) -> tuple[int, float]:
    """px of the em at which words are drawn, and px of the plane for one of its px."""
    head, foot = standard(words, face)
    em = round(min(max(FINE * look.size / (head - foot), EM[0]), EM[1]))
    return em, look.size / (em * (head - foot))


def _flat(block: Block, look: Look, face: Face) -> Flat:
    words = "".join(step.text for line in block.lines for step in line.steps)
    head, foot = standard(words, face)
    letters = block.letters
    em, scale = letters.size, look.size / (letters.size * (head - foot))
    longest = max((line.length for line in block.lines), default=0.0)
    half_along, half_across = math.ceil(longest / 2 + em), math.ceil(block.depth / 2 + em)
    is_column = look.direction == VERTICAL
    wide, tall = (half_across, half_along) if is_column else (half_along, half_across)
    ink = Ink(2 * wide, 2 * tall)
    lines: list[tuple] = []
    for number, line in enumerate(block.lines):
        off = (number - (len(block.lines) - 1) / 2) * letters.line
        if is_column:
            lines.append((line.steps, letters, wide - off, tall - line.length / 2))
        else:
            lines.append((line.steps, letters, wide - line.length / 2, tall + off + (head + foot) / 2 * em))
    ink.block(lines)
    across = scale * look.width / 100
    return Flat(ink.letters, -wide * across, -tall * scale, across, scale, ink)
