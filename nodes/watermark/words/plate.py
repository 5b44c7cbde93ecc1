"""Whether a piece of text stands on a plate, as on a sign: one colour around all letters, with straight edges close by.

A sky or a wall goes on; in a meadow nothing ends straight.
"""

import numpy as np

LETTERS = 32
"""px: larger letters are looked at in this height."""
AROUND = 3.0
"""Of the text's height: how far out a plate's edges are looked for."""
SAME = (12.0, 34.0)
"""Levels within which a plate has one colour: a black one on a black coat, and one on which the light falls off."""
HOLDS, INK = 0.6, 0.06
"""Share of the text's quad that lies on its plate, and that letters leave out of the plate's colour."""
STRAIGHT = 0.85
"""Share that a plate takes of the rectangle around it."""


def on_plate(picture: np.ndarray, polygon: np.ndarray, colours: np.ndarray) -> bool:
    """
    Args:
        picture: `[H,W,3]` uint8 RGB.
        polygon: `[4,2]` px, the text's quad.
        colours: `[n,3]` levels: what the quad is made of, its plate's colour among them.
    """
    around, seen, quad = _around(picture, polygon)
    away = [np.abs(around - colour).max(-1) for colour in colours]
    return any(_is_plate(levels < same, seen, quad) for levels in away for same in SAME)


def _is_plate(same: np.ndarray, seen: np.ndarray, quad: tuple[slice, slice]) -> bool:
    """Whether the px of one colour, `[h,w]` bool, make a plate that holds the text."""
    import cv2

    within = np.zeros(same.shape, bool)
    within[quad] = True
    outlines, _ = cv2.findContours((same & seen).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        if cv2.contourArea(outline) < HOLDS / 2 * within.sum():
            continue
        filled = np.zeros(same.shape, np.uint8)
        cv2.drawContours(filled, [outline], -1, 1, cv2.FILLED)
        whole = filled.astype(bool)
        if (whole & within).sum() < HOLDS * within.sum() or (whole & within & ~same).sum() < INK * within.sum():
            continue
        (_, (width, height), _) = cv2.minAreaRect(outline)
        return whole.sum() >= STRAIGHT * (width + 1) * (height + 1) and not _goes_on(whole, seen)
    return False


def _goes_on(whole: np.ndarray, seen: np.ndarray) -> bool:
    """Whether something reaches beyond what was looked at, or from border to border of the picture, as a sky does."""
    if np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]]).any():
        return True
    own, all_ = ([np.flatnonzero(field.any(axis))[[0, -1]] for axis in (0, 1)] for field in (whole, seen))
    return any((abs(one - other) <= 1).all() for one, other in zip(own, all_, strict=True))


def _around(picture: np.ndarray, polygon: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[slice, slice]]:
    """The text upright in its surroundings `[h,w,3]`, which of them the picture has, the text's rows and columns."""
    import cv2

    width, height = (max(2.0, float(np.linalg.norm(polygon[a] - polygon[b]))) for a, b in ((0, 1), (1, 2)))
    scale = min(1.0, LETTERS / min(width, height))
    reach = round(AROUND * min(width, height) * scale)
    right, bottom = reach + round(width * scale), reach + round(height * scale)
    inner = np.array([[reach, reach], [right, reach], [right, bottom], [reach, bottom]], np.float32)
    transform = cv2.getPerspectiveTransform(polygon.astype(np.float32), inner)
    size = (right + reach, bottom + reach)
    around = cv2.warpPerspective(picture, transform, size).astype(np.float32)
    seen = cv2.warpPerspective(np.ones(picture.shape[:2], np.uint8), transform, size) > 0
    return around, seen, (slice(reach, bottom), slice(reach, right))
