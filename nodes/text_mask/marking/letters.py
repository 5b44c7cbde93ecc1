"""The letters of a region, whatever they stand on: seen by a network that was taught letters, not grounds."""

import numpy as np

from ..regions import Region
from . import strokes
from .colours import with_colours
from .upright import Upright, upright

LETTER_HEIGHT = 40
"""px: letters are looked at in this height."""
MOST_ENLARGED = 3.0
MARGIN = 0.4
"""Of the letter height, all round: outlines, shadows and strokes that the region does not hold."""
INK = 0.5
LEAST_ODDS = -0.5
"""Letters are rather taken too wide than left in part."""
LEAST_SHARE, LEAST_ALONG = 0.12, 0.65
"""Of a region's area, and of its length: with less ink the network has not seen its letters, or not all of them."""
PLAIN = 0.12
"""How uneven a ground is, against its contrast to the letters: up to there colours alone tell letters from it."""
FINE_HEIGHT = 128
"""px: letters are cut out in that height at most."""
LONGEST = 4096
"""px of a patch: what is longer is no line of text but a stripe, and is seen smaller."""


def sight(picture: np.ndarray, region: Region, beyond: float = MARGIN) -> tuple[Upright, np.ndarray]:
    """A region upright, and how surely each px of it is ink, `[h,w]` float32 in 0..1.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        beyond: how far to look left and right of it, in letter heights.
    """
    from . import letter_network  # brings torch, which the command line does without

    long = max(region.sides) / max(region.height, 1.0)
    height = min(LETTER_HEIGHT, LONGEST / (long + 2 * beyond))
    seen = upright(picture, region, height, MOST_ENLARGED, _margins(region, height, beyond))
    return seen, letter_network.ink_of(seen.pixels)


def _margins(region: Region, height: float, beyond: float) -> tuple[float, float]:
    """px along the text and beside it, as across and down: text that stands upright runs downward."""
    width, tall = region.sides
    along, beside = beyond * height, MARGIN * height
    return (along, beside) if width >= tall else (beside, along)


def ink(picture: np.ndarray, region: Region) -> tuple[Upright, np.ndarray] | None:
    """The letters of a region, `[h,w]` bool of the piece that comes with them; None where there are none.

    On a plain ground all that differs from it is letter, to the px. Elsewhere the network says where letters are, and
    their colours where they end; what parts clearly from the ground all the same is not given up.
    """
    import cv2

    fine = upright(picture, region, FINE_HEIGHT, 1.0, _margins(region, min(FINE_HEIGHT, region.height), MARGIN))
    plain = strokes.separate(fine.pixels, fine.inside)
    is_clear = plain.is_clear(fine.inside)
    if is_clear and plain.rim <= PLAIN * plain.contrast:
        return fine, plain.ink
    _, sure = sight(picture, region)
    sure = cv2.resize(sure, fine.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    own = _touching(with_colours(fine.pixels, sure) > LEAST_ODDS, fine.inside)
    if is_clear:
        return fine, own | plain.ink
    return (fine, own) if _is_line(own[fine.rows, fine.columns]) else None


def _is_line(ink: np.ndarray) -> bool:
    """Whether the ink of a region can be all of its letters."""
    height, width = ink.shape
    along = ink.any(axis=0 if width >= height else 1).mean()
    return bool(ink.mean() >= LEAST_SHARE and along >= LEAST_ALONG)


def _touching(ink: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The pieces of ink that reach into a region."""
    import cv2

    count, found = cv2.connectedComponents(ink.astype(np.uint8))
    labels = found.astype(np.intp)
    reach = np.zeros(count, bool)
    reach[np.unique(labels[inside])] = True
    reach[0] = False
    return reach[labels]
