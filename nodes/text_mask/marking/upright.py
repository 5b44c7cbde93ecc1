"""A region turned upright and brought to one letter height, with what lies around it, and the way back."""

import math
from dataclasses import dataclass

import numpy as np

from ..regions import Region

LEAST_SIDE = 2


@dataclass(frozen=True)
class Upright:
    """A piece of a picture in a region's own frame."""

    pixels: np.ndarray
    """`[h,w,3]` uint8 RGB."""
    rows: slice
    columns: slice
    """Where the region itself lies in it."""
    known: np.ndarray
    """`[h,w]` bool: where there is a picture; beyond its border its last px are repeated."""
    to_patch: np.ndarray
    """`[2,3]` float64: from px of the picture to px of the patch, through px centres."""

    @property
    def inside(self) -> np.ndarray:
        """`[h,w]` bool: the region itself."""
        inside = np.zeros(self.pixels.shape[:2], bool)
        inside[self.rows, self.columns] = True
        return inside

    def corners(self, left: float, top: float, right: float, bottom: float) -> np.ndarray:
        """A box of the patch as a quad `[4,2]` of the picture's plane, both measured from their rims."""
        import cv2

        back = cv2.invertAffineTransform(self.to_patch)
        box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64) - 0.5
        return (box @ back[:, :2].T + back[:, 2] + 0.5).astype(np.float32)

    def cut(self, area: np.ndarray) -> np.ndarray:
        """What an area `[H,W]` bool of the picture covers of the patch, `[h,w]` bool."""
        import cv2

        height, width = self.pixels.shape[:2]
        corners = self.corners(0, 0, width, height)
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        high = np.ceil(corners.max(axis=0)).astype(int) + 1
        part = area[low[1] : high[1], low[0] : high[0]].astype(np.uint8)
        move = self.to_patch.copy()
        move[:, 2] += move[:, :2] @ low
        return cv2.warpAffine(part, move, (width, height), flags=cv2.INTER_NEAREST) > 0

    def in_picture(self, values: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
        """Values `[h,w]` uint8 of the patch as a window of the picture shows them; 0 beyond the patch."""
        import cv2

        move = self.to_patch.copy()
        move[:, 2] += move[:, :2] @ (columns.start, rows.start)
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return cv2.warpAffine(values, move, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def upright(
    picture: np.ndarray, region: Region, height: float, enlarged: float, margin: tuple[float, float]
) -> Upright:
    """Turn a region upright.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        height: px that its text height shall have in the patch.
        enlarged: at most so many times its own size; 1 only reduces.
        margin: px of the patch left and right of it, and above and below it.
    """
    import cv2

    corners = region.polygon
    zoom = min(height / max(region.height, 1.0), enlarged)
    width, tall = (max(LEAST_SIDE, round(float(np.linalg.norm(side)) * zoom)) for side in corners[[1, 3]] - corners[0])
    across, down = (math.ceil(px) for px in margin)
    reach = math.ceil(math.hypot(across, down) / zoom) + 2
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - reach, 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + reach
    part = picture[low[1] : high[1], low[0] : high[0]]
    scale = np.ones(2)
    if zoom < 1:
        small = tuple(max(1, round(side * zoom)) for side in part.shape[1::-1])
        scale = np.array(small) / part.shape[1::-1]
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    # The picture's plane begins at its rim, px centres lie half a px further.
    source = ((corners[[0, 1, 3]] - low) * scale - 0.5).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [0, tall]], np.float32) + np.array([across - 0.5, down - 0.5], np.float32)
    turn = cv2.getAffineTransform(source, target)
    size = (width + 2 * across, tall + 2 * down)
    pixels = cv2.warpAffine(part, turn, size, borderMode=cv2.BORDER_REPLICATE)
    known = cv2.warpAffine(np.ones(part.shape[:2], np.uint8), turn, size) > 0
    # From px centres of the picture to those of the reduced part, and from there through the turn.
    reduced = np.diag([scale[0], scale[1], 1.0])
    reduced[:2, 2] = (0.5 - low) * scale - 0.5
    to_patch = turn @ reduced
    return Upright(pixels, slice(down, down + tall), slice(across, across + width), known, to_patch)
