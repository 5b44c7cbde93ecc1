"""How coarsely JPEG rounded a picture: the noise that un-blending will magnify.

A decoded JPEG still shows its steps: each coefficient of its 8 x 8 blocks is a multiple of one number.
"""

import numpy as np

BLOCK = 8
MOST_BLOCKS = 4096
COARSEST = 64
LEAST_VALUES, LEAST_SCORE = 40, 8.0
ERROR_PER_STEP = 1.0
"""Error near a mark's edges in levels per step of the low frequencies; measured with benchmarks/watermark.py."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
LOW = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0))
"""Frequencies (vertical, horizontal) that photographs fill; chroma is left out as it is mostly subsampled."""


def cosines() -> np.ndarray:
    """`[8,8]` float32: the orthonormal DCT-II, one frequency per row."""
    place, frequency = np.meshgrid(np.arange(BLOCK), np.arange(BLOCK))
    rows = np.cos(np.pi * (2 * place + 1) * frequency / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    rows[0] /= np.sqrt(2)
    return rows.astype(np.float32)


def noise(picture: np.ndarray) -> float:
    """Expected error in levels of 0..255 near strong edges; 0 where no JPEG is behind the picture.

    Args:
        picture: `[H,W,3]` uint8, uncropped since it was decoded.
    """
    rows, columns = (side // BLOCK for side in picture.shape[:2])
    # Even steps through the picture keep the cost of a poster that of a photograph.
    keep = max(1, int(np.ceil(np.sqrt(rows * columns / MOST_BLOCKS))))
    blocks = picture[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 3)[::keep, :, ::keep]
    luma = blocks.astype(np.float32) @ LUMA
    basis = cosines()
    steps = []
    for vertical, horizontal in LOW:
        values = np.einsum("aibj,i,j->ab", luma, basis[vertical], basis[horizontal]).ravel()
        steps.append(_step(values))
    found = [step for step in steps if step]
    return ERROR_PER_STEP * float(np.mean(found)) if len(found) > len(LOW) // 2 else 0.0


def _step(values: np.ndarray) -> int:
    """The number that all values are multiples of; 0 if there is none."""
    best, best_score = 0, LEAST_SCORE
    for step in range(2, COARSEST):
        counted = values[np.abs(values) > step / 2]
        if len(counted) < LEAST_VALUES:
            break
        score = float(np.cos(2 * np.pi / step * counted).mean() * np.sqrt(len(counted)))
        if score > best_score:
            best, best_score = step, score
    return best
