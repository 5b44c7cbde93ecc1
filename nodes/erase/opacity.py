"""Letters that alpha shows: on a transparent ground they are what is opaque, on an opaque one they may be cut out."""

import numpy as np

SHOWS = 0.05
"""Of 0..1: by how much a letter is more or less opaque than anything that touches its hole."""
SHARE = 0.1
"""Of a hole's pixels that must be so."""


def shown(alpha: np.ndarray, own: np.ndarray, every: np.ndarray) -> np.ndarray:
    """`[h,w]` bool: those holes whose content shows in alpha.

    A hole over the edge of a figure touches all opacities that it holds, so its alpha stays.

    Args:
        alpha: `[h,w]` in 0..1.
        own: `[h,w]` bool: the holes that are asked about.
        every: `[h,w]` bool: all holes.
    """
    import cv2

    found = np.zeros_like(own)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(own.astype(np.uint8))
    for label in range(1, count):
        left, top, width, height = stats[label, :4]
        place = np.s_[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1]
        hole = labels[place] == label
        rim = cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~every[place]
        if not rim.any():
            continue
        around, inside = alpha[place][rim], alpha[place][hole]
        odd = (inside > around.max() + SHOWS) | (inside < around.min() - SHOWS)
        if odd.mean() > SHARE:
            found[place] |= hole
    return found
