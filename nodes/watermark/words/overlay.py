"""How a piece of text lies in its picture: laid over the photograph, as a mark is, or on a plate, as a sign's words.

A mark is one colour at one opacity, and under its letters the photograph goes on: J = (1 - a) I + a W. A line through
what the letters show and what the ground beside them promises then has the slope 1 - a, and leads to a colour W that
exists. Opaque letters have the slope 0; on even ground nothing can be told.
"""

from dataclasses import dataclass

import numpy as np

from .plate import on_plate

HEIGHT = 40
"""px: letters are looked at in this height, or in their own where they are smaller."""
COLOURS, SAMPLE = 3, 3000
"""Kinds of colour in a text's quad, and how many pixels tell them."""
INK = (0.08, 0.6)
"""Share of a quad that letters take."""
LEAST_INK = 40
"""px of letters that tell anything."""
ROUGH, FIT = 6.0, 0.75
"""Levels of the ground's deviation, and its correlation with the letters, from which it is seen through them."""
CUT = 0.05
"""Of the border along a text, the letters that are cut off there."""
THROUGH, EXIST = (0.15, 0.8), (-30.0, 320.0)
"""1 - a of marks, and the levels that their colour may seem to have."""


@dataclass(frozen=True)
class Look:
    """What a region of text looks like."""

    tilt: float
    """Degrees from upright letters, or from letters that stand on their side."""
    on_plate: bool
    """Whether the ground around the letters has one colour and ends at straight edges."""
    ground: np.ndarray
    """`[3]` levels: what is between the letters."""
    ink: np.ndarray
    """`[3]` levels: the letters."""
    seen_through: bool
    """Whether the photograph certainly goes on under the letters."""
    is_cut: bool
    """Whether the picture's border goes through the letters: marks are laid over whole."""


def look(picture: np.ndarray, polygon: np.ndarray) -> Look:
    """
    Args:
        picture: `[H,W,3]` uint8 RGB.
        polygon: `[4,2]` px, the text's quad.
    """
    patch, inside = upright(picture, polygon, min(HEIGHT, *_sides(polygon)))
    ink = letters(patch, inside)
    wide, core = _grown(ink), _core(ink & inside)
    between = inside & ~wide if (inside & ~wide).any() else inside
    ground = np.median(patch[between], axis=0)
    colour = np.median(patch[core], axis=0) if core.any() else ground
    through = core.sum() >= LEAST_INK and _is_seen_through(patch[core], _carried_on(patch, ~wide)[core])
    side = polygon[1] - polygon[0]
    tilt = abs((np.degrees(np.arctan2(side[1], side[0])) + 45) % 90 - 45)
    plate = on_plate(picture, polygon, _colours(patch[inside]))
    return Look(float(tilt), plate, ground, colour, bool(through), _is_cut(picture, polygon, ground, colour))


