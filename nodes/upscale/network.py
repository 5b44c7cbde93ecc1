"""What tiles must know of an upscale model: how far it looks, what a pixel of it costs, how it runs on a window."""

import time
from typing import Any

import torch

UpscaleModel = Any
"""spandrel's ImageModelDescriptor: `[1,C,h,w]` in 0..1 to `[1,C,h*scale,w*scale]`; as ComfyUI loads it, with a
`patcher`."""
Box = tuple[int, int, int, int]
"""top, left, bottom, right in px of a window."""

HALO = 32
"""px, for networks that look farther than any tile: twice what random, smoothed and scaled RRDB weights need."""
VALUES_PER_OUTPUT = 384
"""ComfyUI's own estimate of the memory of upscale models: so many values per output pixel and scale."""
PROBE = (48, 64)
PROBE_ROUNDS = 3


class Network:
    """Any architecture, run as it is."""

    exact = False
    """Whether `halo` is all that the network can see, so that tiles equal the whole to the rounding."""

    def __init__(self, model: UpscaleModel) -> None:
        self.model = model
        self.scale: int = model.scale
        self.channels: int = model.input_channels
        self.halo = HALO
        self.multiple: int = model.size_requirements.multiple_of
        """Windows start at multiples of this, where the network folds pixels or attends in blocks."""
        self.layout = torch.contiguous_format

    @property
    def values_per_pixel(self) -> int:
        """Values held at once per input pixel of a window."""
        return VALUES_PER_OUTPUT * self.channels * self.scale

    @property
    def trial(self) -> tuple[torch.nn.Module, int] | None:
        """The part that is timed to choose the memory layout, and its input channels; None to leave it."""
        return None

    def run(self, window: torch.Tensor, inner: Box) -> torch.Tensor:
        """The inside of a window.

        Args:
            window: `[1,C,h,w]` in 0..1, on the device and in the dtype of the weights.
            inner: what of the window is wanted.

        Returns:
            `[1,C,(bottom-top)*scale,(right-left)*scale]`, unclamped values included.
        """
        top, left, bottom, right = (edge * self.scale for edge in inner)
        return self.model(window.contiguous(memory_format=self.layout))[..., top:bottom, left:right]


class Compact(Network):
    """SRVGGNetCompact: 3x3 convolutions at input size, so its reach is their number, exactly."""

    exact = True

    def __init__(self, model: UpscaleModel) -> None:
        super().__init__(model)
        convolutions = [layer for layer in model.model.modules() if isinstance(layer, torch.nn.Conv2d)]
        self.halo = len(convolutions)
        self._width: int = convolutions[0].out_channels

    @property
    def values_per_pixel(self) -> int:
        return 3 * self._width + 3 * self.channels * self.scale**2

    @property
    def trial(self) -> tuple[torch.nn.Module, int] | None:
        layers = self.model.model.body
        return torch.nn.Sequential(*layers[2:4]), self._width


class Esrgan(Network):
    """RRDBNet: a trunk at input size and a tail that enlarges; the tail runs in strips, as it holds nine tenths of the
    memory and sees two pixels of the trunk around its own.
    """

    TAIL_HALO = 2
    STRIPS = 8

    def __init__(self, model: UpscaleModel) -> None:
        super().__init__(model)
        layers = model.model.model
        self._trunk, self._tail = layers[:2], layers[2:]
        self._width: int = layers[0].out_channels

    @property
    def values_per_pixel(self) -> int:
        tail = 3 * self._width * self.scale**2 // self.STRIPS
        return 10 * self._width + tail + self.channels * self.scale**2

    @property
    def trial(self) -> tuple[torch.nn.Module, int] | None:
        return self._trunk[1].sub[0], self._width

    @torch.inference_mode()
    def run(self, window: torch.Tensor, inner: Box) -> torch.Tensor:
        features = self._trunk(window.contiguous(memory_format=self.layout))
        top, left, bottom, right = inner
        first, last = max(0, left - self.TAIL_HALO), min(window.shape[3], right + self.TAIL_HALO)
        columns = slice((left - first) * self.scale, (right - first) * self.scale)
        result = window.new_empty(1, self.channels, (bottom - top) * self.scale, (right - left) * self.scale)
        rows = -(-(bottom - top) // self.STRIPS)
        for start in range(top, bottom, rows):
            end = min(start + rows, bottom)
            above, below = max(0, start - self.TAIL_HALO), min(window.shape[2], end + self.TAIL_HALO)
            strip = self._tail(features[:, :, above:below, first:last])
            cut = slice((start - above) * self.scale, (end - above) * self.scale)
            result[:, :, (start - top) * self.scale : (end - top) * self.scale] = strip[:, :, cut, columns]
        return result


def network_of(model: UpscaleModel) -> Network:
    """The network of a loaded model, by what spandrel calls its architecture."""
    if model.architecture.id == "Compact":
        return Compact(model)
    if model.architecture.id == "ESRGAN" and model.size_requirements.multiple_of == 1:
        return Esrgan(model)
    return Network(model)


@torch.inference_mode()
def choose_layout(network: Network) -> None:
    """Time a small piece of the network in both memory layouts on its device, and keep the faster one."""
    if network.trial is None:
        return
    part, channels = network.trial
    weight = next(part.parameters())
    sample = torch.zeros(1, channels, *PROBE, device=weight.device, dtype=weight.dtype)
    seconds = {
        layout: _seconds(part, sample.contiguous(memory_format=layout))
        for layout in (torch.channels_last, torch.contiguous_format)
    }
    network.layout = min(seconds, key=seconds.__getitem__)


def _seconds(part: torch.nn.Module, sample: torch.Tensor) -> float:
    times = []
    for _ in range(PROBE_ROUNDS):
        start = time.perf_counter()
        part(sample).flatten()[0].item()  # reading a value waits for the device
        times.append(time.perf_counter() - start)
    return min(times)
