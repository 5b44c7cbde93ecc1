"""Which texts of a single picture are marks, and why the others stay.

A mark says an agency's name and nothing else, where marks stand, upright, over the photograph and not on a plate. What
cannot be read counts only in a corner and where the photograph certainly shows through it. In doubt a text stays.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...text_mask import Region
from . import captions, overlay, spotting
from .agency import Said, said
from .lines import WIDE, Caption, Lines

CORNER, BAND, MIDDLE = (0.38, 0.3), 0.14, 0.15
"""Shares of width and height: corners, a strip along top and bottom, a strip through the middle."""
SMALL, LARGE, SEEN = 0.09, 0.25, 0.105
"""Of the picture's height: an unread mark is lower, and so is one with a name; where only its shape tells the name, one
that is not in the middle, as what is painted on a wall may go on in words that nobody found."""
SURE = 0.8
"""How sure a recogniser is of what counts as read."""
LETTER, FILLS = 0.6, 0.4
"""Of a text's height: a letter; and of its width: all letters. Where Hangul is not read, the rest of a line is."""
FOREIGN = "[\u3040-\u30ff\u3400-\u9fff]"
"""Kana and Hanja: what a recogniser without Hangul makes of it."""
TILT = 5.0
"""Degrees; a short text's quad is not straighter."""
OPAQUE = 10.0
"""Levels from white and black: a mark in the middle would hide the picture."""


@dataclass(frozen=True)
class Verdict:
    """What one text is taken for."""

    agency: str | None
    """Whose mark it is, "" where that is not known; None where it stays."""
    why: str = ""
    """Why it stays."""


def verdicts(
    picture: np.ndarray, texts: Sequence[Region], bars: list[slice], words: tuple[str, ...], reads_hangul: bool
) -> list[Verdict]:
    """What each text of a picture is taken for.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        texts: all that was found, each read as far as it can be.
        bars: the rows of its caption bars.
        words: more words that marks are known by.
        reads_hangul: whether Hangul is read too; then what is not read is no mark.
    """
    case = _Case(picture, texts, bars, words, reads_hangul)
    return [case.verdict(number) for number in range(len(texts))]