def _is_cut(picture: np.ndarray, polygon: np.ndarray, ground: np.ndarray, ink: np.ndarray) -> bool:
    """Whether pixels of the border that a text touches are rather its letters than their ground."""
    size = np.array(picture.shape[1::-1])
    low, high = polygon.min(axis=0).clip(0, size - 1).astype(int), polygon.max(axis=0).clip(1, size).astype(int)
    lines = picture[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    borders = {0: low[1] <= 0, -1: high[1] >= size[1]}, {0: low[0] <= 0, -1: high[0] >= size[0]}
    for axis, touched in enumerate(borders):
        for at in (at for at, is_touched in touched.items() if is_touched):
            levels = lines.take(at, axis)
            is_ink = np.linalg.norm(levels - ink, axis=-1) < np.linalg.norm(levels - ground, axis=-1)
            if is_ink.mean() >= CUT:
                return True
    return False


def upright(picture: np.ndarray, polygon: np.ndarray, height: float) -> tuple[np.ndarray, np.ndarray]:
    """The text turned upright, `height` px high and with half as much around it, `[h,w,3]` float32, and which of it is
    the quad."""
    import cv2

    width, own = _sides(polygon)
    scale = height / min(width, own)
    pad = round(0.45 * min(width, own) * scale) + 2
    size = (round(width * scale) + 2 * pad, round(own * scale) + 2 * pad)
    inner = np.array([[pad, pad], [size[0] - pad, pad], [size[0] - pad, size[1] - pad], [pad, size[1] - pad]])
    transform = cv2.getPerspectiveTransform(polygon.astype(np.float32), inner.astype(np.float32))
    source = cv2.GaussianBlur(picture, (0, 0), 0.45 / scale) if scale < 0.7 else picture
    patch = cv2.warpPerspective(source, transform, size, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    inside = np.zeros(size[::-1], bool)
    inside[pad:-pad, pad:-pad] = True
    return patch, inside


def _sides(polygon: np.ndarray) -> tuple[float, float]:
    """Width and height of a quad, at least 2 px each."""
    across, down = np.linalg.norm(polygon[0] - polygon[1]), np.linalg.norm(polygon[1] - polygon[2])
    return max(2.0, float(across)), max(2.0, float(down))


def letters(patch: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """`[h,w]` bool: the colours that the quad has and its surroundings have not."""
    middles = _colours(patch[inside])
    nearest = ((patch[..., None, :] - middles) ** 2).sum(-1).argmin(-1)
    best, most = np.zeros(inside.shape, bool), -np.inf
    for some in [(first, second) for first in range(COLOURS) for second in range(first, COLOURS)]:
        ink = np.isin(nearest, some)
        within, beyond, share = ink[inside].mean(), ink[~inside].mean(), ink.mean()
        score = (within - beyond) / np.sqrt(max(share * (1 - share), 1e-4))
        if INK[0] <= within <= INK[1] and score > most:
            best, most = ink, score
    return best


def _colours(levels: np.ndarray) -> np.ndarray:
    """`[COLOURS,3]`: what `[n,3]` levels gather around."""
    import cv2

    cv2.setRNGSeed(0)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    sample = levels[:: max(1, len(levels) // SAMPLE)]
    return cv2.kmeans(sample, COLOURS, np.empty(0, np.int32), until, 2, cv2.KMEANS_PP_CENTERS)[2]


def _carried_on(patch: np.ndarray, free: np.ndarray) -> np.ndarray:
    """`[h,w,3]`: what is beside the letters, carried on under them."""
    import cv2

    known = free.astype(np.float32)
    total, weight = np.zeros_like(patch), np.zeros_like(known)
    for sigma, share in ((1.5, 1.0), (3.0, 0.05), (8.0, 1e-3)):
        total += share * cv2.GaussianBlur(patch * known[..., None], (0, 0), sigma)
        weight += share * cv2.GaussianBlur(known, (0, 0), sigma)
    return total / np.maximum(weight, 1e-9)[..., None]


def _is_seen_through(shown: np.ndarray, promised: np.ndarray) -> bool:
    """Whether `[n,3]` letters are one colour laid over the ground that is promised under them."""
    x, y = promised - promised.mean(0), shown - shown.mean(0)
    near, slope = np.ones(len(x), bool), 0.0
    for _ in range(3):
        slope = float((x[near] * y[near]).sum() / max((x[near] ** 2).sum(), 1e-6))
        error = np.abs(y - slope * x).max(-1)
        near = error <= 2.5 * np.median(error) + 2
    fit = (x[near] * y[near]).sum() / max(np.sqrt((x[near] ** 2).sum() * (y[near] ** 2).sum()), 1e-6)
    if np.sqrt((x**2).mean()) < ROUGH or fit < FIT or not THROUGH[0] <= slope <= THROUGH[1]:
        return False
    colour = (shown[near].mean(0) - slope * promised[near].mean(0)) / (1 - slope)
    return bool(((EXIST[0] <= colour) & (colour <= EXIST[1])).all())


def _grown(ink: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def _core(ink: np.ndarray) -> np.ndarray:
    """Letters without their soft edge, where anything is left of them then."""
    import cv2

    core = cv2.erode(ink.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))).astype(bool)
    return core if core.sum() >= LEAST_INK else ink
