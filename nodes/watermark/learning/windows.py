"""The same place of every picture of a collection, whatever their sizes."""

from dataclasses import dataclass

import numpy as np

from .. import alignment
from ..mark import ANCHORS

CORNER, CENTRE = (0.5, 0.4), (0.6, 0.3)
"""Shares of width and height that are looked at around a corner or the middle of a side, around the centre."""
LEAST_SIDE = 16
"""px: in less no mark can be told from what is beside it."""


@dataclass(frozen=True)
class Window:
    """A window at the same place of every picture."""

    anchor: str
    offset: tuple[float, float]
    size: tuple[int, int]
    """(width, height) px"""

    @property
    def usable(self) -> bool:
        """Whether a mark in it could be told from what is beside it."""
        return min(self.size) >= LEAST_SIDE

    def cut(self, pictures: list[np.ndarray], shifts: np.ndarray) -> np.ndarray:
        """`[N,h,w,3]` uint8; `shifts` `[N,2]` (x, y) px: how much further right and down each picture's mark lies."""
        return np.stack([self._cut(picture, *shift) for picture, shift in zip(pictures, shifts, strict=True)])

    def corner(self, picture: np.ndarray) -> tuple[int, int]:
        """px (x, y) of the window's top left in a picture."""
        height, width = picture.shape[:2]
        share = ANCHORS[self.anchor]
        return round(share[0] * width + self.offset[0]), round(share[1] * height + self.offset[1])

    def _cut(self, picture: np.ndarray, x: float, y: float) -> np.ndarray:
        height, width = picture.shape[:2]
        left, top = self.corner(picture)
        away = (round(x), round(y))
        rows = np.arange(top + away[1], top + away[1] + self.size[1]).clip(0, height - 1)
        columns = np.arange(left + away[0], left + away[0] + self.size[0]).clip(0, width - 1)
        return alignment.shifted(picture[np.ix_(rows, columns)], x - away[0], y - away[1])


def anchored(pictures: list[np.ndarray], anchor: str) -> Window:
    """The window of one of `ANCHORS` that lies within every picture."""
    width, height = (min(picture.shape[axis] for picture in pictures) for axis in (1, 0))
    share = CENTRE if anchor == "centre" else CORNER
    size = (round(width * share[0]), round(height * share[1]))
    x, y = (-round(at * side) for at, side in zip(ANCHORS[anchor], size, strict=True))
    return Window(anchor, (x, y), size)


def boxed(pictures: list[np.ndarray], box: tuple[float, float, float, float]) -> Window:
    """The window of a region that the user gave; it keeps its distance from whatever anchor is closest."""
    width, height = (min(picture.shape[axis] for picture in pictures) for axis in (1, 0))
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    anchor = min(ANCHORS, key=lambda name: sum((a - m) ** 2 for a, m in zip(ANCHORS[name], middle, strict=True)))
    share = ANCHORS[anchor]
    left, right = round(box[0] * width), round(box[2] * width)
    top, bottom = round(box[1] * height), round(box[3] * height)
    return Window(
        anchor, (left - round(share[0] * width), top - round(share[1] * height)), (right - left, bottom - top)
    )


def resized(picture: np.ndarray, factor: float) -> np.ndarray:
    """A picture `factor` times as large; the very same at 1."""
    import cv2

    if factor == 1:
        return picture
    size = tuple(max(1, round(side * factor)) for side in picture.shape[1::-1])
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def to_width(picture: np.ndarray, width: int) -> np.ndarray:
    """A picture of that width in its own proportions."""
    return picture if picture.shape[1] == width else resized(picture, width / picture.shape[1])
