"""An upscale model under ComfyUI's memory management: which device and dtype, how large a window, what is shown."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..ground import UserError
from ..host import images, memory
from ..host.progress import Progress, interruptible_layers
from . import tiles
from .network import Box, Network, UpscaleModel, network_of

SAMPLE = 32
"""px, of the picture whose operations are counted."""
PREVIEW = 512
PREVIEW_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """What the user may decide of how the model runs."""

    memory_mb: int = 0
    """For the work on one window, beside model and pictures; 0 = what the device can spare."""
    halo: int = 0
    """px around each tile; 0 = by architecture."""
    precision: str = "auto"
    """"auto" is float16 where ComfyUI would use it and the model supports it, else float32."""


class Runner:
    """One model, ready for any number of pictures."""

    def __init__(self, model: UpscaleModel, limits: Limits) -> None:
        check(model)
        self._model, self._limits = model, limits
        self.notes: list[str] = []
        """What the report must say of how it went."""
        self._half = limits.precision == "float16" or (
            limits.precision == "auto" and model.supports_half and memory.prefers_half(model.patcher.load_device)
        )
        if self._half and not model.supports_half:
            raise UserError(
                f"Expected a model that can run in float16, got one of {model.architecture.name}: take precision auto."
            )
        self._use(_half(model) if self._half else model)
        self._price = _operations(self.network)
        self.operations = 0.0
        """Floating point operations done, halos included."""
        self.grid: tiles.Grid | None = None
        """How the last picture was cut."""

    @property
    def precision(self) -> str:
        """What the network computes in."""
        return "float16" if self._half else "float32"

    def passes(self, picture_channels: int) -> int:
        """How often a picture goes through the network in one pass."""
        return picture_channels if self.network.channels == 1 else 1

    def enlarge(self, picture: torch.Tensor, progress: "Display") -> Iterator[torch.Tensor]:
        """One pass over `[H,W,1 or 3]`, in bands."""
        channels = picture.shape[2]
        if channels == self.network.channels:
            yield from self._tiled(picture, progress)
        elif channels == 1:
            for band in self._tiled(picture.expand(-1, -1, 3), progress):
                yield band.mean(-1, keepdim=True)
        else:  # a model for grey pictures sees each colour alone
            yield from (
                torch.cat(parts, -1)
                for parts in zip(*(self._tiled(one, progress) for one in picture.split(1, -1)), strict=True)
            )

    def _tiled(self, picture: torch.Tensor, progress: "Display") -> Iterator[torch.Tensor]:
        height, width = picture.shape[:2]
        self.grid = self.cut(width, height)
        progress.start(picture)
        yield from self.run(picture, self.grid, progress.finished)

    def run(
        self, picture: torch.Tensor, cut: tiles.Grid, finished: Callable[[tiles.Tile, torch.Tensor], None]
    ) -> Iterator[torch.Tensor]:
        """The network over a picture that has its channels, by a given grid."""
        self.operations += cut.processed * self._price
        yield from tiles.upscale(self._window, picture, cut, self.network.scale, _out_of_memory, finished)

    def cut(self, width: int, height: int) -> tiles.Grid:
        """The grid that keeps to the memory limit.

        Raises:
            UserError: not even the smallest tile does.
        """
        network, size = self.network, 2 if self._half else 4
        halo = self._limits.halo or network.halo
        limit = self._limits.memory_mb * memory.MB or memory.spare(self._device)
        found = tiles.grid(width, height, halo, network.multiple, limit // (network.values_per_pixel * size))
        if found is None:
            window = tiles.smallest_window(width, height, halo, network.multiple)
            least = window * network.values_per_pixel * size // memory.MB + 1
            raise UserError(
                f"Expected at least {least} MB for the smallest tiles with {halo} px around them, got "
                f"{limit // memory.MB} MB: raise memory_limit_mb, or free memory."
            )
        return found

    def _window(self, window: torch.Tensor, inner: Box) -> torch.Tensor:
        dtype = torch.float16 if self._half else torch.float32
        with interruptible_layers(self.network.model.model):
            pixels = self.network.run(window.to(self._device, dtype), inner)
        if self._half and not torch.isfinite(pixels).all():
            self._half = False
            self._use(self._model)
            self.notes.append("float16 was too narrow for this model: float32 was used instead.")
            return self._window(window, inner)
        return pixels

    def _use(self, model: UpscaleModel) -> None:
        wanted = self._limits.memory_mb * memory.MB or memory.window(model.patcher.load_device)
        self._device = memory.load(model.patcher, wanted)
        self.network: Network = network_of(model)


class Display:
    """Progress in pixels that the model has seen, and the picture as far as it is done."""

    def __init__(self, total: int) -> None:
        self._progress = Progress(total)
        self._shown = time.monotonic()

    def step(self, count: int) -> None:
        """Work without a model is done."""
        self._progress.step(count)

    def start(self, picture: torch.Tensor) -> None:
        """A pass begins."""
        self._size = picture.shape[:2]
        self._canvas = images.thumbnails(picture[None], PREVIEW)[0].clone()

    def finished(self, tile: tiles.Tile, pixels: torch.Tensor) -> None:
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


def check(model: UpscaleModel) -> None:
    """
    Raises:
        UserError: the model is none that enlarges colour or grey pictures.
    """
    channels = (model.input_channels, model.output_channels)
    if channels not in ((3, 3), (1, 1)):
        raise UserError(
            "Expected an upscale model for colour or grey pictures (3 or 1 channels in and out), got "
            f"{channels[0]} in, {channels[1]} out: choose another."
        )
    if model.scale < 2:
        raise UserError("Expected an upscale model that enlarges, got one of scale 1: choose another.")


def _half(model: UpscaleModel) -> UpscaleModel:
    """The same in float16, with weights of its own: other nodes hold the first."""
    half = model.architecture.load(model.model.state_dict()).to(torch.float16).eval()
    half.patcher = memory.patcher(half.model)
    return half


def _out_of_memory(error: Exception) -> bool:
    if not memory.is_out_of_memory(error):
        return False
    memory.release()
    return True


def _operations(network: Network) -> float:
    weight = next(network.model.model.parameters())
    sample = torch.zeros(1, network.channels, SAMPLE, SAMPLE, device=weight.device, dtype=weight.dtype)
    with FlopCounterMode(display=False) as counter:
        network.model(sample)
    return counter.get_total_flops() / SAMPLE**2
