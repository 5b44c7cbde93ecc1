"""Take a learned mark off one picture."""

import dataclasses
from dataclasses import dataclass
from functools import partial

import numpy as np

from .. import alignment
from ..alignment import CARRIES, gradients
from ..mark import Watermark
from . import compression, restore
from .evidence import Evidence, evidence

NEAR = 10
"""px by which the mark may lie elsewhere than learned, in the reference's px."""
SMALLEST, LARGEST = 0.25, 4.0
"""Sizes of the mark, as it was learned, beyond which it is not looked for: a panorama may be 30 times as wide."""
SCALES = (0.99, 0.995, 1.005, 1.01)
"""Around each likely size, how much larger or smaller the mark may be: portals round their sizes."""
CLEARLY, TRIES = 0.98, 40
WHOLE = 0.2
"""px: a mark of the learned size that lies so close to whole pixels lies on them."""
WINDOW = 8


@dataclass(frozen=True)
class Sighting:
    """Where a picture has the mark."""

    x: float
    y: float
    """px of the mark's top left."""
    scale: float
    """Of the mark as it was learned."""
    certainty: float
    """`alignment.Peak.height`"""
    evidence: Evidence | None = None
    """How far the mark explains what is there; None where nobody asked."""


@dataclass(frozen=True)
class Overlay:
    """A mark over a window of one picture."""

    rows: slice
    columns: slice
    alpha: np.ndarray
    """`[h,w]` in 0..1."""
    colour: np.ndarray
    """`[h,w,3]` in 0..255."""
    uncertainty: float

    @property
    def touched(self) -> np.ndarray:
        """`[h,w]` bool: the mark and the ringing of its edges, outside of which nothing changes."""
        return restore.near(self.alpha)


def find(picture: np.ndarray, mark: Watermark) -> Sighting | None:
    """Where `picture` (`[H,W,3]` uint8) has the mark, or None: also where only a part of it or one like it is there."""
    at = look(picture, mark)
    return at if at is not None and at.evidence is not None and at.evidence.believed else None


def look(picture: np.ndarray, mark: Watermark) -> Sighting | None:
    """Where `picture` (`[H,W,3]` uint8) has what is most like the mark, and how far the mark explains it."""
    size = picture.shape[1::-1]
    ratios = (round(side / known, 4) for side, known in zip(size, mark.reference, strict=True))
    likely = {1.0, *(ratio for ratio in ratios if SMALLEST <= ratio <= LARGEST)}
    best: Sighting | None = None
    for scale in sorted(likely, key=lambda scale: scale != 1):
        tried = _try(picture, mark, scale, mark.place(size, scale))
        if tried is not None and (best is None or tried.certainty > best.certainty):
            best = tried
        if best is not None and best.certainty > 2 * CARRIES:
            break
    if best is None or best.certainty < CARRIES:
        return None
    if best.scale != 1:
        best = _sized(picture, mark, best)
    return asked(picture, mark, best)


def look_at(picture: np.ndarray, mark: Watermark, scale: float, place: tuple[float, float]) -> Sighting | None:
    """What looks most like the mark around another place (x, y) than its own, at a known size."""
    at = _try(picture, mark, scale, place)
    if at is None or at.certainty < CARRIES:
        return None
    if scale != 1:
        at = _refined(picture, mark, at)
    return asked(picture, mark, at)


def asked(picture: np.ndarray, mark: Watermark, at: Sighting) -> Sighting:
    """A sighting with its evidence."""
    over = lay(picture, mark, at)
    return dataclasses.replace(at, evidence=evidence(picture[over.rows, over.columns], over.alpha, over.colour))


def _sized(picture: np.ndarray, mark: Watermark, at: Sighting) -> Sighting:
    """A sighting of a mark that was rescaled, at the size that it really has."""
    place = partial(mark.place, picture.shape[1::-1])
    changed = (at.scale * change for change in SCALES)
    tried = [at, *filter(None, (_try(picture, mark, scale, place(scale)) for scale in changed))]
    # To place it, brightness is enough.
    picture = (picture @ compression.LUMA)[..., None]
    mark = dataclasses.replace(mark, colour=(mark.colour @ compression.LUMA)[..., None])
    left = [_edges_left(picture, mark, sighting) for sighting in tried]
    return _refined(picture, mark, tried[int(np.argmin(left))] if min(left) < CLEARLY * left[0] else at)


