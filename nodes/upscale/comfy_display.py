"""What the editor shows of an enlargement while it is made."""

import time

import torch

from ..host import images
from ..host.progress import Progress
from . import tiles

PREVIEW = 512
"""px of the longer side of the picture on the node."""
PREVIEW_SECONDS = 1.0


class Display:
    """Progress in pixels that the model has seen, and the picture as far as it is done."""

    def __init__(self, total: int) -> None:
        self._progress = Progress(total)
        self._shown = time.monotonic()

    def step(self, count: int) -> None:
        """Work without a model is done."""
        self._progress.step(count)

    def start(self, picture: torch.Tensor) -> None:
        """A pass over `[H,W,C]` begins."""
        self._size = picture.shape[:2]
        self._canvas = images.thumbnails(picture[None], PREVIEW)[0].clone()

    def finished(self, tile: tiles.Tile, pixels: torch.Tensor) -> None:
        """A tile of the pass is done; `pixels` are `[h*scale,w*scale,C]` in 0..1."""
        ratio = self._canvas.shape[0] / self._size[0], self._canvas.shape[1] / self._size[1]
        rows = slice(int(tile.top * ratio[0]), max(1, int((tile.top + tile.height) * ratio[0])))
        columns = slice(int(tile.left * ratio[1]), max(1, int((tile.left + tile.width) * ratio[1])))
        place = self._canvas[rows, columns]
        if place.numel():
            small = torch.nn.functional.interpolate(pixels.movedim(-1, 0)[None], size=place.shape[:2], mode="area")
            place.copy_(small[0].movedim(0, -1))
        preview = None
        if time.monotonic() - self._shown >= PREVIEW_SECONDS:
            preview, self._shown = images.to_bytes(images.rgb(self._canvas)), time.monotonic()
        self._progress.step(tile.width * tile.height, preview)
