"""The colour or gradient that fills the letters of a piece.

The colours of the piece are parted into a few by k-means. The letters' own is the one with most ink, all along the
line, that parts from the ground; one that another encloses on every side is filled, and the other its outline.
"""

import math
from dataclasses import dataclass

import numpy as np

from .sight import Sight

COLOURS = 4
ALIKE = 9.0
"""Lab distance: the same colour, with the noise of a photograph."""
APART = 8.0
"""Lab distance from which two colours are two."""
CLEAR = 45.0
"""Lab distance to the ground from which letters are as clear as can be."""
CLOSED = 1.1
"""How much a colour counts that touches no ground; one that touches nothing else counts 1 less."""
PLAIN = 0.35
"""What letters count at least, which touch nothing else."""
ENCLOSED = 0.25
"""Letters inside an outline touch less ground, and may be holes of the ink that was found."""
RIM, WIDE_RIM, ENLARGED = 3, 5, 2.5
"""px: twice the soft rim of letters and one, and of those in pieces that are enlarged more than so many times."""
MOST_FITTED = 6000
"""px that a plane is fitted to."""
GROWN = 1.3
"""A gradient explains so many times the px of one colour, or it is none."""
ENCLOSING, MORE = 0.45, 1.33
"""Of what stands around a colour: where another has so much of it, and so many times more than that has of it, that
one is its outline."""
LIKELY, TRIED = 0.1, 4
"""Of the score of the likeliest colour: another is tried where it makes no letters; so many in all."""
SAME = 0.7
"""Of the px that either of two colours explains: what explains so many of the other's is the same colour, which a
gradient grew to from two places."""
THERE, THICK = 0.6, 0.1
"""Of the outline's places along the line, and of its ink: letters inside one have so many."""


@dataclass(frozen=True)
class Fill:
    """A colour that may be the letters'."""

    plane: np.ndarray
    """`[3,3]`: Lab = (1, x, y) @ plane; x and y in px of the piece."""
    is_gradient: bool
    core: np.ndarray
    """`[h,w]` uint8: its ink without a soft rim."""
    explained: np.ndarray
    """`[h,w]` bool: its ink."""
    there: int
    """How many places along the line have it."""
    score: float


def fills(seen: Sight, near: np.ndarray, ground: np.ndarray) -> list[Fill]:
    """The colours that may be the letters', the likeliest first; [] where none parts from the ground.

    Args:
        near: `[h,w]` bool: where letters can be.
        ground: `[h,w,3]` Lab: what lies under them.
    """
    rim = RIM if seen.zoom < ENLARGED else WIDE_RIM
    found = _parted(seen, near, ground, rim)
    if not any(one.score for one in found):  # strokes so thin that nothing else is left of them
        found = _parted(seen, near, ground, 1)
    best = max((one.score for one in found), default=0.0)
    likely = sorted((one for one in found if one.score > LIKELY * best), key=lambda one: -one.score)
    letters = next((one for one in likely[1:] if _is_inside(one, likely[0], seen.zoom)), None)
    apart: list[Fill] = []
    for one in sorted(likely, key=lambda one: letters is not None and one is not letters):
        if not any(_is_same(one, other) for other in apart):
            apart.append(one)
    return apart[:TRIED]


def _is_same(one: Fill, other: Fill) -> bool:
    both, either = one.explained & other.explained, one.explained | other.explained
    return bool(both.sum() > SAME * either.sum())


def _is_inside(one: Fill, other: Fill, zoom: float) -> bool:
    """Whether a colour is filled letters, and another the outline around them."""
    if one.there < THERE * other.there or one.core.sum() < THICK * other.core.sum():
        return False
    enclosed = _around(one.core, zoom, other.explained)
    return enclosed >= max(ENCLOSING, MORE * _around(other.core, zoom, one.explained))


