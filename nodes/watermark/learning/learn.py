"""Learn the marks of a collection of pictures: one that all of them share, or several, each of some of them."""

from dataclasses import dataclass, replace

import numpy as np

from ...ground import UserError
from ..alignment import CARRIES
from ..mark import Watermark
from .families import Collection, Family
from .single import LEAST, NoMark
from .trace import Step

__all__ = ["ADVISED", "CARRIES", "LEAST", "LEAST_UNGUIDED", "MOST_STEPS", "Learned", "NoMark", "learn"]

LEAST_UNGUIDED, ADVISED, MOST_COMPARED = 10, 20, 40
"""Pictures. More than the last teach nothing new, so that many are taken evenly from all."""
MOST_STEPS = 96


@dataclass(frozen=True)
class Learned:
    """The marks, and how sure they are."""

    watermark: Watermark
    """That of most pictures, with the others beside it."""
    families: tuple[Family, ...]
    """In the same order."""
    taken: tuple[int, ...]
    """Numbers of the pictures that were compared."""

    @property
    def confidence(self) -> float:
        """Of the mark of most pictures: how far it stands out, surely from 5 on."""
        return self.families[0].single.confidence

    @property
    def carrying(self) -> tuple[int, ...]:
        """Numbers of the pictures that carry the mark of most pictures."""
        return self.numbers(self.families[0])

    @property
    def scaled(self) -> bool:
        """Whether the mark of most pictures grows with the picture's width instead of keeping its px."""
        return self.families[0].single.scaled

    @property
    def report(self) -> str:
        """For people: what was found, where, and how sure that is."""
        lines = [self._line(family) for family in self.families]
        if len(self.families) > 1:
            lines.insert(
                0, f"The pictures carry {len(self.families)} marks; each is taken off the pictures it explains."
            )
        left = len(self.taken) - len({number for family in self.families for number in family.numbers})
        if left:
            lines.append(f"{left} pictures carry none that is sure.")
        return "\n".join(lines)

    def _line(self, family: Family) -> str:
        alpha = family.watermark.alpha
        height, width = alpha.shape
        numbers = family.numbers
        told = [
            f"A mark of {width} x {height} px was learned at the {family.watermark.anchor} of {len(numbers)} of "
            f"{len(self.taken)} pictures, confidence {family.single.confidence:.1f} (sure from {CARRIES:.0f}), opacity "
            f"{np.median(alpha[alpha > 0.5 * alpha.max()]):.2f}."
        ]
        if len(self.families) > 1:
            told.append(f"Pictures {', '.join(str(number + 1) for number in self.numbers(family))} carry it.")
        if family.single.scaled:
            told.append("It grows with the picture's width.")
        if family.single.is_multiplied:
            told.append("It seems to be multiplied onto the pictures in colour: un-blending leaves a tint of it.")
        if len(numbers) < ADVISED:
            told.append(f"From fewer than {ADVISED} pictures: more would make it cleaner.")
        return " ".join(told)

    def numbers(self, family: Family) -> tuple[int, ...]:
        """Numbers of the pictures that carry a family's mark."""
        return tuple(self.taken[number] for number in family.numbers)


def learn(
    pictures: list[np.ndarray],
    places: tuple[str, ...],
    box: tuple[float, float, float, float] | None = None,
    step: Step = lambda: None,
) -> Learned:
    """The marks of a collection.

    Args:
        pictures: `[H,W,3]` uint8 each, sizes may differ.
        places: the `ANCHORS` to look at.
        box: (left, top, right, bottom) as shares of the picture, to look there instead.
        step: called between parts of the work, mostly less than `MOST_STEPS` times.

    Raises:
        UserError: too few pictures.
        NoMark: no mark is found, or none that is sure.
    """
    least = LEAST if box else LEAST_UNGUIDED
    if len(pictures) < least:
        hint = "" if box else ", or mask the area of the mark and connect the mask: then 3 are enough"
        raise UserError(
            f"Expected at least {least} pictures to learn a mark from, got {len(pictures)}: add more{hint}."
        )
    taken = np.linspace(0, len(pictures) - 1, min(len(pictures), MOST_COMPARED)).round().astype(int)
    found = Collection([pictures[number] for number in taken], places, box, step).families()
    first, *others = (family.watermark for family in found)
    return Learned(replace(first, others=tuple(others)), tuple(found), tuple(taken.tolist()))
