"""What repeats in every picture of a collection: the trace of a mark, before anything is known of it.

Photographs differ, a mark does not: at its edges the median gradient over the collection stays while everything else
averages out (Dekel et al., On the Effectiveness of Visible Watermarks, CVPR 2017).
"""

from collections.abc import Generator

import numpy as np

CERTAIN = 4.0
"""How many of its own errors a median gradient must be away from zero."""
GAUSSIAN_MEDIAN = 1.86
"""Standard error of a median of n normal values, as a multiple of MAD / sqrt(n)."""
ROUNDING = 0.5
PRIOR = 5
ACROSS = 0.8
"""Share of a window's width or height over which an edge runs when it is no mark's but a bar's or a border's."""
GAP, SPECK, SURROUNDINGS, LEAST = 5, 25, 13, 60


def persistent(slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The median gradient `[2,H,W,3]`, and `[H,W]` how certain it is: its largest share of its own error.

    Args:
        slopes: `[2,N,H,W,3]`, whole levels, as uint8 pictures have them.
    """
    whole = np.ascontiguousarray(np.moveaxis(slopes, 1, 0), np.int16)
    doubled = _doubled_median(whole)
    median = doubled / np.float32(2)
    spread = _doubled_median(np.abs(2 * whole - doubled)) / np.float32(4)
    # A few samples may agree by chance: their spread is drawn towards that of the whole window.
    count = len(whole)
    spread = (count * spread + PRIOR * np.median(spread)) / (count + PRIOR)
    error = GAUSSIAN_MEDIAN * spread / np.sqrt(count) + ROUNDING
    return median, (np.abs(median) / error).max(axis=(0, -1))


def _doubled_median(values: np.ndarray) -> np.ndarray:
    """Twice the median along the first axis, in int16.

    A few pictures of many pixels are sorted fastest whole plane by whole plane.
    """
    planes = list(values.copy())
    for low, high in _comparisons(len(planes)):
        smaller = np.minimum(planes[low], planes[high])
        np.maximum(planes[low], planes[high], out=planes[high])
        planes[low] = smaller
    return planes[(len(planes) - 1) // 2] + planes[len(planes) // 2]


def _comparisons(count: int) -> Generator[tuple[int, int], None, None]:
    """Pairs whose ordering, one after the other, sorts `count` values (Batcher; Knuth, TAOCP 3, 5.2.2, algorithm M)."""
    top = 1 << max(count - 1, 1).bit_length() - 1
    part = top
    while part:
        reach, other, offset = part, top, 0
        while True:
            for low in range(count - reach):
                if low & part == offset:
                    yield low, low + reach
            if other == part:
                break
            reach, other, offset = other - part, other >> 1, part
        part >>= 1


def region_of(certainty: np.ndarray) -> np.ndarray:
    """`[H,W]` bool: the mark with its surroundings, holes filled; all False where nothing is persistent."""
    import cv2
    from scipy import ndimage

    edges = (certainty > CERTAIN).astype(np.uint8)
    for axis in (0, 1):
        across = edges.mean(axis=1 - axis) > ACROSS
        lines = np.convolve(across, np.ones(GAP), "same") > 0
        edges[(slice(None),) * axis + (lines,)] = 0
    closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= SPECK)
    kept = np.isin(labels, large[large > 0])
    if kept.sum() < LEAST:
        return np.zeros(kept.shape, bool)
    grown = cv2.dilate(kept.astype(np.uint8), np.ones((SURROUNDINGS, SURROUNDINGS), np.uint8))
    # Without filling, a disc's inside counts as surroundings.
    return np.asarray(ndimage.binary_fill_holes(grown))
