"""From a map of text probability to lines of text: the post-processing of DB (Liao et al. 2020, arXiv:1911.08947)."""

import math
from collections.abc import Iterator

import numpy as np

from ..regions import Region
from .pyramid import Look

THRESHOLD = 0.3
LEAST_SCORE = 0.5
UNCLIP = 1.6
"""The network answers with the core of a line; the line itself is larger by 1.6 times area / circumference."""
FULL, LONG = 0.65, 2.0
"""A contour that fills less of its rectangle, and is longer than wide by that much, is bent: text on an arc."""
MOST_CUTS = 4
"""In halves: a ring falls into 16 pieces."""
FINEST_CUT = 512
"""px: a larger contour is cut at this size; a whole poster can be one."""
LEAST_SIDE = 3
"""px of the map."""


def lines(look: Look, height: int, width: int) -> list[Region]:
    """The lines that a look shows, in px of the picture, which measures `height` x `width`."""
    import cv2

    probability = look.probability
    # Two px wider, as DB's own: joins what a single missing px parts.
    core = cv2.dilate((probability > THRESHOLD * 255).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    per_px = np.array([width / probability.shape[1], height / probability.shape[0]], np.float32)
    limit = np.array([width, height], np.float32)
    found: list[Region] = []
    for contour in (piece for whole in contours for piece in _straight(whole)):
        (x, y), (long, short), angle = cv2.minAreaRect(contour)
        if min(long, short) < LEAST_SIDE:
            continue
        score = mean_inside(probability, cv2.boxPoints(((x, y), (long, short), angle)))
        if score < LEAST_SCORE:
            continue
        more = 2 * UNCLIP * long * short / (2 * (long + short))
        box = cv2.boxPoints(((x, y), (long + more, short + more), angle))
        # Px centres: the map's corner px has its centre at 0, the picture's plane begins at its rim.
        corners = upright_first((box + 0.5) * per_px)
        found.append(Region(np.clip(corners, 0, limit), score))
    return found


def _straight(contour: np.ndarray, cuts: int = MOST_CUTS) -> Iterator[np.ndarray]:
    """The contour, or the pieces of a bent one, each so straight that its rectangle holds little else."""
    import cv2

    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    short, long = sorted((width, height))
    if not cuts or long < LONG * short or cv2.contourArea(contour) >= FULL * long * short:
        yield contour
        return
    left, top, columns, rows = cv2.boundingRect(contour)
    step = max(1.0, max(columns, rows) / FINEST_CUT)
    filled = np.zeros((math.ceil(rows / step), math.ceil(columns / step)), np.uint8)
    cv2.drawContours(filled, [((contour - (left, top)) / step).astype(np.int32)], -1, 1, cv2.FILLED)
    along = math.radians(angle if width >= height else angle + 90)
    row, column = np.ogrid[: filled.shape[0], : filled.shape[1]]
    beyond = (column * step + left - x) * math.cos(along) + (row * step + top - y) * math.sin(along) > 0
    for half in (filled & beyond, filled & ~beyond):
        pieces, _ = cv2.findContours(half.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for piece in pieces:
            yield from _straight((piece * step + (left, top)).astype(np.int32), cuts - 1)


def mean_inside(probability: np.ndarray, corners: np.ndarray) -> float:
    """The mean of a uint8 map inside a polygon, 0..1."""
    import cv2

    limit = np.array(probability.shape[::-1]) - 1
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, limit)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, limit) + 1
    inside = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(inside, [np.round(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(probability[low[1] : high[1], low[0] : high[0]], inside)[0]) / 255


def upright_first(corners: np.ndarray) -> np.ndarray:
    """Four corners clockwise from the text's own top left, for text that is turned by less than 45 degrees either way;
    text that stands steeper begins at its upper left too."""
    left, right = np.split(corners[np.argsort(corners[:, 0], kind="stable")], 2)
    (top_left, bottom_left), (top_right, bottom_right) = (pair[np.argsort(pair[:, 1])] for pair in (left, right))
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32)
