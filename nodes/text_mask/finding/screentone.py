"""Dots on a grid: what comics and newspapers print grey with, and what every network here takes for rows of letters.

A grid looks like itself when it is moved by one step, in two directions; letters do so in one at most. The measure is
the autocorrelation of the grey values (by the theorem of Wiener and Khinchin).
"""

import math

import numpy as np

from ..marking.upright import upright
from ..regions import Region

LARGEST = 128
"""px: of a larger region the middle is looked at."""
SMALLEST = 12
FLAT = 8.0
"""px, deviation of a Gaussian: what changes more slowly is light and shade, not dots."""
STEPS = (3, 20)
"""px from dot to dot."""
ACROSS = math.radians(30)
"""The second direction differs from the first by that at least."""
ALIKE, RATHER_ALIKE = 0.4, 0.3
"""0..1: letters reach .4 in a hundredth of the lines, screentone nearly always; .3 is enough where something else
speaks against letters."""


def second_likeness(picture: np.ndarray, region: Region) -> float:
    """How much a region looks like itself a step further, in its second best direction: -1..1, 0 where it has none."""
    import cv2

    seen = upright(picture, region, math.inf, 1.0, (0.0, 0.0)).pixels
    top, left = (max(0, (side - LARGEST) // 2) for side in seen.shape[:2])
    grey = cv2.cvtColor(seen[top : top + LARGEST, left : left + LARGEST], cv2.COLOR_RGB2GRAY).astype(np.float32)
    if min(grey.shape) < SMALLEST:
        return 0.0
    reach = min(min(grey.shape) * 2 // 3, STEPS[1] + 4)
    alike = _autocorrelation(grey - cv2.GaussianBlur(grey, (0, 0), FLAT), reach)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    far = np.hypot(rows, columns)
    is_peak = alike >= cv2.dilate(alike, np.ones((3, 3), np.uint8)) - 1e-6
    is_peak &= (far >= STEPS[0]) & (far <= min(reach - 1, STEPS[1]))
    if not is_peak.any():
        return 0.0
    heights, angles = alike[is_peak], np.arctan2(rows[is_peak], columns[is_peak])
    others = heights[np.abs(np.sin(angles - angles[heights.argmax()])) > math.sin(ACROSS)]
    return float(others.max()) if len(others) else 0.0


def _autocorrelation(grey: np.ndarray, reach: int) -> np.ndarray:
    """`[2*reach+1]` squared float32, 1 in the middle: the likeness to itself moved by up to `reach` px."""
    size = tuple(2 * side for side in grey.shape)

    def moved(values: np.ndarray) -> np.ndarray:
        whole = np.fft.fftshift(np.fft.irfft2(np.abs(np.fft.rfft2(values, size)) ** 2, size))
        middle = tuple(slice(side // 2 - reach, side // 2 + reach + 1) for side in size)
        return whole[middle]

    # A mean over the px that overlap: far steps are not less alike for having fewer.
    alike = moved(grey) / np.maximum(moved(np.ones_like(grey)), 1.0)
    return (alike / max(float(alike[reach, reach]), 1e-6)).astype(np.float32)
