"""How far px are from a shape."""

import numpy as np

PARTS = 16
"""Of a px: the last bit of OpenCV's exact distance depends on what the memory held, and the same line must give the
same letters."""


def distances(beyond: np.ndarray) -> np.ndarray:
    """`[h,w]` float32: px from each px to the nearest one that is not `beyond`, `[h,w]` bool, to a sixteenth of one."""
    import cv2

    exact = cv2.distanceTransform(beyond.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.round(PARTS * exact) / PARTS
