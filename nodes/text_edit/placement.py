"""Which word goes where: the lines that a user typed, and the areas of a picture."""

import re
from dataclasses import dataclass

import numpy as np

from ..ground import UserError

NUMBERED = re.compile(r"^\s*(\d+)\s*:\s?(.*)$")
SAME_ROW = 0.5
"""Areas whose heights overlap by this share of the lower one stand in one row."""


@dataclass(frozen=True)
class Area:
    """A masked piece of a picture."""

    left: int
    top: int
    mask: np.ndarray
    """`[h,w]` bool."""

    @property
    def width(self) -> int:
        """px."""
        return self.mask.shape[1]

    @property
    def height(self) -> int:
        """px."""
        return self.mask.shape[0]


@dataclass(frozen=True)
class Line:
    """One word, and the number of the region it is meant for where the user gave one."""

    word: str
    number: int | None = None


def lines(text: str, numbered: bool) -> list[Line]:
    """The words, one a line; with `numbered`, "3: COVER" is meant for region 3.

    Raises:
        UserError: no word, or only some of the lines have a number.
    """
    typed = [line.strip() for line in text.splitlines() if line.strip()]
    if not typed:
        raise UserError("There is no word to write: expected one word a line, such as COVER.")
    if not numbered:
        return [Line(line) for line in typed]
    matches = [NUMBERED.match(line) for line in typed]
    if not any(matches):
        return [Line(line) for line in typed]
    if not all(matches):
        raise UserError('Some lines have a number and some have none: expected "3: COVER" in every line, or in none.')
    return [Line(match[2], int(match[1])) for match in matches if match]


def numbers(typed: list[Line], masked: tuple[bool, ...]) -> list[int]:
    """For every line the region it is meant for, counted from 1.

    Args:
        masked: which of a picture's regions are masked; lines without a number take these in turn.

    Raises:
        UserError: no such region, one named twice, or more or fewer words than masked regions.
    """
    if not masked:
        raise UserError("No text was found in the picture, so there is no region to write into: paint a mask instead.")
    chosen = [number for number, is_masked in enumerate(masked, 1) if is_masked]
    named = [line.number for line in typed if line.number is not None]
    if not named:
        if len(chosen) != len(typed):
            raise UserError(
                f"Expected a word for each of the {len(chosen)} masked regions, got {len(typed)}: write one word a "
                'line for all of them, or name regions as in "3: COVER".'
            )
        return chosen
    wrong = sorted({number for number in named if not 1 <= number <= len(masked)})
    if wrong:
        raise UserError(f"There is no region {wrong[0]}: expected 1 to {len(masked)}, as the overlay numbers them.")
    twice = sorted({number for number in named if named.count(number) > 1})
    if twice:
        raise UserError(f"Region {twice[0]} has two words: give each region one.")
    return named


def split(mask: np.ndarray, count: int) -> list[Area]:
    """A mask `[H,W]` bool as one area for one word, or as its `count` separate pieces, row by row from the left.

    Raises:
        UserError: nothing is masked, or another number of pieces.
    """
    if count == 1:
        return [whole(mask, "the mask")]
    found = _pieces(mask)
    if len(found) != count:
        raise UserError(
            f"Expected {count} separate pieces in the mask for {count} words, got {len(found)}: mask each word apart "
            "from the others, or write one word a piece."
        )
    return found


def whole(mask: np.ndarray, name: str) -> Area:
    """All masked px of `[H,W]` bool as one area; `name` is for the error where there is none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        raise UserError(f"Nothing is masked in {name}: paint the place of the word, or search for text first.")
    top, left = int(rows[0]), int(columns[0])
    return Area(left, top, mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1].copy())


def _pieces(mask: np.ndarray) -> list[Area]:
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    found: list[Area] = []
    for label in range(1, count):
        left, top, width, height = (int(value) for value in stats[label, :4])
        found.append(Area(left, top, labels[top : top + height, left : left + width] == label))
    return _in_reading_order(found)


def _in_reading_order(found: list[Area]) -> list[Area]:
    rows: list[list[Area]] = []
    for piece in sorted(found, key=lambda piece: piece.top):
        for row in rows:
            first = row[0]
            common = min(first.top + first.height, piece.top + piece.height) - max(first.top, piece.top)
            if common >= SAME_ROW * min(first.height, piece.height):
                row.append(piece)
                break
        else:
            rows.append([piece])
    return [piece for row in rows for piece in sorted(row, key=lambda piece: piece.left)]
