"""Words of a look on the plane of the old ones: as pixels, and as outlines for print."""

import math
from dataclasses import dataclass

import numpy as np

from ...page.drawing import Move, Shape
from .distance import distances
from .look import Colour, Look
from .plane import Plane
from .setting import FINE, Flat

MOST_FINE = 6_000_000
"""px of a window: larger ones are drawn twice as fine only."""
PIECES = 6
"""Of a line or curve on a plane that is not flat."""


@dataclass(frozen=True)
class Layer:
    """A window of a layer, straight alpha."""

    rows: slice
    columns: slice
    rgba: np.ndarray
    """`[h,w,4]` float32 in 0..1."""


def painted(words: Flat, look: Look, plane: Plane, size: tuple[int, int]) -> tuple[Layer, Layer]:
    """Words on their plane in a picture of `size` (height, width), with outline, shadow and gradient.

    Returns:
        All of them, and of that what stays pixels where `shapes` are printed.
    """
    import cv2

    window = _window(words, look, plane, size)
    rows, columns = window
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    if 0 in shape:
        nothing = Layer(rows, columns, np.zeros((*shape, 4), np.float32))
        return nothing, nothing
    fine = FINE if shape[0] * shape[1] <= MOST_FINE else 2
    letters = _laid(words, plane, window, fine)
    full = letters
    if look.outline:
        outside = distances(letters < 0.5)
        full = np.maximum(letters, np.clip(look.outline * fine + 1 - outside, 0, 1))
    letters, full = (cv2.resize(one, shape[::-1], interpolation=cv2.INTER_AREA) for one in (letters, full))
    colours = _colours(words, look, plane, window)
    edge = _shade(look.outline_colour)
    paint = letters[..., None] * colours + (full - letters)[..., None] * edge
    below = _shadow(full, look)
    seen = below * (1 - full)
    whole = _layer(window, paint + seen[..., None] * _shade(look.shadow_colour), full + seen)
    if is_gradient(look):
        return whole, whole
    return whole, _layer(window, below[..., None] * _shade(look.shadow_colour), below)


def _shadow(full: np.ndarray, look: Look) -> np.ndarray:
    """`[h,w]`: how much of every px is shadow, under the letters too."""
    import cv2

    if not look.opacity:
        return np.zeros_like(full)
    move = np.array([[1, 0, look.shadow[0]], [0, 1, look.shadow[1]]], np.float64)
    below = cv2.warpAffine(full, move, full.shape[::-1])
    if look.softness:
        below = cv2.GaussianBlur(below, (0, 0), look.softness)
    return below * (look.opacity / 100)


def _layer(window: tuple[slice, slice], paint: np.ndarray, alpha: np.ndarray) -> Layer:
    """From colours times alpha."""
    rgba = np.concatenate([paint / np.maximum(alpha, 1e-6)[..., None], alpha[..., None]], axis=2)
    return Layer(*window, np.where(alpha[..., None] > 0, rgba, 0).clip(0, 1).astype(np.float32))


def shapes(words: Flat, look: Look, plane: Plane) -> tuple[Shape, ...]:
    """The words as outlines in px of the picture; () where they run from one colour to another."""
    if is_gradient(look):
        return ()
    paths = [_on(plane, words, path) for path in words.ink.letter_paths()]
    # A stroke lies half inside.
    outlines = [Shape(path, look.outline_colour, 2 * look.outline) for path in paths if look.outline]
    return (*outlines, *(Shape(path, look.colour) for path in paths))


def is_gradient(look: Look) -> bool:
    """Whether letters run from one colour to another."""
    return look.colour != look.to


