"""What stays lines where it is printed: filled and stroked outlines, for letters, bars and printer's marks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

Point = tuple[float, float]
Move = tuple[str, tuple[Point, ...]]
"""A pen's move as fontTools records it: moveTo, lineTo, curveTo with two handles, closePath."""
BLACK = (0, 0, 0)
FINE = 8
"""Straight pieces that a curve is painted with, and 1/px of a painted edge."""
KAPPA = 0.5522847498
"""Handles of a quarter circle, of its radius."""


@dataclass(frozen=True)
class Shape:
    """One outline, filled (non-zero winding), or stroked with round joins; y down."""

    moves: tuple[Move, ...]
    colour: tuple[int, int, int] | None = BLACK
    """sRGB; None = every ink there is, for what registers the plates."""
    line: float = 0.0
    """Width of the stroke; 0 = filled."""

    def placed(self, scale: float, x: float, y: float) -> "Shape":
        """The same, larger by a factor and then moved."""

        def to(point: Point) -> Point:
            return (point[0] * scale + x, point[1] * scale + y)

        return replace(self, moves=moved(self.moves, to), line=self.line * scale)


def moved(moves: tuple[Move, ...], to: Callable[[Point], Point]) -> tuple[Move, ...]:
    """The same moves between other points."""
    return tuple((name, tuple(map(to, points))) for name, points in moves)


def box(left: float, top: float, right: float, bottom: float) -> tuple[Move, ...]:
    """A rectangle.

    >>> [name for name, _ in box(0, 0, 2, 1)]
    ['moveTo', 'lineTo', 'lineTo', 'lineTo', 'closePath']
    """
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    moves: list[Move] = [("moveTo", corners[:1]), *(("lineTo", (corner,)) for corner in corners[1:])]
    return (*moves, ("closePath", ()))


def circle(x: float, y: float, radius: float) -> tuple[Move, ...]:
    """A circle of four curves."""
    ways = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 0))

    def at(out: Point, along: Point, far: float) -> Point:
        return (x + radius * (out[0] + far * along[0]), y + radius * (out[1] + far * along[1]))

    moves: list[Move] = [("moveTo", ((x + radius, y),))]
    for one, other in pairwise(ways):
        moves.append(("curveTo", (at(one, other, KAPPA), at(other, one, KAPPA), at(other, one, 0))))
    return (*moves, ("closePath", ()))


def painted(shapes: list[Shape], width: int, height: int) -> np.ndarray:
    """Filled shapes in pixels, `[H,W,4]` uint8 with straight alpha; strokes are left out."""
    layer = np.zeros((height, width, 4), np.float32)
    for shape in shapes:
        if shape.line:
            continue
        lines = [np.array(line) for line in _lines(shape.moves)]
        low = np.clip(np.floor(np.min([line.min(0) for line in lines], 0)), 0, (width, height)).astype(int)
        high = np.clip(np.ceil(np.max([line.max(0) for line in lines], 0)), 0, (width, height)).astype(int)
        if (high > low).all():
            part = layer[low[1] : high[1], low[0] : high[0]]
            cover = _coverage([line - low for line in lines], *(high - low))[..., None]
            below = part[..., 3:] * (1 - cover)
            colours = np.array(shape.colour or BLACK) * cover + part[..., :3] * below
            part[..., 3:] = cover + below
            part[..., :3] = colours / np.maximum(part[..., 3:], 1e-6)
    layer[..., 3] *= 255
    return layer.round().astype(np.uint8)


def _coverage(lines: list[np.ndarray], width: int, height: int) -> np.ndarray:
    """`[H,W]` in 0..1: exact along a row, of which there are `FINE` to a pixel.

    Every edge adds its direction to all that is right of it, so that a sum along the row tells how often, and how much
    of a pixel, is inside.
    """
    turns = np.zeros((height * FINE, width + 2))
    for line in lines:
        for (x, y), (next_x, next_y) in zip(line, np.roll(line, -1, 0), strict=True):
            low, high = sorted((y, next_y))
            rows = np.arange(max(0, int(np.ceil(low * FINE - 0.5))), min(len(turns), int(np.ceil(high * FINE - 0.5))))
            if rows.size:
                at = np.clip(x + ((rows + 0.5) / FINE - y) * (next_x - x) / (next_y - y), 0, width)
                cell = at.astype(int)
                direction = 1 if next_y > y else -1
                turns[rows, cell] += direction * (1 - at + cell)
                turns[rows, cell + 1] += direction * (at - cell)
    inside = np.abs(turns.cumsum(1))[:, :width].clip(0, 1)
    return inside.reshape(height, FINE, width).mean(1)


def _lines(moves: tuple[Move, ...]) -> Iterator[list[Point]]:
    line: list[Point] = []
    for name, points in moves:
        if name == "moveTo":
            line = [points[0]]
        elif name == "closePath":
            yield line
        elif name == "lineTo":
            line.append(points[0])
        else:
            a, (b, c, d) = line[-1], points
            for step in range(1, FINE + 1):
                t = step / FINE
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = np.array(weights) @ np.array((a, b, c, d))
                line.append((float(x), float(y)))
