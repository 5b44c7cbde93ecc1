"""Whether placed words are legible, measured on the finished picture by means of their own.

Nothing here is taken from what chose the place: the formula is written from WCAG 2.2's text, and the surroundings of
letters are seen in the result.
"""

import cv2
import numpy as np

AROUND, LEAST_AROUND = 0.18, 2.5
"""Ems, and px at least, that count as a letter's surroundings."""
RIM = 1.5
"""px beside letters where hinting and resampling may leave a breath of ink."""


def surroundings(coverage: np.ndarray, every: np.ndarray, size: int) -> np.ndarray:
    """`[H,W]` bool: px near letters of `size` px that no letter covers, not even in part.

    Args:
        coverage, every: `[H,W]` uint8 of these letters and of all.
    """

    def away(mask: np.ndarray) -> np.ndarray:
        return cv2.distanceTransform((mask == 0).astype(np.uint8), cv2.DIST_L2, 5)

    return (away(coverage) <= max(LEAST_AROUND, AROUND * size)) & (away(every) >= RIM)


def contrasts(result: np.ndarray, around: np.ndarray, ink: tuple[int, int, int]) -> np.ndarray:
    """Contrast of the ink with every px of a picture `[H,W,3]` in 0..255 where the mask is set."""
    own, ground = _light(np.array(ink, float)), _light(result[around].astype(float))
    return (np.maximum(own, ground) + 0.05) / (np.minimum(own, ground) + 0.05)


def _light(colours: np.ndarray) -> np.ndarray:
    red, green, blue = (_linear(colours[..., channel] / 255) for channel in range(3))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: np.ndarray) -> np.ndarray:
    return np.where(value <= 0.04045, value / 12.92, np.power((value + 0.055) / 1.055, 2.4))
