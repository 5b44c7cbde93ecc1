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
        unsure: list[Placed] = []
        for at in copies(picture, first.mark, first.at):
            copy = Placed(first.mark, at, clean.lay(picture, first.mark, at))
            if _is_free(copy, chosen):
                (chosen if _believed(copy) else unsure).append(copy)
        unsure = [copy for copy in unsure if _doubtful(copy)]
        doubts += [_doubt(copy) for copy in unsure]
        expected = [place for place in _expected(picture, first, chosen) if _is_free(place, [*chosen, *unsure])]
        chosen += [place for place in expected if _believed(place)]
        unseen = [place for place in expected if _doubtful(place)]
        if unseen:
            doubts.append(
                f"the pattern of the mark of {_whose(first.mark)} goes on at {len(unseen)} places where it "
                f"is not sure, the first at {_where(unseen[0])}"
            )
    return Choice(tuple(chosen), tuple(doubts))


def _expected(picture: np.ndarray, first: Placed, chosen: list[Placed]) -> list[Placed]:
    """A tiled mark where its pattern leaves a place open."""
    mark, scale = first.mark, first.at.scale
    known = [(one.at.x, one.at.y) for one in chosen if one.mark is mark]
    size = (round(mark.alpha.shape[1] * scale), round(mark.alpha.shape[0] * scale))
    places = openings(known, size, picture.shape[1::-1]).tolist()
    sights = [clean.asked(picture, mark, Sighting(x, y, scale, 0.0)) for x, y in places]
    return [Placed(mark, at, clean.lay(picture, mark, at)) for at in sights]


def _is_free(one: Placed, others: list[Placed]) -> bool:
    return not any(_overlap(one.over, other.over) for other in others)


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
