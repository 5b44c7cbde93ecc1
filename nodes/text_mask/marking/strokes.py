"""The letters themselves, without the background between them: half of the area, so that an eraser guesses less.

Inside a region, letters are what differs from the background; the background is a plane in Lab colour, fitted to a ring
around the region, so that a gradient under the text does not count as letter.
"""

from dataclasses import dataclass

import numpy as np

RING = 4
RIM = 2
"""px always added: the soft edge of a letter belongs to it."""
SEPARATION = 0.7
"""Pure noise reaches 0.64 (normal) to 0.75 (uniform); letters on a plain ground 0.9."""
INK_SHARE = (0.03, 0.75)
LEAST_RING = 16
"""px: fewer show no ground."""


@dataclass(frozen=True)
class Separation:
    """Letters and ground of one region, as far as they part."""

    ink: np.ndarray
    """`[h,w]` bool: what differs more from the ground."""
    separation: float
    """Otsu's between-class share of the variance, 0..1."""
    contrast: float
    """Lab distance of the letters to the ground, less that of the rest."""
    rim: float
    """Lab distance of the surroundings to the ground that was fitted to them: large where the ground is busy."""

    def is_clear(self, inside: np.ndarray) -> bool:
        """Whether the letters can be trusted: a plausible share of ink, and a gap between the classes."""
        share = self.ink.sum() / inside.sum()
        return self.separation >= SEPARATION and INK_SHARE[0] <= share <= INK_SHARE[1]


def separate(picture: np.ndarray, inside: np.ndarray) -> Separation:
    """Part a region into letters and ground.

    Args:
        picture: `[h,w,3]` uint8 RGB, the region with at least `RING` px around it where the picture has them.
        inside: `[h,w]` bool, the region itself, at least one px of it.
    """
    import cv2

    around = cv2.dilate(inside.astype(np.uint8), _disc(RING)).astype(bool) & ~inside
    if around.sum() < LEAST_RING:
        return Separation(np.zeros_like(inside), 0.0, 0.0, 0.0)
    lab = cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    distance = np.linalg.norm(lab - _background(lab, around), axis=2)
    threshold, separation = _otsu(distance[inside])
    ink = inside & (distance > threshold)
    rest = inside & ~ink
    contrast = float(distance[ink].mean() - distance[rest].mean()) if ink.any() and rest.any() else 0.0
    return Separation(ink, separation, contrast, float(np.median(distance[around])))


def strokes(picture: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """The letters of one region, `[h,w]` bool; None where letters and ground do not part clearly, so that the caller
    masks the whole region. Arguments as for `separate`."""
    seen = separate(picture, inside)
    return seen.ink if seen.is_clear(inside) else None


def _background(lab: np.ndarray, around: np.ndarray) -> np.ndarray:
    """`[h,w,3]`: a plane per channel through the ring's pixels; a second fit leaves out what the first one missed."""
    rows, columns = np.indices(around.shape)
    plane = np.stack([np.ones(around.shape), rows, columns], axis=-1).astype(np.float32)
    points, colours = plane[around], lab[around]
    fit = np.linalg.lstsq(points, colours, rcond=None)[0]
    error = np.linalg.norm(points @ fit - colours, axis=1)
    close = error <= np.median(error) * 2 + 1e-3
    return plane @ np.linalg.lstsq(points[close], colours[close], rcond=None)[0]


def _otsu(values: np.ndarray) -> tuple[float, float]:
    """Otsu's threshold (1979), and the share of the variance that lies between the two classes, 0..1."""
    counts, edges = np.histogram(values, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    weight = np.cumsum(counts)[:-1] / counts.sum()
    mean = np.cumsum(counts * centres)[:-1] / counts.sum()
    total = (counts * centres).sum() / counts.sum()
    between = (total * weight - mean) ** 2 / np.maximum(weight * (1 - weight), 1e-9)
    best = int(between.argmax())
    return float(edges[best + 1]), float(between[best] / max(values.var(), 1e-9))


def _disc(radius: int) -> np.ndarray:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def grown(ink: np.ndarray, radius: int) -> np.ndarray:
    """`[h,w]` uint8: the letters with `radius` px more all round, and the rim."""
    import cv2

    # A kernel's time grows with its area, a distance's does not.
    return (cv2.distanceTransform(1 - ink.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= radius + RIM).astype(
        np.uint8
    )
