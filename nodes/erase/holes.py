"""Where a picture must be filled, group by group: filling costs what the holes cost, not what the picture costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Hole:
    """A window of the picture around a group of holes that lie close together."""

    rows: slice
    columns: slice
    every: np.ndarray
    """`[h,w]` bool: all that is masked in the window, other groups' holes too; nothing of it may be looked at."""
    own: np.ndarray
    """`[h,w]` bool: this group's holes, the only pixels that are filled."""


def holes(mask: np.ndarray, margin: int) -> Iterator[Hole]:
    """Windows that together hold the whole mask, each pixel of it once as a window's own.

    Args:
        mask: `[H,W]` bool.
        margin: px of surroundings that a window shows where the picture has them; holes within twice of it are
            one group.
    """
    import cv2

    joined = cv2.dilate(mask.astype(np.uint8), np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        left, top, width, height = stats[label, :4]
        rows, columns = slice(top, top + height), slice(left, left + width)
        every = mask[rows, columns]
        yield Hole(rows, columns, every, every & (labels[rows, columns] == label))
