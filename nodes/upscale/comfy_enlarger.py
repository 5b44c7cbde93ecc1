"""An upscale model under ComfyUI's memory management: which device and dtype, how large a window."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch

from ..ground import UserError
from ..host import memory
from ..host.progress import interruptible_layers
from . import tiles
from .comfy_display import Display
from .network import Box, Network, UpscaleModel, network_of
from .report import Work

SAMPLE = 32
"""px, of the picture whose operations are counted."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the user may decide of how the model runs."""

    memory_mb: int = 0
    """For the work on one window, beside model and pictures; 0 = what the device can spare."""
    halo: int = 0
    """px around each tile; 0 = by architecture."""
    precision: str = "auto"
    """"auto" is float16 where ComfyUI would use it and the model supports it, else float32."""


class Enlarger:
    """One model, ready for any number of pictures."""

    def __init__(self, model: UpscaleModel, limits: Limits) -> None:
        """
        Raises:
            UserError: the model does not enlarge pictures, or not in the precision that was asked for.
        """
        check(model)
        self._model, self._limits = model, limits
        self.network = network_of(model)
        """What the model is, whatever precision it runs in."""
        self._half = _runs_in_half(model, limits.precision)
        self._running = self._loaded(_half(model) if self._half else model)
        self._price = _operations(self._running)

    def passes(self, picture_channels: int) -> int:
        """How often a picture goes through the network in one pass."""
        return picture_channels if self.network.channels == 1 else 1

    def enlarge(self, picture: torch.Tensor, work: Work, display: Display) -> Iterator[torch.Tensor]:
        """One pass over `[H,W,1 or 3]`, in bands; what is done is written into `work`."""
        channels = picture.shape[2]
        if channels == self.network.channels:
            yield from self._tiled(picture, work, display)
        elif channels == 1:
            for band in self._tiled(picture.expand(-1, -1, 3), work, display):
                yield band.mean(-1, keepdim=True)
        else:  # a model for grey pictures sees each colour alone
            yield from (
                torch.cat(parts, -1)
                for parts in zip(*(self._tiled(one, work, display) for one in picture.split(1, -1)), strict=True)
            )

    def _tiled(self, picture: torch.Tensor, work: Work, display: Display) -> Iterator[torch.Tensor]:
        height, width = picture.shape[:2]
        cut = self._cut(width, height)
        display.start(picture)
        yield from self.run(picture, cut, work, display.finished)

    def run(
        self, picture: torch.Tensor, cut: tiles.Grid, work: Work, finished: Callable[[tiles.Tile, torch.Tensor], None]
    ) -> Iterator[torch.Tensor]:
        """The network over a picture that has its channels, by a given grid."""
        work.grid, work.precision = cut, "float16" if self._half else "float32"
        work.operations += cut.processed * self._price
        network = partial(self._window, work)
        yield from tiles.upscale(network, picture, cut, self.network.scale, _out_of_memory, finished)

    def _cut(self, width: int, height: int) -> tiles.Grid:
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

    def _window(self, work: Work, window: torch.Tensor, inner: Box) -> torch.Tensor:
        dtype = torch.float16 if self._half else torch.float32
        with interruptible_layers(self._running.model.model):
            pixels = self._running.run(window.to(self._device, dtype), inner)
        if self._half and not torch.isfinite(pixels).all():
            self._half = False
            self._running = self._loaded(self._model)
            work.precision, work.too_wide_for_half = "float32", True
            return self._window(work, window, inner)
        return pixels

    def _loaded(self, model: UpscaleModel) -> Network:
        wanted = self._limits.memory_mb * memory.MB or memory.window(model.patcher.load_device)
        self._device = memory.load(model.patcher, wanted)
        return network_of(model)


def check(model: UpscaleModel) -> None:
    """Refuse a model that does not enlarge.

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


def _runs_in_half(model: UpscaleModel, precision: str) -> bool:
    if precision == "auto":
        return model.supports_half and memory.prefers_half(model.patcher.load_device)
    if precision == "float16" and not model.supports_half:
        raise UserError(
            f"Expected a model that can run in float16, got one of {model.architecture.name}: take precision auto."
        )
    return precision == "float16"


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
    """Floating point operations per pixel of a window."""
    from torch.utils.flop_counter import FlopCounterMode

    weight = next(network.model.model.parameters())
    sample = torch.zeros(1, network.channels, SAMPLE, SAMPLE, device=weight.device, dtype=weight.dtype)
    with FlopCounterMode(display=False) as counter:
        network.model(sample)
    return counter.get_total_flops() / SAMPLE**2