class _Case:
    """One picture and its texts, each looked at once and only where that decides."""

    def __init__(
        self,
        picture: np.ndarray,
        texts: Sequence[Region],
        bars: list[slice],
        words: tuple[str, ...],
        reads_hangul: bool,
    ) -> None:
        self._picture, self._texts, self._reads_hangul = picture, texts, reads_hangul
        self._size = np.array(picture.shape[1::-1])
        self._said = [said(text.text, words) for text in texts]
        self._read = [self._is_read(text) for text in texts]
        self._looks: dict[int, overlay.Look] = {}
        self._lines = Lines(picture, texts, lambda number: self._look(number).ground)
        self._bars = bars
        self._in_bar = self._are_in_bars()
        if not reads_hangul:
            for number, text in enumerate(texts):
                if self._said[number] is None or not _fills(text):
                    self._said[number] = self._seen(number)
        beyond = self._captions_beyond_bars()
        behind = [captions.behind(picture, caption.rows, caption.height) for caption in beyond]
        self._captions = [caption for caption, bar in zip(beyond, behind, strict=True) if not bar]
        self._bars = [*bars, *filter(None, behind)]
        self._in_bar = self._are_in_bars()

    def _seen(self, number: int) -> Said | None:
        """What a text that nobody reads as a whole says by its shape, or else by the part that was read."""
        text, part = self._texts[number], self._said[number]
        like = spotting.CERTAIN if self._read[number] else spotting.LIKE
        is_low = text.height < SEEN * self._size[1] or abs(self._place(text)[1] - 0.5) < MIDDLE
        seen = spotting.spotted(self._picture, text.polygon, like) if is_low and self._may_be_mark(text) else None
        return seen or (Said(part.agency, alone=False) if part else None)

    def verdict(self, number: int) -> Verdict:
        text, named = self._texts[number], self._said[number]
        if self._in_bar[number]:
            return Verdict(None, f"a caption bar names {_whose(named)}" if named else "in a caption bar")
        if named is None:
            return self._nameless(number)
        if not named.alone:
            return Verdict(None, f"names {_whose(named)} among other words")
        if not self._may_be_mark(text):
            return Verdict(None, f"names {_whose(named)} where no mark stands")
        look = self._look(number)
        if look.tilt > TILT and not look.seen_through:
            return Verdict(None, f"names {_whose(named)}, but not upright")
        if look.is_cut:
            return Verdict(None, f"names {_whose(named)}, but the border cuts it off")
        if look.on_plate:
            return Verdict(None, f"names {_whose(named)} on a plate, as a sign does")
        if self._is_opaque_in_the_middle(text, look):
            return Verdict(None, f"names {_whose(named)} in the middle, and hides what is under it")
        if self._is_part_of_a_caption(number):
            return Verdict(None, f"names {_whose(named)} beside other text, as captions do")
        return Verdict(named.agency)

    def _nameless(self, number: int) -> Verdict:
        text = self._texts[number]
        if self._read[number]:
            return Verdict(None, "names no agency")
        if self._reads_hangul or not self._in_corner(text) or text.height >= SMALL * self._size[1]:
            return Verdict(None, "cannot be read")
        look = self._look(number)
        if (look.tilt > TILT or look.is_cut or look.on_plate or not look.seen_through
                or self._is_part_of_a_caption(number)):  # fmt: skip
            return Verdict(None, "cannot be read, and is not certainly laid over the picture")
        return Verdict("")

    def _look(self, number: int) -> overlay.Look:
        if number not in self._looks:
            self._looks[number] = overlay.look(self._picture, self._texts[number].polygon)
        return self._looks[number]

    def _is_read(self, text: Region) -> bool:
        if not text.text or text.certainty < SURE or not any(letter.isalnum() for letter in text.text):
            return False
        return self._reads_hangul or (not re.search(FOREIGN, text.text) and _fills(text))

    def _place(self, text: Region) -> np.ndarray:
        """Where a text's middle is, as shares of the photograph between the bars."""
        above = max((bar.stop for bar in self._bars if bar.start == 0), default=0)
        below = min((bar.start for bar in self._bars if bar.start > 0), default=int(self._size[1]))
        x, y = text.polygon.mean(axis=0)
        return np.array([x / self._size[0], (y - above) / max(below - above, 1)])

    def _in_corner(self, text: Region) -> bool:
        x, y = self._place(text)
        return min(x, 1 - x) < CORNER[0] and min(y, 1 - y) < CORNER[1]

    def _may_be_mark(self, text: Region) -> bool:
        y = self._place(text)[1]
        near = self._in_corner(text) or min(y, 1 - y) < BAND or abs(y - 0.5) < MIDDLE
        return bool(near and text.height < LARGE * self._size[1])

    def _is_opaque_in_the_middle(self, text: Region, look: overlay.Look) -> bool:
        y = self._place(text)[1]
        if self._in_corner(text) or min(y, 1 - y) < BAND or look.seen_through:
            return False
        return bool(look.ink.min() > 255 - OPAQUE or look.ink.max() < OPAQUE)

    def _are_in_bars(self) -> list[bool]:
        middles = [text.polygon[:, 1].mean() for text in self._texts]
        return [any(bar.start <= middle < bar.stop for bar in self._bars) for middle in middles]

    def _captions_beyond_bars(self) -> list[Caption]:
        """Those in no bar that was found, along the top or the bottom of what is left of the picture."""
        near = [abs(self._place(text)[1] - 0.5) > 0.5 - CORNER[1] for text in self._texts]
        free = [
            number
            for number in range(len(self._texts))
            if near[number] and not self._in_bar[number] and not self._is_named_alone(number)
        ]
        found = self._lines.captions(free, self._read, int(self._size[0]))
        return [caption for caption in found if not any(self._is_sign(number) for number in caption.lines)]

    def _is_sign(self, number: int) -> bool:
        look = self._look(number)
        return look.on_plate or look.tilt > TILT

    def _is_named_alone(self, number: int) -> bool:
        named = self._said[number]
        return named is not None and named.alone

    def _is_part_of_a_caption(self, number: int) -> bool:
        """Whether a text stands with others that are no mark: read ones, lines as wide as a caption's, lines on its own
        even ground, or a caption whose credit stands there."""
        free = [other for other, inside in enumerate(self._in_bar) if not inside]
        group = self._lines.group(number, free)
        others = [other for other in group if not self._is_named_alone(other)]
        if any(self._read[other] or self._said[other] is not None for other in others):
            return True
        corners = np.concatenate([self._texts[other].polygon for other in group])
        if others and float(np.ptp(corners[:, 0])) > WIDE * self._size[0]:
            return True
        unlike = [other for other in free if other != number and not self._is_named_alone(other)]
        if any(self._lines.on_one_ground(number, other) for other in unlike):
            return True
        size = (int(self._size[0]), int(self._size[1]))
        return any(self._lines.go_together(caption, number, size) for caption in self._captions)


def _fills(text: Region) -> bool:
    """Whether what was read can be all of a text."""
    width = np.ptp(text.polygon @ _along(text.polygon))
    return len(re.sub(r"\s", "", text.text or "")) * LETTER * text.height >= FILLS * width


def _along(polygon: np.ndarray) -> np.ndarray:
    """`[2]`: the way that a text runs."""
    sides = polygon[1] - polygon[0], polygon[2] - polygon[1]
    way = max(sides, key=lambda side: float(np.linalg.norm(side)))
    return way / max(float(np.linalg.norm(way)), 1e-6)


def _whose(named: Said) -> str:
    return named.agency or "rights"
