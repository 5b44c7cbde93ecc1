"""The colours of letters where a font's own letters lie on their line, and say how much of every px is letter.

Of thin strokes hardly a px is letter alone, and a JPEG holds colours, other than brightness, at half the places: what
is mixed there is parted again.
"""

from dataclasses import dataclass, replace

import numpy as np

from .distance import distances
from .fitting import Fit, covered
from .paints import Paints, rgb_of
from .sight import Sight

BRIGHTNESS = np.array([[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32)
"""RGB to brightness and two differences of colour: YCbCr of JPEG (ITU-T T.871)."""
BOLDER = (1.0, 1.5, 2.0)
"""How often letters may have been laid over each other: their soft rims are the stronger for it."""
BLURRED = (0.0, 1.0, 1.5)
"""px of the picture: how far a file may have blurred differences of colour."""
CLEARLY = 1.25
"""So many times better colours must be explained as sharp as brightness is: without blur they wholly are."""
NEEDED = 1.1
"""So many times worse a piece is explained without the outline that it has; a JPEG draws rims that are none."""
FINE, SHARES = 3.0, (0.5, 0.6, 0.75, 0.9, 1.0, 1.2)
"""px of the picture: an outline that is thinner is looked at in several widths, of the one that was found."""
BESIDE = 2.0
"""The same: how far the ground beside letters is averaged."""
BARE = 0.05
"""A px that is letter or outline by less is ground."""
AROUND = 3.0
"""px of the picture around the letters that have a say."""
PURE = 0.9
"""Of what the purest px have of the letters: a px that has as much says what their colour is."""
ROUNDS, KEPT = 4, 80
"""Of a gradient, and the percent of its px that the next round looks at."""


@dataclass(frozen=True)
class _Mixture:
    """How much of every px is letter and how much outline, `[h,w]` float32 each."""

    letters: np.ndarray
    line: np.ndarray

    def soft(self, px: float) -> "_Mixture":
        import cv2

        return _Mixture(*(cv2.GaussianBlur(one, (0, 0), px) for one in (self.letters, self.line))) if px else self


@dataclass(frozen=True)
class _Explained:
    """A piece as the mixture that explains it best, in brightness and in colours, and how badly that does."""

    outline: float
    sharp: _Mixture
    blurred: _Mixture
    wrong: float


def unmixed(seen: Sight, found: Paints, best: Fit) -> Paints:
    """The paints of letters with the letters' colour or gradient as it was before it was mixed with what is around, and
    with a thin outline as wide as it was, or without one that the mixture is.

    Args:
        best: the letters as they lie on the line.
    """
    letters = covered(best, seen.ink.shape)
    if not (letters > 0.5).any():
        return found
    outside = distances(letters <= 0.5) - 0.5
    near = outside < max(AROUND * seen.zoom, found.outline + BESIDE * seen.zoom)
    shown, ground = rgb_of(seen.lab) @ BRIGHTNESS.T, rgb_of(found.ground) @ BRIGHTNESS.T

    def parted(mixed: _Mixture, part: int) -> tuple[np.ndarray, float]:
        return _parted(shown[..., part], ground[..., part], mixed, seen.zoom, near)

    def explained(outline: float) -> _Explained:
        mixtures = [_mixture(letters, outside, outline, bolder) for bolder in BOLDER]
        off = [parted(one, 0)[1] for one in mixtures]
        sharp = mixtures[int(np.argmin(off))]
        soft = [sharp.soft(px * seen.zoom) for px in BLURRED]
        colours_off = [parted(one, 1)[1] + parted(one, 2)[1] for one in soft]
        weighed = [colours_off[0] * CLEARLY, *colours_off[1:]]
        return _Explained(outline, sharp, soft[int(np.argmin(weighed))], min(off) + min(colours_off))

    is_fine = 0 < found.outline < FINE * seen.zoom
    widths = SHARES if is_fine else (1.0,)
    own = min((explained(share * found.outline) for share in widths), key=lambda one: one.wrong)
    if is_fine:  # of a wider one the ground beside letters would be taken, which it is
        plain = explained(0.0)
        own = plain if plain.wrong < NEEDED * own.wrong else own
    purity = np.minimum(*(one.letters / np.percentile(one.letters[letters > 0.5], 95)
                          for one in (own.sharp, own.blurred)))  # fmt: skip
    pure = purity >= PURE * np.percentile(purity[letters > 0.5], 95)
    parts = [parted(own.blurred if part else own.sharp, part)[0] for part in range(3)]
    rgb = (np.stack(parts, axis=2)[pure] @ np.linalg.inv(BRIGHTNESS).T).clip(0, 1)
    return replace(found, plane=_plane(rgb, pure, found.is_gradient), outline=own.outline)


def _mixture(letters: np.ndarray, outside: np.ndarray, outline: float, bolder: float) -> _Mixture:
    own = 1 - (1 - letters) ** bolder
    full = np.maximum(own, (outline + 0.5 - outside).clip(0, 1)) if outline else own
    return _Mixture(own, (full - own).astype(np.float32))


def _parted(
    seen: np.ndarray, ground: np.ndarray, mixed: _Mixture, zoom: float, near: np.ndarray
) -> tuple[np.ndarray, float]:
    """What of a brightness or colour `[h,w]` is the letters' own, and how badly one colour explains it near them."""
    import cv2

    rest = 1 - mixed.letters - mixed.line
    bare = (rest > 1 - BARE).astype(np.float32)
    weight = cv2.GaussianBlur(bare, (0, 0), BESIDE * zoom)
    beside = cv2.GaussianBlur(seen * bare, (0, 0), BESIDE * zoom) / np.maximum(weight, 1e-6)
    there = (weight / BARE).clip(0, 1)
    without = seen - rest * (there * beside + (1 - there) * ground)
    shares = np.stack([mixed.letters[near], mixed.line[near]], axis=1)
    colours = np.linalg.lstsq(shares, without[near], rcond=None)[0]
    wrong = float(((without[near] - shares @ colours) ** 2).mean())
    return (without - mixed.line * colours[1]) / np.maximum(mixed.letters, BARE), wrong


def _plane(rgb: np.ndarray, places: np.ndarray, is_gradient: bool) -> np.ndarray:
    """`[3,3]`: RGB = (1, x, y) @ plane, from `[n,3]` at so many places of `[h,w]` bool."""
    plane = np.vstack([np.median(rgb, axis=0), np.zeros((2, 3))])
    if not is_gradient:
        return plane
    rows, columns = np.nonzero(places)
    points, kept = np.stack([np.ones(len(rows)), columns, rows], axis=1), np.ones(len(rows), bool)
    for _ in range(ROUNDS):
        plane = np.linalg.lstsq(points[kept], rgb[kept], rcond=None)[0]
        off = np.linalg.norm(rgb - points @ plane, axis=1)
        kept = off <= np.percentile(off, KEPT)
    return plane
