"""Where a mark lies to the pixel and below: correlation of gradients.

Gradients are compared by direction, and little by strength, so that a picture's own strong edges do not drown a faint
mark.
"""

from dataclasses import dataclass

import numpy as np

FAINT = 12.0
"""Levels per pixel from which on a gradient counts in full."""
REACH = 6
CARRIES = 5.0
"""Height of a peak from which on a picture counts as one that carries the mark."""


@dataclass(frozen=True)
class Peak:
    """The best of all shifts."""

    x: float
    y: float
    """px by which the picture's content lies right of and below the template's."""
    height: float
    """How far the best correlation stands above that of other shifts, in standard deviations."""


def reach_for(height: float) -> int:
    """px of shifts to look at for a mark of that height: its strokes must leave their own place to stand out."""
    return int(np.ceil(REACH + height / 8))


def gradients(pictures: np.ndarray) -> np.ndarray:
    """`[N,H,W,3]` in 0..255 to forward differences `[2,N,H,W,3]` float32: along x, along y; 0 at the far border."""
    result = np.zeros((2, *pictures.shape), np.float32)
    np.subtract(pictures[:, :, 1:], pictures[:, :, :-1], out=result[0, :, :, :-1], dtype=np.float32)
    np.subtract(pictures[:, 1:], pictures[:, :-1], out=result[1, :, :-1], dtype=np.float32)
    return result


def directions(slopes: np.ndarray) -> np.ndarray:
    """`[2,...,H,W,3]` gradients to `[...,3,H,W]` complex64, each of length below 1."""
    field = np.moveaxis(slopes[0] + 1j * slopes[1], -1, -3).astype(np.complex64)
    return field / (np.abs(field) + np.float32(FAINT))


def contrast(picture: np.ndarray, colour: np.ndarray, side: int) -> np.ndarray:
    """How a mark of a colour stands against the ground: `[3,h,w]` in -1..1, above 0 where it is brighter.

    A mark is brighter than one ground and darker than another: which, each place and channel says by itself.

    Args:
        picture: `[h,w,3]` in levels.
        colour: `[h,w,3]`, the same.
        side: px over which the ground is averaged.
    """
    import cv2

    above = colour - cv2.blur(picture.astype(np.float32), (side, side))
    return np.moveaxis(above / (np.abs(above) + FAINT), -1, 0)


def spectrum(field: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`[...,3,h,w]` to frequencies at (height, width), or a little more where that is quicker."""
    from scipy import fft

    return np.asarray(fft.fft2(field, s=[fft.next_fast_len(side) for side in size]))


def peak(picture: np.ndarray, template: np.ndarray, reach: tuple[int, int], centre: tuple[int, int] = (0, 0)) -> Peak:
    """
    Args:
        picture, template: spectra `[3,h,w]` of the same size.
        reach: px (y, x) of shifts looked at around `centre` (y, x).
    """
    from scipy import fft

    scores = np.real(np.asarray(fft.ifft2((picture * template.conj()).sum(0))))
    scores = np.roll(scores, (reach[0] - centre[0], reach[1] - centre[1]), (0, 1))
    scores = scores[: 2 * reach[0] + 1, : 2 * reach[1] + 1]
    row, column = divmod(int(scores.argmax()), scores.shape[1])
    rest = scores.copy()
    rest[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = np.nan
    height = (scores[row, column] - np.nanmean(rest)) / (np.nanstd(rest) + 1e-9)
    return Peak(
        column + _vertex(scores[row], column) - reach[1] + centre[1],
        row + _vertex(scores[:, column], row) - reach[0] + centre[0],
        float(height),
    )


def shifted(picture: np.ndarray, x: float, y: float) -> np.ndarray:
    """`[H,W,C]` uint8 moved left by x and up by y px; whole pixels stay as they are."""
    import cv2

    if max(abs(x - round(x)), abs(y - round(y))) < 0.2:
        x, y = round(x), round(y)
        if (x, y) == (0, 0):
            return picture
    matrix = np.array([[1, 0, -x], [0, 1, -y]], np.float32)
    size = picture.shape[1::-1]
    return cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _vertex(line: np.ndarray, at: int) -> float:
    """How far the top of the parabola through a peak and its neighbours lies from it."""
    if not 0 < at < len(line) - 1:
        return 0.0
    before, top, after = line[at - 1 : at + 2]
    bend = before - 2 * top + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0
