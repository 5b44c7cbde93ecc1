"""What a picture shows, measured from its pixels by geometry: no part of it was learned.

The ground, tint and style are those that explain the most pixels. What stands out from them is cut into connected
pieces, and each piece is held against every shape at every size and place.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from scipy import ndimage

from .drawing import SIDE, ground, stencil, zone
from .scene import COLOURS, GROUNDS, PLACES, SHAPES, SIZES, STYLES, WORDS, Scene, Thing

EDGES = {
    at: {name: mark["rgb"] for name, mark in WORDS["mark"].items() if mark.get("at") == at}
    for at in ("frame", "band", "corner")
}
"""Where a mark may lie -> mark -> colour. A frame covers most of the corners, so it is looked for first."""
DUSK = WORDS["mark"]["dusk"]["tint"]
TOPIC = {known["mark"]: topic for topic, known in WORDS["topic"].items()}
KINDS = ("ground", "colour", "shape", "size", "place")
CALM = 0.7
"""Standard deviation of the blur that takes grain from a picture, in pixels."""
RADII = np.arange(5, 16, 0.5)
LEAST = 40
"""Pixels of a thing; a small star has about 100."""
NEAR = 60.0
"""Distance in RGB that is still taken for a mark's colour, and at which a pixel is not ground at all."""
LIKE_GROUND = 20.0
"""Distance in RGB at which a pixel is still the ground; a thing lies 42 or more from its ground, tinted or not."""
LARGE = sum(WORDS["size"][size]["radius"] for size in SIZES) / 2


@dataclass(frozen=True)
class Verdict:
    """What the judge saw."""

    scene: Scene
    """Its things from left to right; none, where nothing was made out."""
    sure: float
    """0 to 1: how much of the worst thing is explained by the shape that it was taken for."""


def judge(picture: np.ndarray) -> Verdict:
    """Reads a picture.

    Args:
        picture: uint8 [64, 64, 3].
    """
    calm = ndimage.gaussian_filter(np.asarray(picture, np.float64), (CALM, CALM, 0))
    at, mark = _mark(calm)
    free = ~ndimage.binary_dilation(zone(at), iterations=2) if at else np.ones((SIDE, SIDE), bool)
    name, style, dusk, behind = _behind(calm, free, (False,) if mark else (False, True))
    apart = np.linalg.norm(calm - behind, axis=-1) * free
    tone = np.array(DUSK) if dusk else np.ones(3)
    found = sorted((_thing(calm, behind, apart, part, tone) for part in _parts(apart, free)), key=lambda one: one[1])
    if dusk:
        mark = "dusk"
    scene = Scene(name, tuple(thing for thing, *_ in found), TOPIC.get(mark, mark), style)
    return Verdict(scene, min((sure for *_, sure in found), default=0.0))


def right(seen: Scene, meant: Scene) -> dict[str, bool]:
    """Which kinds of words a picture got right; a thing too many or too few makes all that is said of things wrong."""
    same = {"ground": seen.ground == meant.ground}
    matched = len(seen.things) == len(meant.things)
    pairs = list(zip(seen.things, meant.things, strict=False))
    for kind in KINDS[1:]:
        same[kind] = matched and all(getattr(one, kind) == getattr(other, kind) for one, other in pairs)
    return same


def _mark(picture: np.ndarray) -> tuple[str, str] | tuple[None, None]:
    """Where a mark lies that stands out from what is beside it, and which it is by the nearest colour."""
    for at, colours in EDGES.items():
        inside, beside = (np.median(picture[part], axis=0) for part in _edge(at))
        away, name = min((float(np.linalg.norm(inside - colour)), name) for name, colour in colours.items())
        if away < NEAR and np.linalg.norm(inside - beside) > LIKE_GROUND:
            return at, name
    return None, None


@cache
def _edge(at: str) -> tuple[np.ndarray, np.ndarray]:
    """A mark's pixels, and those beside it: bool [64, 64] each."""
    inside = zone(at)
    return inside, ndimage.binary_dilation(inside, iterations=4) & ~ndimage.binary_dilation(inside, iterations=2)


def _behind(picture: np.ndarray, free: np.ndarray, tints: tuple[bool, ...]) -> tuple[str, str | None, bool, np.ndarray]:
    """The ground that explains the most pixels: its name, style, whether it is tinted, and its picture."""

    def missed(kind: tuple[str, str | None, bool]) -> float:
        return float(np.minimum(np.linalg.norm(picture - _ground(*kind), axis=-1), NEAR)[free].mean())

    best = min(product(GROUNDS, (None, *STYLES), tints), key=missed)
    return *best, _ground(*best)


@cache
def _ground(name: str, style: str | None, dusk: bool) -> np.ndarray:
    return ndimage.gaussian_filter(ground(name, style) * (DUSK if dusk else (1, 1, 1)), (CALM, CALM, 0))


def _parts(apart: np.ndarray, free: np.ndarray) -> list[np.ndarray]:
    """Connected pieces that stand out from the ground and are more than a speck: bool [64, 64] each."""
    level = np.median(apart[free])
    labels, count = ndimage.label(apart > level + max(0.4 * (np.percentile(apart[free], 99) - level), LIKE_GROUND))
    parts = [labels == number for number in range(1, count + 1)]
    return [part for part in parts if part.sum() >= LEAST and ndimage.binary_erosion(part).any()]


def _thing(
    picture: np.ndarray, behind: np.ndarray, apart: np.ndarray, part: np.ndarray, tone: np.ndarray
) -> tuple[Thing, int, float]:
    """A piece's thing, its middle column, and how sure that is."""
    palette = np.array([WORDS["colour"][name]["rgb"] for name in COLOURS], float) * tone
    core = part & (ndimage.distance_transform_edt(part) > 2)
    inner = np.median(picture[core if core.any() else part], axis=0)
    colour = int(np.linalg.norm(palette - inner, axis=-1).argmin())
    near = ndimage.binary_dilation(part, iterations=3)
    level = np.median(apart[~near])
    full = np.linalg.norm(palette[colour] - behind, axis=-1)
    shape, radius, middle, sure = _shape(np.clip((apart - level) / (full - level), 0, 1) * near)
    place = min(PLACES, key=lambda name: abs(WORDS["place"][name]["centre"] - middle))
    return Thing(COLOURS[colour], shape, "large" if radius > LARGE else "small", place), middle, sure


def _shape(cover: np.ndarray) -> tuple[str, float, int, float]:
    """The shape, radius and middle column that explain a thing's pixels best, and the share that they explain."""
    spectra, energy = _stencils()
    matches = np.fft.irfft2(np.fft.rfft2(cover) * spectra.conj(), cover.shape)
    missed = (cover**2).sum() - 2 * matches + energy[..., None, None]
    shape, radius, _, across = np.unravel_index(missed.argmin(), missed.shape)
    sure = 1 - missed.min() / energy[shape, radius]
    return SHAPES[shape], float(RADII[radius]), int(across), float(max(sure, 0.0))


@cache
def _stencils() -> tuple[np.ndarray, np.ndarray]:
    """Every shape at every radius around pixel (0, 0), as spectra [shapes, radii, 64, 33], and their energy."""
    middle = (SIDE / 2 + 0.5, SIDE / 2 + 0.5)
    drawn = np.array([[stencil(shape, float(radius), middle) for radius in RADII] for shape in SHAPES])
    drawn = ndimage.gaussian_filter(drawn, (0, 0, CALM, CALM))
    return np.fft.rfft2(np.roll(drawn, (-SIDE // 2, -SIDE // 2), (2, 3))), (drawn**2).sum((2, 3))
