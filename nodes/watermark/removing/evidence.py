"""Whether a mark explains what a picture shows where it is thought to lie.

A marked pixel is J = I + a (W - I). With the ground I taken from un-blending, the mark's own share a (W - I) is known,
and the picture's gradients must contain that share's exactly once. A regression says how often they do: about 1 where
the mark lies, 0 where it does not, less where its inverse does. It is asked of every part of the mark, in the smallest
neighbourhood that can tell 1 from 0, so that what two marks have in common does not speak for the rest of them.
"""

from dataclasses import dataclass

import numpy as np

from ..alignment import gradients
from .restore import TO_YCC

GROUND, SOFT = 3.0, (0.8, 2.0, 2.0)
"""px (sigma): how smooth the ground is taken; what is forgiven in place, and more in colour, which JPEG halves."""
PART, LEAST_PART = 0.15, 9
"""Side of the smallest neighbourhood as a share of the mark's height, and in px."""
DOUBLINGS = 4
TELLS = 0.2
"""Standard error of the regression up to which a neighbourhood can tell 1 from 0."""
CORRELATED, BLOB = 1.5, 3
"""Errors of neighbouring pixels go together: within so many px, and a little beyond."""
NOISE = 5.0
"""Levels of an error that no picture shows: a mark on ground of its own colour cannot be told."""
FULL = 0.25
"""Share of the steepest edge of alpha from which on an edge counts in full."""
LEAST, MOST = 0.5, 1.6
"""What a part that has the mark says."""
ENOUGH, DECIDED, HOLE = 0.86, 0.5, 0.1
"""Least shares of the mark's edges that have it, and that could tell; the most that may lack in one piece."""
SIMILAR = 0.3
"""Share from which on a mark that is not believed is worth a word."""


@dataclass(frozen=True)
class Evidence:
    """How far a mark explains a picture."""

    explained: float
    """Share of the mark's edges, of those that can tell, where the picture has it."""
    decided: float
    """Share of the mark's edges that can tell."""
    opacity: float
    """Of the mark in this picture, as a multiple of what was learned."""
    hole: float
    """Share of the mark's edges in the largest piece of it that the picture lacks."""
    energy: float
    """What of the picture's gradients the mark accounts for, in levels squared: to compare marks by."""

    @property
    def believed(self) -> bool:
        """Whether the mark lies there, all of it."""
        whole = self.explained >= ENOUGH and self.decided >= DECIDED and self.hole <= HOLE
        return whole and LEAST < self.opacity < MOST

    @property
    def doubtful(self) -> bool:
        """Whether what is there is worth a word although it is not believed."""
        return not self.believed and (self.explained >= SIMILAR or self.decided < DECIDED)


def evidence(window: np.ndarray, opacity: np.ndarray, colour: np.ndarray) -> Evidence:
    """What a window of a picture says of the mark that is thought to lie over it.

    Args:
        window: `[h,w,3]` uint8.
        opacity: `[h,w]` in 0..1.
        colour: `[h,w,3]` in 0..255: the mark's own.
    """
    import cv2

    seen, alpha = window.astype(np.float32), opacity[..., None]
    clean = ((seen - alpha * colour) / np.maximum(1 - alpha, 0.1)).clip(0, 255)
    own = alpha * (colour - cv2.GaussianBlur(clean, (0, 0), GROUND))
    slopes, wanted = (_slopes(field) for field in (seen, own))
    accounted = (wanted * wanted).sum((0, -1))
    # Texture hides brightness more than colour: each channel counts by how little else it shows.
    trust = 1 / np.sqrt(((slopes - wanted) ** 2).mean((0, 1, 2)) + NOISE**2)
    slopes, wanted = slopes * trust, wanted * trust
    dot, mass = (slopes * wanted).sum((0, -1)), (wanted * wanted).sum((0, -1))
    edges = np.abs(gradients(np.repeat(alpha, 3, -1)[None])).sum((0, 1, -1))
    edges = (edges / (FULL * edges.max() + 1e-9)).clip(None, 1)
    told = np.zeros(mass.shape, bool)
    has = np.zeros(mass.shape, bool)
    side = max(LEAST_PART, round(PART * min(mass.shape)))
    sides = [side << doubling for doubling in range(DOUBLINGS)]
    for size in [(side, side) for side in sides if side < max(mass.shape)] + [(2 * max(mass.shape),) * 2]:

        def summed(field: np.ndarray, size: tuple[int, int] = size) -> np.ndarray:
            return cv2.boxFilter(field, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)

        total = summed(mass) + 1e-6
        times = summed(dot) / total
        left = ((slopes - times[None, ..., None] * wanted) * wanted).sum((0, -1))
        blobs = cv2.boxFilter(left, -1, (BLOB, BLOB), normalize=False, borderType=cv2.BORDER_CONSTANT)
        error = np.sqrt(CORRELATED * summed(blobs**2).clip(0) / BLOB**2 + total) / total
        tells = ~told & (error < TELLS)
        has |= tells & (times > LEAST) & (times < MOST)
        told |= tells
    count = float((edges * told).sum())
    return Evidence(
        float((edges * has).sum()) / max(count, 1e-9),
        count / max(float(edges.sum()), 1e-9),
        float(dot.sum() / (mass.sum() + 1e-6)),
        _largest(edges, told & ~has) / max(float(edges.sum()), 1e-9),
        float((accounted * has).sum()),
    )


def _slopes(field: np.ndarray) -> np.ndarray:
    """`[2,h,w,3]`: softened gradients of brightness and colour."""
    import cv2

    channels = np.moveaxis(field.astype(np.float32) @ TO_YCC.T, -1, 0)
    soft = [cv2.GaussianBlur(channel, (0, 0), sigma) for channel, sigma in zip(channels, SOFT, strict=True)]
    return gradients(np.stack(soft, -1)[None])[:, 0]


def _largest(edges: np.ndarray, lacking: np.ndarray) -> float:
    """The edges in the largest connected piece of what lacks."""
    import cv2

    count, pieces = cv2.connectedComponents(lacking.astype(np.uint8))
    return float(np.bincount(pieces.ravel(), edges.ravel(), count)[1:].max(initial=0.0))
