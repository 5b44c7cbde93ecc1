"""Pictures compared two by two: which of them share something in a window, and how far apart it lies."""

import numpy as np

from .. import alignment
from ..alignment import gradients

REACH = 6
"""px by which a mark may lie elsewhere from picture to picture, at the size in which it is looked for."""
CHANCE = 4.0
"""Height of a peak up to which two pictures may share nothing."""
ALIKE = 1.0
"""How far beyond that the pairs of a half must stand on average."""

MOVES = 4
"""Times that every picture goes to the group that it is more like."""
APART = 0.1
"""Least difference of the mean cosine within either group and across groups that carry different marks."""


def pairs(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every two of the windows `[N,h,w,3]`: the height of their best peak `[N,N]`, its shift `[N,N,2]` (x, y)."""
    fields = alignment.directions(gradients(windows))
    spectra = alignment.spectrum(fields, tuple(side + 2 * REACH for side in fields.shape[-2:]))
    count = len(windows)
    heights, shifts = np.zeros((count, count)), np.zeros((count, count, 2))
    for first in range(count):
        for second in range(first):
            peak = alignment.peak(spectra[first], spectra[second], (REACH, REACH))
            heights[first, second] = heights[second, first] = peak.height
            shifts[first, second] = peak.x, peak.y
            shifts[second, first] = -peak.x, -peak.y
    return heights, shifts


def joint_shifts(windows: np.ndarray) -> np.ndarray:
    """Shifts `[N,2]` that align what the windows may share, when nothing shows without."""
    heights, shifts = pairs(windows)
    clearest = heights.sum(1).argmax()
    best = np.round(shifts[:, clearest])
    return best - np.median(best, axis=0).round()


def halves(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The numbers of two groups that share more within than across (a normalised cut); None where nobody shares.

    Args:
        heights: `[N,N]`, as `pairs` gives them.
    """
    shared = (heights - CHANCE).clip(0)
    np.fill_diagonal(shared, 0)
    degree = shared.sum(1) + ALIKE
    _, vectors = np.linalg.eigh(shared / np.sqrt(np.outer(degree, degree)))
    side = vectors[:, -2] > 0
    groups = np.flatnonzero(side), np.flatnonzero(~side)
    if min(len(group) for group in groups) == 0 or max(_alike(shared, group) for group in groups) < ALIKE:
        return None
    return groups


def groups(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The numbers of two groups of aligned windows `[N,h,w,3]` that each share what the other lacks; None for one mark.

    What all of them share is taken away first: of two marks alike, that would be learned as the mark of all.
    """
    fields = alignment.directions(gradients(windows))
    rest = (fields - fields.mean(0)).reshape(len(fields), -1)
    alike = np.real(rest @ rest.conj().T)
    alike /= np.sqrt(np.outer(np.diag(alike), np.diag(alike))) + 1e-9
    np.fill_diagonal(alike, 0)
    _, vectors = np.linalg.eigh(alike)
    side = vectors[:, -1] > 0
    for _ in range(MOVES):
        if not 0 < side.sum() < len(side):
            return None
        side = alike @ side / side.sum() > alike @ ~side / (~side).sum()
    parts = np.flatnonzero(side), np.flatnonzero(~side)
    across = alike[np.ix_(*parts)].mean()
    if min(len(part) for part in parts) < 2 or min(_alike(alike, part) for part in parts) - across < APART:
        return None
    return parts


def _alike(shared: np.ndarray, group: np.ndarray) -> float:
    count = len(group)
    return float(shared[np.ix_(group, group)].sum() / max(count * (count - 1), 1))
