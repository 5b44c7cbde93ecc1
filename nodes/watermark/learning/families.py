"""The marks of a collection in which every picture may carry another.

A mark that was learned is asked of every picture. Those that it does not explain are learned from anew, and where it
explains too few of those that seemed to carry it, it was made of several: then the pictures are parted by what they
share, and each half is learned by itself.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..mark import Watermark
from ..removing import clean
from .pairs import halves, pairs
from .single import Alike, NoMark, Several, Single, learn_single
from .trace import Step, small_windows

LEAST_FAMILY, LEAST_SCENES = 6, 4
"""Pictures that may have a mark of their own, and scenes in them, before what repeats there is a mark."""
GUIDED = 3
"""Both of them where a mask says where the mark is."""
SOUND, PURE = 0.7, 0.9
"""Shares of the pictures it was learned from that a mark must explain, and below which the others spoiled it."""
SAME = 0.5
"""Share of another family's pictures that a mark of its own does not explain."""


@dataclass(frozen=True)
class Family:
    """A mark, and the numbers of the pictures that carry it."""

    single: Single
    numbers: tuple[int, ...]

    @property
    def watermark(self) -> Watermark:
        """The mark."""
        return self.single.watermark


class Collection:
    """Pictures that are learned from, together and in parts."""

    def __init__(self, pictures: list[np.ndarray], places: tuple[str, ...], box: tuple | None, step: Step) -> None:
        """Arguments as for `learn.learn`."""
        self._pictures, self._places, self._box, self._step = pictures, places, box, step
        self._least, self._scenes = (GUIDED, GUIDED) if box else (LEAST_FAMILY, LEAST_SCENES)

    def families(self) -> list[Family]:
        """Every mark that is sure, that of most pictures first.

        Raises:
            NoMark: none is.
        """
        return self._apart(self._families(list(range(len(self._pictures)))))

    def _families(self, numbers: list[int]) -> list[Family]:
        try:
            return self._whole(numbers, self._learn(numbers))
        except NoMark as refused:
            found = self._parted(numbers, refused)
            if not found:
                raise
            return found

    def _whole(self, numbers: list[int], single: Single) -> list[Family]:
        """The mark of most of the numbers, and those of the others."""
        explained = self._explained(single, numbers)
        seemed = len(single.carrying)
        if len(explained) < max(self._least, SOUND * seemed):
            raise NoMark(
                f"What repeats in the pictures is no mark of theirs: it explains {len(explained)} of the {seemed} "
                "that seem to carry it. Add pictures of the same agency, or mask the area of the mark."
            )
        if len(explained) < PURE * seemed:
            single = self._learn(explained)
        return [Family(single, tuple(explained)), *self._tried(_without(numbers, explained))]

    def _parted(self, numbers: list[int], refused: NoMark) -> list[Family]:
        """The marks of parts of the numbers, which as a whole were refused."""
        if isinstance(refused, Alike):
            return self._tried(_without(numbers, [numbers[number] for number in refused.carrying]))
        if not isinstance(refused, Several):
            return [family for half in self._halves(numbers) for family in self._tried(half)]
        groups = [[numbers[number] for number in group] for group in refused.groups]
        found = self._apart([family for group in groups for family in self._tried(group)])
        everyone = [number for group in groups for number in group]
        if len(found) == 1 and len(self._explained(found[0].single, everyone)) >= PURE * len(everyone):
            return self._whole(numbers, self._learn(numbers, common=True))
        left = _without(numbers, [number for family in found for number in family.numbers])
        grown = []
        for family in found:
            grown.append(self._grown(family, left))
            left = _without(left, list(grown[-1].numbers))
        return [*grown, *self._tried(left)] if found else []

    def _grown(self, family: Family, left: list[int]) -> Family:
        """A family with those of the numbers left over whose pictures its mark explains too."""
        explained = self._explained(family.single, left)
        if not explained:
            return family
        numbers = sorted([*family.numbers, *explained])
        try:
            return Family(self._learn(numbers), tuple(numbers))
        except NoMark:
            return replace(family, numbers=tuple(numbers))

    def _apart(self, found: list[Family]) -> list[Family]:
        """Without those whose mark was learned twice, that of most pictures first."""
        kept: list[Family] = []
        for family in sorted(found, key=lambda family: -len(family.numbers)):
            for number, known in enumerate(kept):
                if len(self._explained(family.single, list(known.numbers))) > SAME * len(known.numbers):
                    kept[number] = replace(known, numbers=tuple(sorted({*known.numbers, *family.numbers})))
                    break
            else:
                kept.append(family)
        return kept

    def _tried(self, numbers: list[int]) -> list[Family]:
        if len(numbers) < self._least:
            return []
        try:
            return self._families(numbers)
        except NoMark:
            return []

    def _learn(self, numbers: list[int], common: bool = False) -> Single:
        pictures = [self._pictures[number] for number in numbers]
        return learn_single(pictures, self._places, self._box, self._scenes, self._step, common)

    def _explained(self, single: Single, numbers: list[int]) -> list[int]:
        """Those of the numbers whose pictures the mark explains."""
        found = []
        for number in numbers:
            if clean.find(single.at_its_size(self._pictures[number]), single.watermark):
                found.append(number)
            self._step()
        return found

    def _halves(self, numbers: list[int]) -> list[list[int]]:
        """Two halves that share more within than across; none where nothing is shared."""
        if len(numbers) < 2 * self._least:
            return []
        _, small, windows = small_windows([self._pictures[number] for number in numbers], self._places, self._box)
        best = None
        for window in windows:
            heights, _ = pairs(window.cut(small, np.zeros((len(small), 2))))
            self._step()
            if best is None or heights.sum() > best.sum():
                best = heights
        groups = None if best is None else halves(best)
        return [[numbers[number] for number in group] for group in groups or ()]


def _without(numbers: list[int], others: list[int]) -> list[int]:
    return [number for number in numbers if number not in others]
