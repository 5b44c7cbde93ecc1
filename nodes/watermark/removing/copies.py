"""Further places of a mark that a picture carries: agencies put theirs into several corners, or all over."""

import numpy as np

from .. import alignment
from ..mark import Watermark
from . import clean, compression
from .clean import Sighting

AREA, LEAST_HEIGHT = 250_000, 14
"""px: the picture is searched at about this area, or larger where the mark would become lower than this."""
STANDS_OUT = 5.5
"""Deviations from other places' correlation from which on a place is looked at closely."""
SHARE = 0.12
"""Of the known place's correlation, the least of another that is looked at: a half of a mark has more, texture less."""
MOST = 200
REACH = 2
"""px around the known place in which its own correlation lies."""
GROUND = 2
"""Mark heights over which the ground is averaged."""


def copies(picture: np.ndarray, mark: Watermark, known: Sighting) -> list[Sighting]:
    """Places beside the `known` one that look like the mark, each with its evidence, the likeliest first."""
    area = picture.shape[0] * picture.shape[1]
    height = mark.alpha.shape[0] * known.scale
    factor = min(1.0, max(np.sqrt(AREA / area), LEAST_HEIGHT / height))
    scores, size = _scores(picture, mark, known.scale * factor, factor)
    half = size[0] // 2, size[1] // 2
    found = []
    row, column = (round(at * factor) + side for at, side in ((known.y, half[0]), (known.x, half[1])))
    around = scores[max(0, row - REACH) : row + REACH + 1, max(0, column - REACH) : column + REACH + 1]
    least = max(STANDS_OUT, SHARE * float(around.max(initial=0)))
    for _ in range(MOST):
        scores[max(0, row - half[0]) : row + half[0] + 1, max(0, column - half[1]) : column + half[1] + 1] = 0
        row, column = divmod(int(scores.argmax()), scores.shape[1])
        if scores[row, column] < least:
            break
        place = ((column - half[1]) / factor, (row - half[0]) / factor)
        at = clean.look_at(picture, mark, known.scale, place)
        if at is not None:
            found.append(at)
    return found


def _scores(picture: np.ndarray, mark: Watermark, scale: float, factor: float) -> tuple[np.ndarray, tuple[int, int]]:
    """How like the mark every place is, from half a mark beyond the top left on, and the mark's (height, width)."""
    import cv2
    from scipy import fft

    grey = picture.astype(np.float32) @ compression.LUMA
    if factor < 1:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    alpha, colour = mark.scaled(scale, (0.0, 0.0))
    height, width = alpha.shape
    tone = float(np.average(colour @ compression.LUMA, weights=alpha.clip(0) + 1e-6))
    contrast = tone - cv2.blur(grey, (2 * GROUND * height + 1,) * 2)
    contrast /= np.abs(contrast) + alignment.FAINT
    own = alignment.directions(alignment.gradients(grey[None, ..., None]))[0, 0] * contrast
    template = alignment.directions(alignment.gradients(255 * alpha[None, ..., None].astype(np.float32)))[0, 0]
    size = grey.shape[0] + height, grey.shape[1] + width
    both = alignment.spectrum(own, size) * alignment.spectrum(template, size).conj()
    scores = np.real(np.asarray(fft.ifft2(both)))
    scores = np.roll(scores, (height // 2, width // 2), (0, 1))[: grey.shape[0], : grey.shape[1]]
    # Not by the standard deviation: the marks themselves would raise it.
    return scores / (1.4826 * np.median(np.abs(scores)) + 1e-9), (height, width)
