"""Lines of text that belong together, and the captions among them.

A caption's credit may stand beside it, above it or some lines under it, at the other end of the bar. Where the bar lets
the photograph through, no ground tells that they belong together; then what counts is the place, and the bar's edge.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...text_mask import Region

LINES, WIDE = 1.2, 0.45
"""A caption: lines no further apart than so many text heights, together as wide as that share of the picture."""
LETTERS, WIDE_LETTERS = 18, "\u2e80"
"""Or lines in which so many letters were read: signs and marks say less. Hangul, Kana and Hanja, which begin there, say
as much as two."""
TALLER = 2.5
"""A caption's lines and its credit differ less in height."""
ALIKE = 30.0
"""Levels: texts on one ground belong to one caption also where they stand apart."""
AWAY, INWARD, ALIGNED = 4.5, 3.0, 0.2
"""Text heights from a caption towards the border, within which its credit stands; towards the photograph, where that
must be no higher and keep the caption's margin; and by how much it may miss that margin."""
SAME_SIZE = 1.4
"""The most that the heights of texts in one line differ."""
SAME, SHOWN, EVEN = 6.0, 24.0, 0.5
"""Levels between two texts' grounds that are one, levels from it where it is seen, and where that is, as a share of the
rectangle around both."""


@dataclass(frozen=True)
class Caption:
    """Lines that are no mark and say more than a sign does."""

    lines: frozenset[int]
    """Their numbers."""
    rows: slice
    columns: slice
    height: float
    """px, of its tallest line."""


class Lines:
    """The texts of one picture."""

    def __init__(self, picture: np.ndarray, texts: Sequence[Region], ground: Callable[[int], np.ndarray]) -> None:
        """
        Args:
            picture: `[H,W,3]` uint8.
            texts: all of them.
            ground: `[3]` levels, what is between the letters of the text with this number.
        """
        self._picture, self._texts, self._ground = picture, texts, ground

    def group(self, number: int, free: Iterable[int]) -> set[int]:
        """The numbers of all `free` texts that belong together with one, and its own."""
        group, open_, free = {number}, [number], set(free)
        while open_:
            near = open_.pop()
            joined = {other for other in free - group if self._belong_together(near, other)}
            group |= joined
            open_.extend(joined)
        return group

    def captions(self, free: Iterable[int], read: Sequence[bool], width: int) -> list[Caption]:
        """The captions among the `free` texts of a picture `width` px wide; `read` tells which texts were."""
        found, rest = [], set(free)
        while rest:
            group = self.group(min(rest), rest)
            rest -= group
            lines = [self._texts[number] for number in group]
            corners = np.concatenate([line.polygon for line in lines])
            said = "".join("".join((self._texts[number].text or "").split()) for number in group if read[number])
            letters = sum(2 if letter >= WIDE_LETTERS else 1 for letter in said)
            if letters >= LETTERS or np.ptp(corners[:, 0]) > WIDE * width:
                (left, top), (right, bottom) = corners.min(axis=0).astype(int), corners.max(axis=0).astype(int) + 1
                height = max(line.height for line in lines)
                found.append(Caption(frozenset(group), slice(top, bottom), slice(left, right), height))
        return found

    def go_together(self, caption: Caption, number: int, size: tuple[int, int]) -> bool:
        """Whether a text is a caption's credit, by its place in a picture of that width and height.

        It stands in one line with the caption, between it and the border, or at its margin on the other side.
        """
        text, lines = self._texts[number], [self._texts[line] for line in caption.lines]
        if min(_ratio(text, line) for line in lines) > TALLER:
            return False
        (left, top), (right, bottom) = text.polygon.min(axis=0), text.polygon.max(axis=0)
        above, below = caption.rows.start - bottom, top - caption.rows.stop
        outward, inward = (above, below) if caption.rows.start + caption.rows.stop < size[1] else (below, above)
        if -caption.height / 2 < outward < AWAY * caption.height:
            return True
        margins = left - caption.columns.start, size[0] - right - caption.columns.start
        if -caption.height / 2 < inward < INWARD * caption.height and text.height <= caption.height:
            return min(map(abs, margins)) < ALIGNED * caption.height
        middle = text.polygon[:, 1].mean()
        return any(
            abs(line.polygon[:, 1].mean() - middle) < line.height / 2 and _ratio(text, line) <= SAME_SIZE
            for line in lines
        )

    def on_one_ground(self, one: int, other: int) -> bool:
        """Whether one even colour goes on around and between two texts a few heights apart, as on a placard."""
        first, second = self._texts[one], self._texts[other]
        tops, bottoms = ([edge(text.polygon, axis=0) for text in (first, second)] for edge in (np.min, np.max))
        apart = np.maximum(*tops) - np.minimum(*bottoms)
        width, height = bottoms[0] - tops[0]
        # In a picture that lies on its side lines stand beside each other.
        if (apart.min() if height > width else apart[1]) > AWAY * min(first.height, second.height):
            return False
        ground = self._ground(one)
        if np.abs(ground - self._ground(other)).max() > SAME:
            return False
        left, top = np.minimum(*tops).clip(0).astype(int)
        right, bottom = np.maximum(*bottoms).astype(int) + 1
        around = self._picture[top:bottom, left:right]
        return bool((np.abs(around - ground).max(-1) < SHOWN).mean() > EVEN)

    def _belong_together(self, one: int, other: int) -> bool:
        first, second = self._texts[one], self._texts[other]
        (left, top), (right, bottom) = first.polygon.min(axis=0), first.polygon.max(axis=0)
        (left2, top2), (right2, bottom2) = second.polygon.min(axis=0), second.polygon.max(axis=0)
        small, tall = sorted((first.height, second.height))
        apart = (max(left, left2) - min(right, right2), max(top, top2) - min(bottom, bottom2))
        if max(apart) < -small / 3:
            return True  # several lines were found as one text, and one of them again
        if tall > TALLER * small or apart[1] > LINES * small:
            return False
        if apart[0] <= small:
            return True
        return float(np.abs(self._ground(one) - self._ground(other)).max()) < ALIKE


def _ratio(one: Region, other: Region) -> float:
    small, tall = sorted((one.height, other.height))
    return tall / max(small, 1e-6)
