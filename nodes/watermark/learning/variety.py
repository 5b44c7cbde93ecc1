"""How many scenes a collection shows: a mark is what stays while the scene changes.

Shots of one scene share everything, whatever their exposure and however the camera pans, and what repeats in them is no
mark. They are compared small, by the directions of their gradients, at every shift, beside what repeats.
"""

import numpy as np

from .. import alignment
from .windows import resized

SMALL = 96
"""px, the longer side in which pictures are compared."""
SAME = 7.5
"""Height of a peak (`alignment.Peak`) from which on two pictures show one scene."""
ACROSS = 0.5
"""Mean direction of a line from side to side from which on it is the edge of a bar, which is no scene."""
PLAIN = 0.01
"""Mean squared length of the directions below which a picture shows too little to tell its scene."""


def scenes(pictures: list[np.ndarray], hidden: list[np.ndarray]) -> int:
    """The number of scenes that can be told from each other.

    Args:
        pictures: `[H,W,3]` uint8 each.
        hidden: px (left, top, right, bottom) per picture that say nothing.
    """
    fields = [_field(picture, box) for picture, box in zip(pictures, hidden, strict=True)]
    fields = [field for field in fields if (np.abs(field) ** 2).mean() > PLAIN]
    if not fields:
        return 0
    height, width = (max(field.shape[axis] for field in fields) for axis in (1, 2))
    size = (height + height // 2, width + width // 2)
    spectra = [alignment.spectrum(field, size) for field in fields]
    reach = (size[0] // 2 - 1, size[1] // 2 - 1)
    scene = list(range(len(fields)))
    for first in range(len(fields)):
        for second in range(first):
            if scene[first] != scene[second] and _same(spectra[first], spectra[second], reach):
                joined = scene[first]
                scene = [scene[second] if one == joined else one for one in scene]
    return len(set(scene))


def _same(first: np.ndarray, second: np.ndarray, reach: tuple[int, int]) -> bool:
    return alignment.peak(first, second, reach).height > SAME


def _field(picture: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """`[1,h,w]` complex64: directions of the picture's brightness, 0 where it is hidden."""
    factor = min(1.0, SMALL / max(picture.shape[:2]))
    small = resized(picture, factor).astype(np.float32).mean(-1, keepdims=True)
    field = alignment.directions(alignment.gradients(small[None]))[0]
    left, top, right, bottom = (hidden * factor).round().astype(int)
    field[:, max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = 0
    for turned in (field[0], field[0].T):
        half = len(turned) // 2
        for row in np.flatnonzero(np.abs(turned.mean(1)) > ACROSS):
            turned[slice(0, row + 2) if row < half else slice(max(0, row - 1), None)] = 0
    return field
