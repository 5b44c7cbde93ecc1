"""Inpainting by OpenCV without any network: Telea (2004) and Navier-Stokes (Bertalmio et al. 2001).

Both carry colours and edges inward from the rim: right for text on sky, paper and soft backgrounds, blurred on texture.
"""

from collections.abc import Iterator

import numpy as np

RADIUS = 4
MARGIN = 4 * RADIUS


def holes(mask: np.ndarray) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Windows that together hold the whole mask, one for each group of holes that lie close together.

    Filling window by window costs what the holes cost, not what the picture costs.

    Args:
        mask: `[H,W]` bool.

    Yields:
        rows, columns, and the window's own part of the mask as `[h,w]` bool, with `MARGIN` px of surroundings where
        the picture has them. Another group's holes may show inside a window, but never within reach of its own.
    """
    import cv2

    joined = cv2.dilate(mask.astype(np.uint8), np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        left, top, width, height = stats[label, :4]
        rows, columns = slice(top, top + height), slice(left, left + width)
        yield rows, columns, mask[rows, columns] & (labels[rows, columns] == label)


def inpaint(picture: np.ndarray, mask: np.ndarray, method: str) -> np.ndarray:
    """The picture with the masked pixels filled from their surroundings.

    Args:
        picture: `[H,W,3]` uint8.
        mask: `[H,W]` bool, not all of it.
        method: "telea" or "ns".

    Returns:
        `[H,W,3]` uint8.
    """
    import cv2

    flag = {"telea": cv2.INPAINT_TELEA, "ns": cv2.INPAINT_NS}[method]
    return cv2.inpaint(np.ascontiguousarray(picture), mask.astype(np.uint8), RADIUS, flag)
