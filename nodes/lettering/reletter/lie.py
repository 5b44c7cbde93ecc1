"""How a line of letters lies in a piece: turned, leaning, bent, seen from the side; where it begins and ends.

Upright letters begin and end at the same heights, so the ink of a straightened line changes most sharply from one row
to the next. The line is straightened by every one of its values so that it does.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .plane import Plane

WORK = 40.0
"""px: letters are searched in that height."""
TURN, LEAN = 2.0, 24.0
"""Degrees that are searched around the region's own angle, and for a slant."""
DOUBT = 2.4
"""Degrees: a line does not lie farther from its region's angle."""
BENDS = (-60.0, -40.0, -25.0, -12.0, 12.0, 25.0, 40.0, 60.0)
TAPERS = (-35.0, -25.0, -16.0, -8.0, 8.0, 18.0, 30.0, 45.0)
TALL = 1.5
"""Regions that are so many times as high as wide are columns."""
TURNS = (-1.8, -1.2, -0.6, 0.0, 0.6, 1.2, 1.8)
"""Degrees by which a line seen from the side may have been turned too far."""
LONG = 2.2
"""Text heights: shorter lines say nothing of a bend or a taper."""
BETTER, LEANING = 1.3, 1.3
RARER = 1.6
"""A bend must be so much surer still: lines are rarely set on an arc, and brushes often look like it."""
"""So many times sharper, or a line is not bent, seen from the side, or leaning."""
LEAST_SLANT = 4.0
FEW = 0.05
"""Of the ink of a full row: rows with less are a speck's."""
DESCENDING = set("gjpqyQ,;()[]{}|/&@")


@dataclass(frozen=True)
class Lie:
    """A line in the piece's px."""

    plane: Plane
    size: float
    """px from the foot to the head of the letters."""
    beyond: float
    """px of ink below their foot."""


def lie(cover: np.ndarray, corners: np.ndarray, words: str) -> Lie | None:
    """How the line lies.

    Args:
        cover: `[h,w]` float32: the letters.
        corners: `[4,2]` px of the piece: the region, clockwise from the letters' upper left.
        words: what it says as far as anybody could read it, "" for no idea.
    """
    start = _start(corners)
    height = _height(corners)
    zoom = min(1.0, WORK / height)
    small = _reduced(cover, zoom)
    plane = _scaled(start, zoom)
    plane = _turned(small, plane, height * zoom)
    if not plane.is_column:
        if plane.length >= LONG * height * zoom:
            plane = _seen_from_the_side(small, plane, height * zoom)
        plane = _leaning(small, plane, height * zoom)
    return ends(cover, _scaled(plane, 1 / zoom), height, words)


def _start(corners: np.ndarray) -> Plane:
    top, right, bottom, left = (corners[(one + 1) % 4] - corners[one] for one in range(4))
    across, down = top - bottom, right - left
    wide, tall = np.linalg.norm(across) / 2, np.linalg.norm(down) / 2
    x, y = corners.mean(axis=0)
    is_column = bool(tall > TALL * wide)
    angle = math.degrees(math.atan2(across[1], across[0]))
    return Plane(float(x), float(y), float(tall if is_column else wide), angle, is_column=is_column)


def _height(corners: np.ndarray) -> float:
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return float(min(sides[0] + sides[2], sides[1] + sides[3]) / 2)


def _reduced(cover: np.ndarray, zoom: float) -> np.ndarray:
    import cv2

    if zoom == 1:
        return cover
    size = tuple(max(1, round(side * zoom)) for side in cover.shape[1::-1])
    return cv2.resize(cover, size, interpolation=cv2.INTER_AREA)


def _scaled(plane: Plane, zoom: float) -> Plane:
    x, y = (zoom * (one + 0.5) - 0.5 for one in (plane.x, plane.y))
    return replace(plane, x=x, y=y, length=plane.length * zoom)


def flattened(cover: np.ndarray, plane: Plane, along: float, across: float, fine: float = 1.0) -> np.ndarray:
    """The line straightened: so many px of the plane around its middle, `fine` px for each."""
    import cv2

    wide, tall = (across, along) if plane.is_column else (along, across)
    xs = (np.arange(round(2 * wide * fine)) + 0.5) / fine - wide
    ys = (np.arange(round(2 * tall * fine)) + 0.5) / fine - tall
    places = plane.to_picture(np.stack(np.meshgrid(xs, ys), axis=-1)).astype(np.float32)
    return cv2.remap(cover, places[..., 0], places[..., 1], cv2.INTER_LINEAR)


def _sharpness(cover: np.ndarray, plane: Plane, height: float) -> float:
    flat = flattened(cover, plane, 0.62 * plane.length, 0.95 * height)
    profile = flat.sum(axis=1)
    return float((np.diff(profile) ** 2).sum() / max(profile.sum(), 1e-6) ** 2)


def best_of(values: np.ndarray, score: Callable[[float], float]) -> tuple[float, float]:
    """The value with the highest score, between its neighbours by a parabola."""
    scores = np.array([score(value) for value in values])
    at = int(scores.argmax())
    if 0 < at < len(values) - 1:
        before, here, after = scores[at - 1 : at + 2]
        bow = before - 2 * here + after
        if bow < 0:
            return float(values[at] + 0.5 * (before - after) / bow * (values[1] - values[0])), float(here)
    return float(values[at]), float(scores[at])


