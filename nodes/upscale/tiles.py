"""Run a model over a picture in tiles that cannot be told from the whole."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch

Network = Callable[[torch.Tensor], torch.Tensor]

TILE = 512
HALO = 36
"""px of surroundings per tile: more than the reach of every Compact model (34), and past rounding for RRDB nets."""
SMALLEST_TILE = 32


@dataclass(frozen=True)
class Tile:
    """A window of the input, in px, without its halo."""

    left: int
    top: int
    width: int
    height: int

    def halves(self) -> tuple["Tile", "Tile"]:
        if self.width >= self.height:
            cut = self.width // 2
            return (
                Tile(self.left, self.top, cut, self.height),
                Tile(self.left + cut, self.top, self.width - cut, self.height),
            )
        cut = self.height // 2
        return (
            Tile(self.left, self.top, self.width, cut),
            Tile(self.left, self.top + cut, self.width, self.height - cut),
        )


def tiles(width: int, height: int, largest: int = TILE) -> Iterator[Tile]:
    """Tiles of nearly equal size, none larger than `largest`: no slivers at the far edges."""
    for top, bottom in _spans(height, largest):
        for left, right in _spans(width, largest):
            yield Tile(left, top, right - left, bottom - top)


def upscale(
    model: Network,
    picture: torch.Tensor,
    scale: int,
    device: torch.device,
    is_out_of_memory: Callable[[Exception], bool],
    finished: Callable[[Tile], None],
) -> torch.Tensor:
    """The picture, `scale` times as large.

    Each tile is computed with its halo and pasted without it. When memory runs out, that tile alone is halved; what is
    finished stays, and nothing else is ever pasted in its place.

    Args:
        model: `[1,3,h,w]` to `[1,3,h*scale,w*scale]` on `device`.
        picture: `[H,W,3]` in 0..1.
        finished: called after each tile.

    Returns:
        `[H*scale,W*scale,3]` float32 in 0..1, on the picture's device.

    Raises:
        ValueError: the model gave pixels that are not numbers.
        RuntimeError: memory runs out even for the smallest tile.
    """
    height, width = picture.shape[:2]
    result = torch.empty(height * scale, width * scale, 3, device=picture.device)
    todo = list(tiles(width, height))[::-1]
    while todo:
        tile = todo.pop()
        try:
            pixels = _tile(model, picture, tile, scale, device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if max(tile.width, tile.height) < 2 * SMALLEST_TILE:
                raise RuntimeError(
                    f"Out of memory even for a tile of {tile.width} x {tile.height} px with {HALO} px around it: "
                    "free memory on the device, or use a smaller upscale model."
                ) from error
            todo.extend(reversed(tile.halves()))
            continue
        if not torch.isfinite(pixels).all():
            raise ValueError(
                "The upscale model gave pixels that are not numbers: its weights are damaged, use another."
            )
        rows = slice(tile.top * scale, (tile.top + tile.height) * scale)
        columns = slice(tile.left * scale, (tile.left + tile.width) * scale)
        result[rows, columns] = pixels.clamp(0.0, 1.0).to(result)
        finished(tile)
    return result


def _tile(model: Network, picture: torch.Tensor, tile: Tile, scale: int, device: torch.device) -> torch.Tensor:
    height, width = picture.shape[:2]
    top, left = max(0, tile.top - HALO), max(0, tile.left - HALO)
    bottom, right = min(height, tile.top + tile.height + HALO), min(width, tile.left + tile.width + HALO)
    source = picture[top:bottom, left:right].movedim(-1, 0)[None].to(device)
    pixels = model(source)[0].movedim(0, -1)
    inner_top, inner_left = (tile.top - top) * scale, (tile.left - left) * scale
    return pixels[inner_top : inner_top + tile.height * scale, inner_left : inner_left + tile.width * scale]


def _spans(length: int, largest: int) -> list[tuple[int, int]]:
    count = math.ceil(length / largest)
    edges = [length * index // count for index in range(count + 1)]
    return list(pairwise(edges))
