"""How well letters part from their ground, as the Web Content Accessibility Guidelines count it."""

import numpy as np

LEAST = 4.5
"""What WCAG 2.2 asks of text (success criterion 1.4.3, level AA)."""
WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)
FLARE = 0.05
"""Light that a surface reflects on top of its own."""


def luminance(colours: np.ndarray) -> np.ndarray:
    """Relative luminance of sRGB (WCAG 2.2, "relative luminance"): `[...,3]` in 0..255 to `[...]` in 0..1.

    >>> [round(float(luminance(np.array(colour))), 4) for colour in ((0, 0, 0), (255, 0, 0), (255, 255, 255))]
    [0.0, 0.2126, 1.0]
    """
    shares = np.asarray(colours, np.float32) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return linear @ WEIGHTS


def contrast(one: np.ndarray | float, other: np.ndarray | float) -> np.ndarray:
    """Ratio of two luminances, 1 to 21, the lighter one first or not.

    >>> round(float(contrast(1.0, 0.0)), 6)
    21.0
    """
    lighter, darker = np.maximum(one, other), np.minimum(one, other)
    return (lighter + FLARE) / (darker + FLARE)


def limit(ink: float, least: float, is_light: bool) -> float:
    """The luminance that a ground must not pass for this contrast with the ink: upwards if the ink is light."""
    return (ink + FLARE) / least - FLARE if is_light else (ink + FLARE) * least - FLARE
