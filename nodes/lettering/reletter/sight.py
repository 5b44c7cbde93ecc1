"""A region of a picture, in a size in which its letters can be measured, and roughly where their ink is."""

import math
from dataclasses import dataclass

import numpy as np

from ...text_mask import Region, area_of, draw_mask

LOW, HIGH = 72.0, 160.0
"""px: letters lower than that are enlarged, higher ones reduced."""
MOST_ENLARGED = 4.0
AROUND = 0.6
"""Of the text height: what is looked at beyond a region."""
BEYOND = 16.0
"""Percent of it: how far a region's letters stand beyond it at most."""
MOST = 2_500_000
"""px of a piece at most."""


@dataclass(frozen=True)
class Sight:
    """A piece of a picture around a region."""

    lab: np.ndarray
    """`[h,w,3]` float32 CIE Lab."""
    ink: np.ndarray
    """`[h,w]` bool: where letters are, with their outlines and hard shadows, rather too wide."""
    filled: np.ndarray
    """`[h,w]` bool: the same without holes, as letters in a strong outline may be seen as one."""
    left: int
    top: int
    zoom: float
    """px of the piece for a px of the picture."""
    height: float
    """px of the piece: the region's text height."""
    area: np.ndarray
    """`[h,w]` bool: the region and what letters of it may reach beyond."""
    along: np.ndarray
    """`[h,w]` int: how far along the line a px lies, in half text heights from its start."""

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """`[...,2]` px centres of the piece as places of the picture, whose px centres lie at halves."""
        return (points + 0.5) / self.zoom + (self.left, self.top)

    def from_picture(self, points: np.ndarray) -> np.ndarray:
        """The way back."""
        return (points - (self.left, self.top)) * self.zoom - 0.5


def sight(picture: np.ndarray, region: Region) -> Sight:
    """Look at a region of `[H,W,3]` uint8 RGB."""
    import cv2

    reach = math.ceil(AROUND * region.height) + 4
    low = np.maximum(np.floor(region.polygon.min(axis=0)).astype(int) - reach, 0)
    high = np.minimum(np.ceil(region.polygon.max(axis=0)).astype(int) + reach, picture.shape[1::-1])
    part = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
    own = Region(region.polygon - low.astype(np.float32), region.score)
    ink = draw_mask(part, [own], "stroke", 0.0)
    zoom = min(MOST_ENLARGED, max(1.0, LOW / region.height)) if region.height < HIGH else HIGH / region.height
    zoom = min(zoom, math.sqrt(MOST / part[..., 0].size))
    size = tuple(max(1, round(side * zoom)) for side in part.shape[1::-1])
    # Every px of the piece is `zoom` of the picture's, or its corners would not lie where they are sought.
    zoom = size[0] / part.shape[1] if size[0] > size[1] else size[1] / part.shape[0]
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    shown = cv2.resize(part.astype(np.float32) / 255.0, size, interpolation=way).clip(0, 1)
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
    lab = cv2.cvtColor(shown, cv2.COLOR_RGB2Lab)
    area = area_of([own], part.shape[:2], BEYOND).astype(np.uint8)
    area = cv2.resize(area, size, interpolation=cv2.INTER_NEAREST) > 0
    ink = (ink > 0) & area
    return Sight(
        lab, ink, _filled(ink), int(low[0]), int(low[1]), zoom, region.height * zoom, area, _along(own, size, zoom)
    )


def _along(region: Region, size: tuple[int, ...], zoom: float) -> np.ndarray:
    top, side = region.polygon[1] - region.polygon[0], region.polygon[3] - region.polygon[0]
    axis = side if np.linalg.norm(side) > np.linalg.norm(top) else top
    x, y = axis / np.linalg.norm(axis) / (0.5 * region.height * zoom)
    rows, columns = np.indices(size[::-1])
    start = region.polygon[0] * zoom
    return np.floor((columns - start[0]) * x + (rows - start[1]) * y).astype(int)


def _filled(ink: np.ndarray) -> np.ndarray:
    """Ink with its holes."""
    import cv2

    rims, _ = cv2.findContours(ink.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(ink.shape, np.uint8)
    cv2.drawContours(filled, rims, -1, 1, cv2.FILLED)
    return filled > 0
