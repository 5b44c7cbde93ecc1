"""How large a title, a subtitle and an author may be, and in which lines they then stand."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..faces import Faces
from ..letters import Letters
from .conventions import Convention
from .sense import broken
from .setting import Setting, set_lines

FLOOR = 8
"""px below which nobody reads Hangul on a screen."""
FLOOR_MM = 2.4
"""The same in print: 7 points."""
SUBTITLE, AUTHOR = 0.42, 0.35
"""Beside the title."""
STEPS = (1.0, 0.8, 0.64)
"""Sizes that are tried, beside the largest that fits."""
SHRINK = 0.93
LINES, COLUMNS = 6, 3
"""A title has no more rows, or columns."""
ON_SPINE = (0.3, 0.6, 0.75)
"""Least, usual and most size of a title, beside the width that is safe on a spine."""
EM = 100


def measure(width: float, height: float) -> float:
    """px by which a cover's letters are sized: about the width of a portrait page, whatever the picture's form."""
    return min(0.82 * math.sqrt(width * height), 1.4 * min(width, height))


@dataclass(frozen=True)
class Hand:
    """How one part of the words is set, whatever its size."""

    faces: Faces
    tracking: float
    """Percent of the size."""
    leading: float
    """The same."""

    def letters(self, size: int, direction: str) -> Letters:
        """Of a size in px."""
        return Letters(self.faces, size, 0, size * self.tracking / 100, self.leading / 100, direction)

    def length(self, line: str, direction: str) -> float:
        """Of a line, in ems."""
        if direction not in self._measured:
            self._measured[direction] = self.letters(EM, direction)
        return self._measured[direction].length(line) / EM

    def broken(self, text: str, count: int, direction: str, longest: float) -> list[str] | None:
        """A text in so many lines; see `sense.broken`."""
        key = (text, count, direction, longest)
        if key not in self._broken:
            self._broken[key] = broken(text, count, lambda line: self.length(line, direction), longest)
        return self._broken[key]

    @cached_property
    def _measured(self) -> dict[str, Letters]:
        return {}

    @cached_property
    def _broken(self) -> dict[tuple[str, int, str, float], list[str] | None]:
        return {}


@dataclass(frozen=True)
class Sizes:
    """px of a title: the least and usual of its genre, the most, and what is never gone below."""

    least: float
    usual: float
    most: float
    floor: int

    @property
    def subtitle_floor(self) -> int:
        """Above an author's, which has the least."""
        return self.floor + 1

    @property
    def title_floor(self) -> int:
        """Above a subtitle's."""
        return self.floor + 2

    def smaller(self) -> "Sizes":
        """Below the genre's own, for where there is no room for those."""
        return Sizes(self.title_floor, self.usual, max(self.title_floor, 0.9 * self.least), self.floor)


def sizes_of(kept: Convention, width: float, height: float, dpi: int | None, spine: bool) -> Sizes:
    """Of a genre on a page, or of any on a spine, whose width it is that counts.

    Args:
        width, height: px of what is safe for words.
        dpi: where it will be printed.
    """
    whole = measure(width, height)
    shares = [share * width for share in ON_SPINE] if spine else [whole * percent / 100 for percent in kept.size]
    floor = FLOOR if dpi is None else max(FLOOR, round(FLOOR_MM / 25.4 * dpi))
    least, usual, most = shares
    return Sizes(least, usual, max(most, floor + 2), floor)


def titles(
    text: str, hand: Hand, sizes: Sizes, align: str, direction: str, room: tuple[float, float], lines: int
) -> Iterator[Setting]:
    """Every setting of a title that may be looked at: in one line and more, as large as fits and smaller.

    Args:
        room: px along a line and across all of them.
        lines: at most.
    """
    along, across = room
    if sum(hand.length(line, direction) for line in text.split("\n")) * sizes.title_floor > lines * along:
        return
    longest = along / max(sizes.title_floor, 0.8 * sizes.least)
    for count in range(1, lines + 1):
        broke = hand.broken(text, count, direction, longest)
        if broke is None:
            continue
        length = max(hand.length(line, direction) for line in broke)
        fits = min(sizes.most, 0.98 * along / length, across / (hand.leading / 100 * count))
        tried = [fits * step for step in STEPS if fits * step >= sizes.least] or [fits]
        for size in tried:
            if size >= sizes.title_floor:
                yield set_lines(broke, hand.letters(int(size), direction), align)


def fitted(
    text: str, hand: Hand, size: float, floor: int, align: str, direction: str, room: float, lines: int
) -> Setting | None:
    """A subtitle or an author in as few lines as its size needs, smaller where they would be too many.

    Args:
        size: px that are wanted.
        floor: px that it is never below.
        room: px along a line.
    """
    while True:
        pixels = max(floor, round(size))
        for count in range(1, lines + 1):
            broke = hand.broken(text, count, direction, room / pixels)
            if broke is not None and max(hand.length(line, direction) for line in broke) * pixels <= 0.98 * room:
                return set_lines(broke, hand.letters(pixels, direction), align)
        if pixels == floor:
            return None
        size *= SHRINK
