"""Pictures compared two by two: which of them share something in a window, and how far apart it lies."""

import numpy as np

from .. import alignment
from ..alignment import contrast, directions, gradients
from ..removing.restore import TO_YCC

REACH = 6
"""px by which a mark may lie elsewhere from picture to picture, at the size in which it is looked for."""
CHANCE = 4.0
"""Height of a peak up to which two pictures may share nothing."""
ALIKE = 1.0
"""How far beyond that the pairs of a half must stand on average."""

MOST_GROUPS = 4
MOVES = 6
"""Times that every picture goes to the group that it is most like."""
SOFT = 0.5
"""px (sigma) by which pictures are softened against JPEG's noise: more would blur what tells letters apart."""
APART, LOOSEST = 0.07, 0.25
"""Least difference of a picture's mean cosine with its own group and with the nearest other, where they carry different
marks; and the share of a group's pictures that may have less: some like each other do not make a group of others."""


def pairs(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every two of the windows `[N,h,w,3]`: the height of their best peak `[N,N]`, its shift `[N,N,2]` (x, y)."""
    fields = directions(gradients(windows))
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


def groups(windows: np.ndarray, colour: np.ndarray) -> tuple[np.ndarray, ...] | None:
    """The numbers of groups of pictures that each share what the others lack; None where all carry one mark.

    What all of them share is taken away first: of marks alike, that would be learned as the mark of all.

    Args:
        windows: `[N,h,w,3]` uint8, aligned.
        colour: `[h,w,3]` in 0..255: of what all of them share.
    """
    import cv2

    side = 2 * alignment.reach_for(windows.shape[1]) + 1
    # A coloured mark is darker than some grounds and brighter than others, but nearly always of more colour.
    seen = [cv2.GaussianBlur(window.astype(np.float32) @ TO_YCC.T, (0, 0), SOFT) for window in windows]
    against = np.stack([contrast(window, colour @ TO_YCC.T, side) for window in seen])
    fields = (directions(gradients(np.stack(seen))) * against).reshape(len(windows), 3, -1)
    shared = fields.mean(0)
    times = np.real((fields * shared.conj()).sum(-1)) / ((np.abs(shared) ** 2).sum(-1) + 1e-9)
    rest = (fields - times[..., None] * shared).reshape(len(windows), -1)
    alike = np.real(rest @ rest.conj().T)
    alike /= np.sqrt(np.outer(np.diag(alike), np.diag(alike))) + 1e-9
    np.fill_diagonal(alike, 0)
    parted = [parts for count in range(2, MOST_GROUPS + 1) if (parts := _parted(alike, count))]
    best = max(parted, key=lambda parts: _apart(alike, parts), default=())
    return best if best and _apart(alike, best) >= APART else None


def _parted(alike: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """The numbers of so many groups, each of them more like each other than like the rest; () where there are fewer."""
    _, vectors = np.linalg.eigh(alike)
    places = vectors[:, 1 - count :]
    away = (places**2).sum(1)
    centres = [int(away.argmax())]
    nearest = ((places - places[centres[0]]) ** 2).sum(1)
    while len(centres) < count:
        centres.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, ((places - places[centres[-1]]) ** 2).sum(1))
    own = np.argmin([((places - places[centre]) ** 2).sum(1) for centre in centres], axis=0)
    for _ in range(MOVES):
        members = own == np.arange(count)[:, None]
        if members.sum(1).min() < 2:
            return ()
        own = np.argmax((members @ alike) / (members.sum(1)[:, None] - members), axis=0)
    parts = tuple(np.flatnonzero(own == part) for part in range(count))
    return parts if min(map(len, parts)) >= 2 else ()


def _apart(alike: np.ndarray, parts: tuple[np.ndarray, ...]) -> float:
    """How much more alike pictures are to their own group than to the nearest other: of most of the loosest group."""
    means = np.stack([alike[part].sum(0) / (len(part) - np.isin(np.arange(len(alike)), part)) for part in parts])
    apart = []
    for number, part in enumerate(parts):
        nearest = np.delete(means[:, part], number, 0).max(0)
        apart.append(np.quantile(means[number, part] - nearest, LOOSEST))
    return float(min(apart))


def _alike(shared: np.ndarray, group: np.ndarray) -> float:
    count = len(group)
    return float(shared[np.ix_(group, group)].sum() / max(count * (count - 1), 1))
