"""The letters' colours: what the network is unsure of is decided by what it is sure of elsewhere in the line."""

import numpy as np

LEVELS = 16
"""Steps of each channel."""
SMOOTH = 0.7
"""Steps: neighbouring colours speak for each other."""
DOUBT = 2.0
"""px of a colour that are too few to say anything."""
SURELY = 0.01
NETWORK, COLOUR = 0.5, 1.0
"""What each says counts by that much."""


def with_colours(pixels: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Log-odds of ink `[h,w]` from the network's answer and from the colours that it calls ink.

    Args:
        pixels: `[h,w,3]` uint8 RGB.
        sure: `[h,w]` in 0..1, the network's.
    """
    from scipy.ndimage import gaussian_filter

    steps = (pixels // (256 // LEVELS)).astype(np.intp)
    colour = (steps[..., 0] * LEVELS + steps[..., 1]) * LEVELS + steps[..., 2]
    cube = (LEVELS, LEVELS, LEVELS)
    every, ink = (
        gaussian_filter(
            np.bincount(colour.ravel(), weights, LEVELS**3).astype(np.float32).reshape(cube), SMOOTH
        ).ravel()
        for weights in (None, sure.ravel())
    )
    share = (ink + DOUBT * sure.mean()) / (every + DOUBT)
    return NETWORK * _odds(sure) + COLOUR * _odds(share)[colour]


def _odds(share: np.ndarray) -> np.ndarray:
    certain = np.clip(share, SURELY, 1 - SURELY)
    return np.log(certain / (1 - certain))
