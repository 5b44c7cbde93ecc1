"""How coarsely JPEG rounded a picture: the noise that un-blending will magnify.

A decoded JPEG still shows its steps: each coefficient of its 8 x 8 blocks is a multiple of one number.
"""

import numpy as np

BLOCK = 8
MOST_BLOCKS, AROUND = 2048, 2048
COARSEST = 64
LEAST_VALUES, LEAST_SCORE = 24, 8.5
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


def noise(picture: np.ndarray, rows: slice, columns: slice) -> float:
    """Expected error in levels of 0..255 near strong edges; 0 where no JPEG is behind the picture.

    Args:
        picture: `[H,W,3]` uint8, uncropped since it was decoded.
        rows, columns: where the mark is: on plain ground its own edges alone show the steps.
    """
    luma = [_blocks(picture, AROUND, rows, columns), _blocks(picture, MOST_BLOCKS, slice(None), slice(None))]
    blocks = np.concatenate(luma)
    basis = cosines()
    found = [_step(np.einsum("nij,i,j->n", blocks, basis[down], basis[across])) for down, across in LOW]
    found = [(score, step) for score, step in found if step]
    # Clipped colours blur the steps of any one frequency: what counts is what all of them say together.
    if len(found) <= len(LOW) // 2 or sum(score for score, _ in found) < LEAST_SCORE * np.sqrt(len(found)):
        return 0.0
    scores, steps = np.array(found).T
    return ERROR_PER_STEP * float(np.average(steps, weights=scores**2))


def _blocks(picture: np.ndarray, most: int, rows: slice, columns: slice) -> np.ndarray:
    """`[n,8,8]` brightness of the 8 x 8 blocks of a part of the picture, evenly thinned to about `most`."""
    spans = []
    for part, side in ((rows, picture.shape[0]), (columns, picture.shape[1])):
        first, last, _ = part.indices(side)
        spans.append((first // BLOCK, min(-(-last // BLOCK), side // BLOCK)))
    (top, bottom), (left, right) = spans
    # Even steps keep the cost of a poster that of a photograph.
    keep = max(1, int(np.ceil(np.sqrt((bottom - top) * (right - left) / most))))
    part = picture[top * BLOCK : bottom * BLOCK, left * BLOCK : right * BLOCK]
    blocks = part.reshape(bottom - top, BLOCK, right - left, BLOCK, 3)[::keep, :, ::keep].astype(np.float32) @ LUMA
    return blocks.transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)


def _step(values: np.ndarray) -> tuple[float, int]:
    """The number that all values are most likely multiples of, after how clearly they are; 0 if there are too few."""
    best = (0.0, 0)
    for step in range(2, COARSEST):
        counted = values[np.abs(values) > step / 2]
        if len(counted) < LEAST_VALUES:
            break
        best = max(best, (float(np.cos(2 * np.pi / step * counted).mean() * np.sqrt(len(counted))), step))
    return best