def _parted(seen: Sight, near: np.ndarray, ground: np.ndarray, rim: int) -> list[Fill]:
    """Every colour of the piece that parts from the ground."""
    import cv2

    inside = seen.lab[seen.filled]
    if len(inside) < 16:
        return []
    cv2.setRNGSeed(1)
    few = np.ascontiguousarray(inside[:: max(1, len(inside) // 6000)])
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.3)
    _, _, centres = cv2.kmeans(few, min(COLOURS, len(few)), np.zeros(0, np.int32), stop, 2, cv2.KMEANS_PP_CENTERS)
    apart = np.stack([np.linalg.norm(seen.lab - ground, axis=2)]
                     + [np.linalg.norm(seen.lab - one, axis=2) for one in centres])  # fmt: skip
    nearest = apart.argmin(axis=0)
    nearest[~near] = 0
    places = max(1, len(np.unique(seen.along[seen.ink])))  # letters stand all along the line, other things do not
    found: list[Fill] = []
    for number in range(1, len(apart)):
        own = (nearest == number) & seen.filled
        away = float(np.linalg.norm(np.median(seen.lab[own] - ground[own], axis=0))) if own.sum() >= 16 else 0.0
        if away < APART:
            continue
        clear = min(1.0, away / CLEAR)
        start = np.zeros((3, 3))
        start[0] = np.median(seen.lab[own], axis=0)
        plane, explained, is_gradient = _grown(seen, ground, start)
        # What is half letter and half ground is no colour of its own.
        core = cv2.erode(explained.astype(np.uint8), np.ones((rim, rim), np.uint8))
        opened = 1 - _around(core, seen.zoom, explained | (nearest > 0))
        counted = core if opened < ENCLOSED else core * seen.ink
        there = len(np.unique(seen.along[counted > 0]))
        score = math.sqrt(counted.sum()) * max(CLOSED - opened, PLAIN) * (there / places) ** 2 * clear
        found.append(Fill(plane, is_gradient, core, explained, there, score))
    return found


def _around(core: np.ndarray, zoom: float, others: np.ndarray) -> float:
    """The share of a colour's surroundings, beyond its soft rim, that others have."""
    import cv2

    step = max(2, round(2 * zoom))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * step + 1, 2 * step + 1))
    inner = cv2.dilate(core, kernel)
    ring = cv2.dilate(inner, kernel).astype(bool) & ~inner.astype(bool)
    return float(others[ring].mean()) if ring.any() else 0.0


def _grown(seen: Sight, ground: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """The plane of a colour, `[h,w]` bool where it explains the ink, and whether it is a gradient."""
    flat, few = _fitted(seen, ground, start, slopes=False)
    bent, many = _fitted(seen, ground, flat, slopes=True)
    rows, columns = np.nonzero(seen.filled)
    span = np.linalg.norm(bent[1] * np.ptp(columns)) + np.linalg.norm(bent[2] * np.ptp(rows))
    is_gradient = bool(span >= APART and many.sum() >= GROWN * few.sum())
    explained = np.zeros(seen.filled.shape, bool)
    explained[seen.filled] = many if is_gradient else few
    return (bent if is_gradient else flat), explained, is_gradient


def _fitted(seen: Sight, ground: np.ndarray, start: np.ndarray, slopes: bool) -> tuple[np.ndarray, np.ndarray]:
    """The plane of the ink's colours that grows from a start, and which of its px it explains, `[n]` bool."""
    rows, columns = np.nonzero(seen.filled)
    points, lab = np.stack([np.ones(len(rows)), columns, rows], axis=1), seen.lab[seen.filled]
    from_ground = np.linalg.norm(lab - ground[seen.filled], axis=1)
    few = slice(None, None, max(1, len(rows) // MOST_FITTED))
    plane = start
    for _ in range(24 if slopes else 6):
        explained = _explained(points[few], lab[few], from_ground[few], plane)
        if explained.sum() < 16:
            break
        used = points[few][explained] if slopes else points[few][explained, :1]
        fit = np.linalg.lstsq(used, lab[few][explained], rcond=None)[0]
        plane = fit if slopes else np.vstack([fit, np.zeros((2, 3))])
    return plane, _explained(points, lab, from_ground, plane)


def _explained(points: np.ndarray, lab: np.ndarray, from_ground: np.ndarray, plane: np.ndarray) -> np.ndarray:
    error = np.linalg.norm(lab - points @ plane, axis=1)
    return (error < ALIKE) & (error < 0.5 * from_ground)
