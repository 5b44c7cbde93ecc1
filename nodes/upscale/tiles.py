"""Cut a picture into windows that fit into memory, run a network on each, and paste what cannot be told from the
whole.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch

from ..ground import UserError
from .network import Box

SMALLEST_TILE = 32


@dataclass(frozen=True)
class Tile:
    """A part of the input, in px, without its halo."""

    left: int
    top: int
    width: int
    height: int

    def halves(self, multiple: int) -> tuple["Tile", "Tile"]:
        """Cut across the longer side, at a multiple of `multiple` px of the picture."""
        if self.width >= self.height:
            cut = _aligned(self.left + self.width // 2, multiple) - self.left
            return (
                Tile(self.left, self.top, cut, self.height),
                Tile(self.left + cut, self.top, self.width - cut, self.height),
            )
        cut = _aligned(self.top + self.height // 2, multiple) - self.top
        return (
            Tile(self.left, self.top, self.width, cut),
            Tile(self.left, self.top + cut, self.width, self.height - cut),
        )


@dataclass(frozen=True)
class Grid:
    """A picture in `rows` x `columns` tiles of nearly equal size."""

    width: int
    height: int
    columns: int
    rows: int
    halo: int
    multiple: int

    @property
    def tile(self) -> tuple[int, int]:
        """(width, height) of the largest tile."""
        return (math.ceil(self.width / self.columns), math.ceil(self.height / self.rows))

    @property
    def processed(self) -> int:
        """px that the network sees, halos included."""
        return _seen(self.width, self.columns, self) * _seen(self.height, self.rows, self)

    def bands(self) -> Iterator[list[Tile]]:
        """Rows of tiles, from the top."""
        for top, bottom in _spans(self.height, self.rows, self.multiple):
            yield [
                Tile(left, top, right - left, bottom - top)
                for left, right in _spans(self.width, self.columns, self.multiple)
            ]

    def window(self, tile: Tile) -> Box:
        """top, left, bottom, right of the tile with its halo, in px of the picture."""
        top, bottom = _reach(tile.top, tile.top + tile.height, self.height, self)
        left, right = _reach(tile.left, tile.left + tile.width, self.width, self)
        return (top, left, bottom, right)


def grid(width: int, height: int, halo: int, multiple: int, largest_window: int) -> Grid | None:
    """The cheapest grid whose windows have at most `largest_window` px; None if even the smallest tile is too large."""
    best = None
    for columns in range(1, max(1, width // SMALLEST_TILE) + 1):
        across = _widest(Grid(width, height, columns, 1, halo, multiple))
        rows = max(1, height * across // max(1, largest_window))
        while rows <= max(1, height // SMALLEST_TILE):
            found = Grid(width, height, columns, rows, halo, multiple)
            if across * _tallest(found) <= largest_window:
                if best is None or found.processed < best.processed:
                    best = found
                break
            rows += 1
    return best


def smallest_window(width: int, height: int, halo: int, multiple: int) -> int:
    """px of the windows of the finest grid that is ever cut."""
    finest = Grid(width, height, max(1, width // SMALLEST_TILE), max(1, height // SMALLEST_TILE), halo, multiple)
    return _widest(finest) * _tallest(finest)


def upscale(
    network: Callable[[torch.Tensor, Box], torch.Tensor],
    picture: torch.Tensor,
    cut: Grid,
    scale: int,
    is_out_of_memory: Callable[[Exception], bool],
    finished: Callable[[Tile, torch.Tensor], None],
) -> Iterator[torch.Tensor]:
    """The picture `scale` times as large, in bands of rows from the top.

    Each tile is computed with its halo and pasted without it. When memory runs out, that tile alone is halved; what is
    finished stays, and nothing else is ever pasted in its place.

    Args:
        network: a window `[1,C,h,w]` and its inside to `[1,C,ih*scale,iw*scale]`, of any device and dtype.
        picture: `[H,W,C]` in 0..1.
        finished: called with each tile and its pixels `[h*scale,w*scale,C]`.

    Yields:
        `[h*scale,W*scale,C]` float32 in 0..1, on the picture's device.

    Raises:
        UserError: the network gave pixels that are not numbers.
        UserError: memory runs out even for the smallest tile.
    """
    for band in cut.bands():
        top, height = band[0].top, band[0].height
        result = torch.empty(height * scale, cut.width * scale, picture.shape[2], device=picture.device)
        todo = band[::-1]
        while todo:
            tile = todo.pop()
            try:
                pixels = _tile(network, picture, tile, cut)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                if max(tile.width, tile.height) < 2 * max(SMALLEST_TILE, cut.multiple):
                    raise UserError(
                        f"Out of memory even for a tile of {tile.width} x {tile.height} px with {cut.halo} px around "
                        "it: free memory on the device, or use a smaller upscale model."
                    ) from error
                todo.extend(reversed(tile.halves(cut.multiple)))
                continue
            if not torch.isfinite(pixels).all():
                raise UserError(
                    "The upscale model gave pixels that are not numbers: its weights are damaged, use another."
                )
            rows = slice((tile.top - top) * scale, (tile.top - top + tile.height) * scale)
            columns = slice(tile.left * scale, (tile.left + tile.width) * scale)
            result[rows, columns] = pixels
            finished(tile, result[rows, columns].clamp_(0.0, 1.0))
        yield result
        del result  # before the next band takes as much


def _tile(
    network: Callable[[torch.Tensor, Box], torch.Tensor], picture: torch.Tensor, tile: Tile, cut: Grid
) -> torch.Tensor:
    top, left, bottom, right = cut.window(tile)
    window = picture[top:bottom, left:right].movedim(-1, 0)[None]
    inner = (tile.top - top, tile.left - left, tile.top - top + tile.height, tile.left - left + tile.width)
    return network(window, inner)[0].movedim(0, -1)


def _spans(length: int, count: int, multiple: int) -> list[tuple[int, int]]:
    edges = sorted({0, length, *(_aligned(length * index // count, multiple) for index in range(1, count))})
    return list(pairwise(edges))


def _aligned(edge: int, multiple: int) -> int:
    return edge // multiple * multiple


def _reach(start: int, end: int, length: int, cut: Grid) -> tuple[int, int]:
    """A window starts at a multiple, and ends at one unless it ends with the picture, which the network then pads."""
    last = -(-(end + cut.halo) // cut.multiple) * cut.multiple
    return max(0, _aligned(start - cut.halo, cut.multiple)), min(length, last)


def _widest(cut: Grid) -> int:
    return max(last - first for first, last in _reaches(cut.width, cut.columns, cut))


def _tallest(cut: Grid) -> int:
    return max(last - first for first, last in _reaches(cut.height, cut.rows, cut))


def _seen(length: int, count: int, cut: Grid) -> int:
    return sum(last - first for first, last in _reaches(length, count, cut))


def _reaches(length: int, count: int, cut: Grid) -> list[tuple[int, int]]:
    return [_reach(start, end, length, cut) for start, end in _spans(length, count, cut.multiple)]
