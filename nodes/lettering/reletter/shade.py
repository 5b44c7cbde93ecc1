"""The shadow that letters throw: how far, how soft, what colour."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np

from .distance import distances
from .paints import Paints, painted, rgb_of
from .sight import Sight

WORK = 36.0
"""px: letters are looked at in that height."""
NEAREST, FARTHEST = 0.02, 0.16
"""Of the text height; nearer ones are the soft rim of letters."""
SOFT = (0.3, 0.02, 0.045, 0.08)
"""Softness that is tried: px of the picture, then shares of the text height."""
FINER = (0.5, 0.25)
"""Steps in which a shadow's place is tried around the likeliest whole one."""
SURE = 0.55
"""Correlation of what is darker around the letters with their shape."""
RIM = 2.0
"""px of the picture around letters where they may end otherwise than it seemed."""
LEAST = 5.0
"""Lab distance between a shadow and its ground."""
Place = tuple[float, float, float]
"""How far to the right and down, and how soft."""


@dataclass(frozen=True)
class Shade:
    """A shadow in px of the piece, y down."""

    x: float
    y: float
    softness: float
    lab: np.ndarray
    """`[3]`."""
    opacity: float
    """0..1."""


def shade(seen: Sight, found: Paints, height: float) -> Shade | None:
    """The shadow of letters that are so many px of the piece high, None where there is none."""
    import cv2

    zoom = min(1.0, WORK / height)
    size = tuple(max(1, round(side * zoom)) for side in found.cover.shape[1::-1])

    def small(values: np.ndarray) -> np.ndarray:
        return cv2.resize(np.ascontiguousarray(values, np.float32), size, interpolation=cv2.INTER_AREA)

    outside = distances(found.cover <= 0.5)
    full = small(np.clip(found.outline + 1 - outside, 0, 1))
    lab, ground = small(seen.lab), small(found.ground)
    around = small((outside > found.outline + 1.5 * max(seen.zoom, 1)).astype(np.float32)) > 0.99
    reach = FARTHEST * height * zoom
    around &= small((outside < found.outline + 2.5 * FARTHEST * height).astype(np.float32)) > 0
    around &= small(seen.area) > 0
    if around.sum() < 64:
        return None
    darker = (ground - lab)[..., 0]
    softs = (SOFT[0] * seen.zoom * zoom, *(part * height * zoom for part in SOFT[1:]))
    blurred = {soft: cv2.GaussianBlur(full, (0, 0), max(soft, 0.3)) for soft in softs}

    def alike(place: Place) -> float:
        x, y, soft = place
        moved = _moved(blurred[soft], x, y)[around]
        return float(np.corrcoef(moved, darker[around])[0, 1]) if moved.std() > 0 else 0.0

    steps = [float(step) for step in np.arange(-np.ceil(reach), np.ceil(reach) + 1)]
    place: Place = max(product(steps, steps, softs), key=alike)
    for step in FINER:
        across, down = ([one - step, one, one + step] for one in place[:2])
        place = max(product(across, down, softs), key=alike)
    x, y, soft = place
    if alike(place) < SURE or math.hypot(x, y) < NEAREST * height * zoom:
        return None
    moved = _moved(blurred[soft], x, y)
    strength = moved[around]
    change = (lab - ground)[around]
    slope = (strength[:, None] * change).sum(axis=0) / (strength**2).sum()
    mean = (
        ground[around & (moved > 0.2)].mean(axis=0) if (around & (moved > 0.2)).any() else ground[around].mean(axis=0)
    )
    if np.linalg.norm(slope) < LEAST:
        return None
    # A shadow is black as far as it can be: what it leaves of the ground says how much of it is seen.
    opacity = float(np.clip(-slope[0] / max(mean[0], 1.0), 0.05, 1.0))
    tint = mean + slope / opacity
    return Shade(x / zoom, y / zoom, soft / zoom, np.array([max(tint[0], 0.0), *tint[1:].clip(-40, 40)]), opacity)


def lit(seen: Sight, found: Paints, shadow: Shade) -> np.ndarray:
    """Letters without an outline as they are where their shadow is taken for what lies under them: `[h,w]` float32,
    how much of every px they cover."""
    import cv2

    outside = distances(found.cover <= 0.5)
    full = np.clip(1 - outside, 0, 1)
    soft = _moved(cv2.GaussianBlur(full, (0, 0), max(shadow.softness, 0.3)), shadow.x, shadow.y)
    ground = rgb_of(found.ground)
    ground += (shadow.opacity * soft)[..., None] * (rgb_of(shadow.lab) - ground)
    way = painted(found.plane, seen.ink.shape) - ground
    share = ((rgb_of(seen.lab) - ground) * way).sum(axis=2) / np.maximum((way**2).sum(axis=2), 1e-4)
    return np.where(outside < RIM * max(seen.zoom, 1.0), share.clip(0, 1), 0).astype(np.float32)


def _moved(cover: np.ndarray, x: float, y: float) -> np.ndarray:
    import cv2

    return cv2.warpAffine(cover, np.array([[1, 0, x], [0, 1, y]], np.float64), cover.shape[::-1])