def _turned(cover: np.ndarray, plane: Plane, height: float) -> Plane:
    def score(angle: float) -> float:
        doubt = 1 - ((angle - plane.angle) / DOUBT) ** 2  # the region's own angle is not far off
        return _sharpness(cover, replace(plane, angle=angle), height) * doubt

    angle, _ = best_of(plane.angle + np.arange(-TURN, TURN + 0.5, 0.5), score)
    angle, _ = best_of(angle + np.arange(-0.5, 0.51, 0.125), score)
    return replace(plane, angle=angle)


def _seen_from_the_side(cover: np.ndarray, plane: Plane, height: float) -> Plane:
    def sharp(**values: float) -> float:
        return _sharpness(cover, replace(plane, **values), height)

    before = sharp()
    tried = [(sharp(bend=bend) / RARER, {"bend": bend}) for bend in BENDS]
    tried += [
        (sharp(taper=taper, angle=plane.angle + turn), {"taper": taper, "angle": plane.angle + turn})
        for taper in TAPERS
        for turn in TURNS
    ]
    best, values = max(tried, key=lambda one: one[0])
    if best < BETTER * before:
        return plane
    found = replace(plane, **values)
    for step in (1.0, 0.4):
        for name, width in (("bend", 6.0), ("taper", 5.0), ("angle", 1.0)):
            if name != "angle" and not getattr(found, name):
                continue
            middle = getattr(found, name)

            def sharper(value: float, name: str = name, base: Plane = found) -> float:
                return _sharpness(cover, replace(base, **{name: float(value)}), height)

            value, _ = best_of(middle + np.linspace(-width, width, 7) * step, sharper)
            found = replace(found, **{name: value})
    return found


def _leaning(cover: np.ndarray, plane: Plane, height: float) -> Plane:
    def score(slant: float) -> float:
        flat = flattened(cover, replace(plane, slant=slant), 0.7 * plane.length, 0.7 * height)
        profile = flat.sum(axis=0)
        return float((np.diff(profile) ** 2).sum() / max(profile.sum(), 1e-6) ** 2)

    upright = score(0.0)
    slant, best = best_of(np.arange(-LEAN, LEAN + 1, 2.0), score)
    return replace(plane, slant=slant) if abs(slant) >= LEAST_SLANT and best >= LEANING * upright else plane


def straight(cover: np.ndarray, corners: np.ndarray, words: str) -> Lie | None:
    """How the line lies if it lies as its region does."""
    return ends(cover, _start(corners), _height(corners), words)


def ends(cover: np.ndarray, plane: Plane, height: float, words: str) -> Lie | None:
    """The plane in the middle of the ink, and the letters' own height.

    Args:
        height: px that the letters are high at most.
    """
    along, across = 0.5 * plane.length + 0.9 * height, 1.3 * height
    flat = flattened(cover, plane, along, across)
    if plane.is_column:
        flat = flat.T
    first, last = _edges(flat.max(axis=1) * (flat.sum(axis=1) > FEW * np.percentile(flat.sum(axis=1), 90)))
    start, end = _edges(flat.max(axis=0))
    if last - first < 3 or end - start < 1:
        return None
    foot = last
    if not plane.is_column and any(letter in DESCENDING for letter in words):
        foot = _foot(flat, first, last)
    middle_across, middle_along = (first + foot) / 2 - across, (start + end) / 2 - along
    shift = (middle_across, middle_along) if plane.is_column else (middle_along, middle_across)
    x, y = plane.to_picture(np.array(shift))
    moved = _around(plane, float(x), float(y), middle_along, end - start)
    return Lie(moved, foot - first, last - foot)


def _around(plane: Plane, x: float, y: float, ahead: float, length: float) -> Plane:
    """The same plane seen from a middle that lies so many px ahead, of a line that is so long."""
    share = length / plane.length
    half = (plane.taper / 100) / (plane.taper / 100 + 2) * share
    return replace(
        plane,
        x=x,
        y=y,
        length=length,
        angle=plane.angle + plane.bend * ahead / plane.length,
        bend=plane.bend * share,
        taper=100 * ((1 + half) / (1 - half) - 1),
    )


def _edges(highest: np.ndarray) -> tuple[float, float]:
    """Where the ink begins and ends along rows or columns, px from the rim, between px where half of it is covered."""
    inked = np.flatnonzero(highest > 0.5)
    if not len(inked):
        return 0.0, 0.0
    first, last = int(inked[0]), int(inked[-1])
    before = float(highest[first - 1]) if first else 0.0
    after = float(highest[last + 1]) if last + 1 < len(highest) else 0.0
    start = first + 0.5 - (highest[first] - 0.5) / max(highest[first] - before, 1e-6)
    end = last + 0.5 + (highest[last] - 0.5) / max(highest[last] - after, 1e-6)
    return float(start), float(end)


def _foot(flat: np.ndarray, first: float, last: float) -> float:
    """The row below which most of the ink ends, in the lower part of the letters."""
    profile = np.pad(flat.sum(axis=1), (0, 2))  # the ink may reach the rim
    low = int(first + 0.5 * (last - first))
    drop = profile[low : int(last) + 1] - profile[low + 1 : int(last) + 2]
    smooth = np.convolve(drop, np.ones(3), "same")
    return float(low + 1 + smooth.argmax()) if len(drop) else last
