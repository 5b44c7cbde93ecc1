"""From CRAFT's maps of letters and links to words: connected areas, widened to the letters' full size.

The thresholds are those of keras-ocr and of clovaai/CRAFT-pytorch.
"""

import numpy as np

from ..finding.lines import upright_first
from ..regions import Region

LETTER, LINK = 0.4, 0.4
SURE = 0.7
"""A word's best letter reaches it."""
LEAST_AREA = 10
SQUARE = 0.1
"""Sides that differ by less: a turned square is rather a single letter that stands upright."""


def words(heat: np.ndarray, scale: float, size: tuple[int, int]) -> list[Region]:
    """Words in reading order.

    Args:
        heat: `[H,W,2]` float32, letters and links.
        scale: px of the picture per px of the map.
        size: width and height of the picture in px.
    """
    import cv2

    letters, links = heat[..., 0] > LETTER, heat[..., 1] > LINK
    count, labels, stats, _ = cv2.connectedComponentsWithStats((letters | links).astype(np.uint8), connectivity=4)
    found: list[Region] = []
    for label in range(1, count):
        left, top, width, height, area = stats[label]
        widen = int(np.sqrt(area * min(width, height) / (width * height)) * 2)
        rows = slice(max(0, top - widen), top + height + widen + 1)
        columns = slice(max(0, left - widen), left + width + widen + 1)
        own = labels[rows, columns] == label
        score = float(heat[rows, columns, 0][own].max())
        if area < LEAST_AREA or score < SURE:
            continue
        # Where a letter and a link overlap is the bridge between two words that touch.
        core = (own & ~(letters & links)[rows, columns]).astype(np.uint8)
        core = cv2.dilate(core, np.ones((1 + widen, 1 + widen), np.uint8))
        contours, _ = cv2.findContours(core, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        if not contours:
            continue
        corners = _corners(max(contours, key=cv2.contourArea)) + np.array([columns.start, rows.start])
        polygon = np.clip(corners * scale, 0, np.array(size)).astype(np.float32)
        found.append(Region(polygon, min(score, 1.0)))
    return sorted(found, key=lambda region: tuple(region.polygon.mean(axis=0)[::-1]))


def _corners(contour: np.ndarray) -> np.ndarray:
    import cv2

    box = cv2.boxPoints(cv2.minAreaRect(contour))
    sides = np.linalg.norm(box[0] - box[1]), np.linalg.norm(box[1] - box[2])
    if abs(1 - max(sides) / (min(sides) + 1e-5)) <= SQUARE:
        (left, top), (right, bottom) = contour[:, 0].min(axis=0), contour[:, 0].max(axis=0)
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    return upright_first(box)