def _on(plane: Plane, words: Flat, path: tuple[Move, ...]) -> tuple[Move, ...]:
    """A letter's outline on a plane; where that is not flat, in so many pieces that each is as good as straight."""
    pieces = PIECES if plane.bend or plane.taper else 1
    scale, start = np.array([words.across, words.down]), np.array([words.left, words.top])
    moves: list[Move] = []
    at = np.zeros(2)
    for name, points in path:
        ends = np.array(points).reshape(-1, 2)
        for part in _parts(name, at, ends, pieces):
            placed = plane.to_picture(part * scale + start)
            moves.append((name, tuple((float(x), float(y)) for x, y in placed)))
        at = ends[-1] if len(ends) else at
    return tuple(moves)


def _parts(name: str, at: np.ndarray, ends: np.ndarray, pieces: int) -> list[np.ndarray]:
    """A pen's move from a point as several that draw the same."""
    if name not in ("lineTo", "curveTo"):
        return [ends]
    steps = [(piece / pieces, (piece + 1) / pieces) for piece in range(pieces)]
    if name == "lineTo":
        return [at[None] + last * (ends - at) for _, last in steps]
    curve = np.vstack([at, ends])
    return [_between(curve, first, last)[1:] for first, last in steps]


def _between(curve: np.ndarray, first: float, last: float) -> np.ndarray:
    """The part of a cubic curve `[4,2]` between two of its places, by its blossom."""
    places = ((first, first, first), (first, first, last), (first, last, last), (last, last, last))
    found: list[np.ndarray] = []
    for place in places:
        points = curve
        for share in place:
            points = points[:-1] + share * (points[1:] - points[:-1])
        found.append(points[0])
    return np.array(found)


def corners(words: Flat, plane: Plane) -> np.ndarray:
    """`[n,2]` px of the picture: the rim of the ink."""
    left, top, right, bottom = words.box
    share = np.linspace(0, 1, 17)
    rim = [(left + t * (right - left), y) for t in share for y in (top, bottom)]
    rim += [(x, top + t * (bottom - top)) for t in share for x in (left, right)]
    return plane.to_picture(np.array(rim))


def _window(words: Flat, look: Look, plane: Plane, size: tuple[int, int]) -> tuple[slice, slice]:
    rim = corners(words, plane)
    more = look.outline + 2
    shadow = max(abs(one) for one in look.shadow) + 4 * look.softness if look.opacity else 0.0
    low = np.floor(rim.min(axis=0) - more - shadow).astype(int).clip(0, size[::-1])
    high = np.ceil(rim.max(axis=0) + more + shadow).astype(int).clip(0, size[::-1])
    return slice(int(low[1]), int(max(low[1], high[1]))), slice(int(low[0]), int(max(low[0], high[0])))


def _places(window: tuple[slice, slice], fine: int) -> np.ndarray:
    """`[h,w,2]`: the middle of every px of a window, or of every `fine`-th part of one."""
    ys, xs = ((np.arange((one.stop - one.start) * fine) + 0.5) / fine + one.start for one in window)
    return np.stack(np.meshgrid(xs, ys), axis=-1)


def _laid(words: Flat, plane: Plane, window: tuple[slice, slice], fine: int) -> np.ndarray:
    import cv2

    places = plane.from_picture(_places(window, fine)) - (words.left, words.top)
    places = (places / (words.across, words.down) - 0.5).astype(np.float32)
    cover = cv2.remap(words.cover, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
    return cover.astype(np.float32) / 255


def _shade(colour: Colour) -> np.ndarray:
    return np.array(colour, np.float32) / 255


def _colours(words: Flat, look: Look, plane: Plane, window: tuple[slice, slice]) -> np.ndarray:
    first, last = _shade(look.colour), _shade(look.to)
    if not is_gradient(look):
        return first
    left, top, right, bottom = words.box
    turn = math.radians(look.toward)
    reach = abs(math.cos(turn)) * (right - left) / 2 + abs(math.sin(turn)) * (bottom - top) / 2
    places = plane.from_picture(_places(window, 1)) - ((left + right) / 2, (top + bottom) / 2)
    share = (places @ (math.cos(turn), math.sin(turn)) / max(reach, 1e-6) + 1) / 2
    return first + np.clip(share, 0, 1)[..., None].astype(np.float32) * (last - first)