def lay(picture: np.ndarray, mark: Watermark, at: Sighting) -> Overlay:
    """The mark as it lies over `picture` (`[H,W,3]`), in a window that shows some surroundings."""
    left, top = int(np.floor(at.x)), int(np.floor(at.y))
    alpha, colour = mark.scaled(at.scale, (at.x - left, at.y - top))
    height, width = alpha.shape
    rows = slice(max(0, top - WINDOW), min(picture.shape[0], top + height + WINDOW))
    columns = slice(max(0, left - WINDOW), min(picture.shape[1], left + width + WINDOW))
    y, x = np.arange(rows.start, rows.stop) - top, np.arange(columns.start, columns.stop) - left
    inside = np.ix_(y.clip(0, height - 1), x.clip(0, width - 1))
    known = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None]
    return Overlay(
        rows, columns, np.where(known, alpha[inside], 0).astype(np.float32), colour[inside], mark.uncertainty
    )


def unblend(picture: np.ndarray, over: Overlay, filled: np.ndarray | None) -> np.ndarray:
    """The window of the overlay as it was before the mark.

    Args:
        picture: `[H,W,3]` uint8, all of it.
        filled: `[h,w,3]` in 0..255: the window with the touched pixels inpainted; None to do without.

    Returns:
        `[h,w,3]` float32 in 0..255, right where the overlay touches.
    """
    seen = picture[over.rows, over.columns]
    noise = compression.noise(picture, over.rows, over.columns)
    return restore.restore(seen, over.alpha, over.colour, filled, noise, over.uncertainty)


def _try(picture: np.ndarray, mark: Watermark, scale: float, place: tuple[float, float]) -> Sighting | None:
    """The best place for the mark at one size, around a `place` (x, y)."""
    alpha, colour = mark.scaled(scale, (0.0, 0.0))
    left, top = (round(at) for at in place)
    reach = max(int(np.ceil(NEAR * max(scale, 1))), alignment.reach_for(alpha.shape[0]))
    height, width = alpha.shape
    rows = np.arange(top - reach, top + height + reach).clip(0, picture.shape[0] - 1)
    columns = np.arange(left - reach, left + width + reach).clip(0, picture.shape[1] - 1)
    if min(len(np.unique(rows)), len(np.unique(columns))) < 8:
        return None
    window = picture[np.ix_(rows, columns)]
    size = (len(rows), len(columns))
    shape = alpha[..., None] * np.array([255, 255, 255], np.float32)
    around = np.pad(colour, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    template = alignment.directions(gradients(shape[None]))[0]
    own = alignment.directions(gradients(window[None]))[0] * alignment.contrast(window, around, 2 * reach + 1)
    found = alignment.peak(
        alignment.spectrum(own, size), alignment.spectrum(template, size), (reach, reach), (reach, reach)
    )
    x, y = left - reach + found.x, top - reach + found.y
    if scale == 1:
        x, y = (round(at) if abs(at - round(at)) < WHOLE else at for at in (x, y))
    return Sighting(x, y, scale, found.height)


def _refined(picture: np.ndarray, mark: Watermark, at: Sighting) -> Sighting:
    """The place below the pixel, and the size below the percent, that leave least of the mark."""
    from scipy.optimize import minimize

    width = mark.alpha.shape[1]

    def moved(change: np.ndarray) -> Sighting:
        # All in px: a larger mark moves its far side, about its middle.
        scale = at.scale + change[2] / width
        half = change[2] / 2
        return Sighting(
            at.x + change[0] - half, at.y + change[1] - half * mark.alpha.shape[0] / width, scale, at.certainty
        )

    def left(change: np.ndarray) -> float:
        return _edges_left(picture, mark, moved(change))

    start = np.array([[0, 0, 0], [0.3, 0, 0], [0, 0.3, 0], [0, 0, 0.5]], np.float64)
    options = {"initial_simplex": start, "maxfev": TRIES, "xatol": 0.02, "fatol": 1e-4}
    found = minimize(left, start[0], method="Nelder-Mead", options=options)
    return moved(found.x)


def _edges_left(picture: np.ndarray, mark: Watermark, at: Sighting) -> float:
    """Mean gradient where the mark was, if it is un-blended from there: least where it lies in truth."""
    over = lay(picture, mark, at)
    clear = np.maximum(1 - over.alpha, 0.1)[..., None]
    clean = (picture[over.rows, over.columns] - over.alpha[..., None] * over.colour) / clear
    return float(np.abs(gradients(clean[None]))[:, 0][:, over.touched].mean())
