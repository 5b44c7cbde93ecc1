"""Which marks a picture carries, and where: they compete by how much of the picture they explain.

What is not believed, and what two marks explain alike, is left as it is, with a word about it.
"""

from dataclasses import dataclass

import numpy as np

from ..mark import Watermark
from . import clean
from .clean import Overlay, Sighting
from .copies import copies
from .evidence import DECIDED
from .pattern import openings

NEARLY = 0.9
"""Share of the other's explanation from which on two marks explain alike."""
ALIKE = 0.95
"""Cosine of two opacities from which on they are one mark that was learned twice."""
OVERLAP = 0.1
"""Share of the smaller mark's area."""


@dataclass(frozen=True)
class Placed:
    """A mark at a place."""

    mark: Watermark
    at: Sighting
    over: Overlay

    @property
    def energy(self) -> float:
        """How much it explains."""
        return self.at.evidence.energy if self.at.evidence else 0.0


@dataclass(frozen=True)
class Choice:
    """What is taken off, and what is left."""

    placed: tuple[Placed, ...]
    doubts: tuple[str, ...]
    """What was seen and left, for people."""


def choose(picture: np.ndarray, marks: tuple[Watermark, ...]) -> Choice:
    """The marks that explain a picture (`[H,W,3]` uint8) best."""
    seen = [Placed(mark, at, clean.lay(picture, mark, at)) for mark in marks if (at := clean.look(picture, mark))]
    believed = sorted((one for one in seen if _believed(one)), key=lambda one: -one.energy)
    chosen: list[Placed] = []
    doubts = []
    while believed:
        best, *others = believed
        rivals = [other for other in others if _overlap(best.over, other.over)]
        believed = [other for other in others if other not in rivals]
        equals = [one for one in rivals if one.energy > NEARLY * best.energy and not _alike(best.over, one.over)]
        if equals:
            names = ", ".join(_whose(one.mark) for one in (best, *equals))
            doubts.append(f"at {_where(best)} the marks of {names} explain the picture alike")
        else:
            chosen.append(best)
    if not chosen and not doubts:
        similar = [one for one in seen if _doubtful(one)]
        doubts += [_doubt(one) for one in sorted(similar, key=lambda one: -one.energy)[:1]]
    for first in tuple(chosen):
        for at in copies(picture, first.mark, first.at):
            copy = Placed(first.mark, at, clean.lay(picture, first.mark, at))
            if any(_overlap(copy.over, other.over) for other in chosen):
                continue
            if _believed(copy):
                chosen.append(copy)
            elif _doubtful(copy):
                doubts.append(_doubt(copy))
        expected = _expected(picture, first.mark, chosen)
        chosen += [one for one in expected if _believed(one)]
        open_ = [one for one in expected if _doubtful(one)]
        if open_:
            doubts.append(
                f"the pattern of the mark of {_whose(first.mark)} goes on at {len(open_)} places where it is not sure, "
                f"the first at {_where(open_[0])}"
            )
    return Choice(tuple(chosen), tuple(doubts))


def _expected(picture: np.ndarray, mark: Watermark, chosen: list[Placed]) -> list[Placed]:
    """A tiled mark where its pattern leaves a place open."""
    known = [one for one in chosen if one.mark is mark]
    scale = known[0].at.scale
    size = (round(mark.alpha.shape[1] * scale), round(mark.alpha.shape[0] * scale))
    expected = []
    for x, y in openings([(one.at.x, one.at.y) for one in known], size, picture.shape[1::-1]):
        at = clean.asked(picture, mark, Sighting(float(x), float(y), scale, 0.0))
        place = Placed(mark, at, clean.lay(picture, mark, at))
        if not any(_overlap(place.over, other.over) for other in chosen):
            expected.append(place)
    return expected


def _believed(one: Placed) -> bool:
    return one.at.evidence is not None and one.at.evidence.believed


def _doubtful(one: Placed) -> bool:
    return one.at.evidence is not None and one.at.evidence.doubtful


def _doubt(one: Placed) -> str:
    evidence = one.at.evidence
    assert evidence is not None
    said = f"something like the mark of {_whose(one.mark)} at {_where(one)}"
    if evidence.decided < DECIDED:
        return f"{said} is too faint there to be sure ({evidence.decided:.0%} of it can be told)"
    return f"{said} is explained by it only to {min(evidence.explained, 0.99):.0%}"


def _whose(mark: Watermark) -> str:
    return mark.agency or "the learned agency"


def _where(one: Placed) -> str:
    return f"({one.at.x:.0f}, {one.at.y:.0f}) px"


def _overlap(first: Overlay, second: Overlay) -> bool:
    one, other = _joint(first, second, [first.touched, second.touched])
    return bool((one & other).sum() > OVERLAP * min(first.touched.sum(), second.touched.sum()))


def _alike(first: Overlay, second: Overlay) -> bool:
    one, other = _joint(first, second, [first.alpha, second.alpha])
    return float((one * other).sum()) > ALIKE * float(np.linalg.norm(one) * np.linalg.norm(other))


def _joint(first: Overlay, second: Overlay, fields: list[np.ndarray]) -> list[np.ndarray]:
    """Two overlays' fields in the window that holds both."""
    top, left = min(first.rows.start, second.rows.start), min(first.columns.start, second.columns.start)
    bottom, right = max(first.rows.stop, second.rows.stop), max(first.columns.stop, second.columns.stop)
    return [
        np.pad(
            field,
            ((over.rows.start - top, bottom - over.rows.stop), (over.columns.start - left, right - over.columns.stop)),
        )
        for over, field in zip((first, second), fields, strict=True)
    ]
