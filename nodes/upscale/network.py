"""What tiles must know of an upscale model: how far it looks, what a pixel of it costs, how it runs on a window."""

import math
from typing import Any

import torch

UpscaleModel = Any
"""spandrel's ImageModelDescriptor: `[1,C,h,w]` in 0..1 to `[1,C,h*scale,w*scale]`; as ComfyUI loads it, with a
`patcher`."""
Box = tuple[int, int, int, int]
"""top, left, bottom, right in px of a window."""

HALO = 32
"""px, for networks of unknown reach; twice what RRDB weights need that nothing was learned in."""
RRDB_HALOS = {1: HALO, 6: 56, 23: 80}
"""px by the most blocks of an RRDBNet, of what its trunk works on. They could see farther than any tile; the trained
ones with 6 and 23 blocks take less than half a level from beyond these, where 32 px left up to 23. Cross-fading tiles
did not lessen the largest.
"""
VALUES_PER_OUTPUT = 384
"""ComfyUI's own estimate of the memory of upscale models: so many values per output pixel and scale."""
ATTENTION = 32
"""px: the attention windows of SwinIR, HAT, DAT and others are 8, 16 or 32 wide, and spandrel does not tell."""
RESIDUAL = 0.2
"""What RRDBNet scales every residual by."""


class Network:
    """Any architecture, run as it is."""

    exact = False
    """Whether `halo` is all that the network can see, so that tiles equal the whole to the rounding."""

    def __init__(self, model: UpscaleModel) -> None:
        self.model = model
        self.scale: int = model.scale
        self.channels: int = model.input_channels
        self.halo = HALO
        self.multiple = math.lcm(model.size_requirements.multiple_of, ATTENTION)
        """Windows start at multiples of this, where the network folds pixels or attends in blocks."""

    @property
    def values_per_pixel(self) -> int:
        """Values held at once per input pixel of a window."""
        return VALUES_PER_OUTPUT * self.channels * self.scale

    def run(self, window: torch.Tensor, inner: Box) -> torch.Tensor:
        """The inside of a window.

        Args:
            window: `[1,C,h,w]` in 0..1, on the device and in the dtype of the weights.
            inner: what of the window is wanted.

        Returns:
            `[1,C,(bottom-top)*scale,(right-left)*scale]`, unclamped values included.
        """
        top, left, bottom, right = (edge * self.scale for edge in inner)
        return self.model(window.clone(memory_format=self._layout(window)))[..., top:bottom, left:right]

    def _layout(self, window: torch.Tensor) -> torch.memory_format:
        """Channels last is what CPUs convolve fastest, and what tensor cores take.

        Windows are copied into it: as views of a picture they have strides that `contiguous` lets pass, but that
        convolutions take for the other layout.
        """
        last = window.device.type == "cpu" or window.dtype == torch.float16
        return torch.channels_last if last else torch.contiguous_format


class Compact(Network):
    """SRVGGNetCompact: 3x3 convolutions at input size, so its reach is their number, exactly."""

    exact = True

    def __init__(self, model: UpscaleModel) -> None:
        super().__init__(model)
        convolutions = [layer for layer in model.model.modules() if isinstance(layer, torch.nn.Conv2d)]
        self.halo, self.multiple = len(convolutions), 1
        self._width: int = convolutions[0].out_channels

    @property
    def values_per_pixel(self) -> int:
        """A layer's input and output, and the enlarged picture."""
        return 3 * self._width + 3 * self.channels * self.scale**2


class Esrgan(Network):
    """RRDBNet (Wang et al. 2018, arXiv:1809.00219): a trunk at input size and a tail that enlarges.

    The tail holds nine tenths of the memory and sees two pixels of the trunk around its own, so it runs in strips. In
    the trunk every joined input of a dense block lies in one space that is used again: on a CPU, page faults of new
    memory for each cost a seventh of the time. x2plus folds 2 x 2 px into channels first, so that its trunk works on a
    quarter of them and sees twice as far.
    """

    TAIL_HALO = 2
    STRIPS = 8

    def __init__(self, model: UpscaleModel) -> None:
        super().__init__(model)
        self.multiple = model.size_requirements.multiple_of
        self._fold: int = model.model.shuffle_factor or 1
        layers = model.model.model
        self._first, self._blocks, self._last, self._tail = layers[0], layers[1].sub[:-1], layers[1].sub[-1], layers[2:]
        self._width: int = layers[0].out_channels
        halo = next((halo for most, halo in RRDB_HALOS.items() if len(self._blocks) <= most), RRDB_HALOS[23])
        self.halo = halo * self._fold
        self._joined: int = self._blocks[0].RDB1.conv5[0].in_channels

    @property
    def values_per_pixel(self) -> int:
        """The trunk's joined inputs or the tail's strip, whichever is more, and the enlarged picture."""
        trunk = (2 * self._joined + 3 * self._width) // self._fold**2
        tail = self._width // self._fold**2 + 3 * self._width * self.scale**2 // self.STRIPS
        return max(trunk, tail) + 2 * self.channels * self.scale**2

    @torch.inference_mode()
    def run(self, window: torch.Tensor, inner: Box) -> torch.Tensor:
        """As in `Network`, the tail in strips."""
        if min(window.shape[2:]) < max(self.model.size_requirements.minimum, self.multiple):
            return super().run(window, inner)
        features = self._trunk(self._folded(window))
        top, left = inner[0] // self._fold, inner[1] // self._fold
        bottom, right = -(-inner[2] // self._fold), -(-inner[3] // self._fold)
        scale = self.scale * self._fold
        first, last = max(0, left - self.TAIL_HALO), min(features.shape[3], right + self.TAIL_HALO)
        columns = slice((left - first) * scale, (right - first) * scale)
        result = window.new_empty(1, self.channels, (bottom - top) * scale, (right - left) * scale)
        rows = -(-(bottom - top) // self.STRIPS)
        for start in range(top, bottom, rows):
            end = min(start + rows, bottom)
            above, below = max(0, start - self.TAIL_HALO), min(features.shape[2], end + self.TAIL_HALO)
            strip = self._tail(features[:, :, above:below, first:last])
            cut = slice((start - above) * scale, (end - above) * scale)
            result[:, :, (start - top) * scale : (end - top) * scale] = strip[:, :, cut, columns]
        down, across = (inner[0] - top * self._fold) * self.scale, (inner[1] - left * self._fold) * self.scale
        height, width = ((end - begin) * self.scale for begin, end in (inner[::2], inner[1::2]))
        return result[..., down : down + height, across : across + width]

    def _folded(self, window: torch.Tensor) -> torch.Tensor:
        """What the trunk works on; the end of a picture is reflected up to whole multiples, as spandrel does it."""
        if self._fold == 1:
            return window.clone(memory_format=self._layout(window))
        below, beside = (-side % self.multiple for side in window.shape[2:])
        whole = torch.nn.functional.pad(window, (0, beside, 0, below), "reflect")
        return torch.pixel_unshuffle(whole, self._fold).contiguous(memory_format=self._layout(window))

    def _trunk(self, window: torch.Tensor) -> torch.Tensor:
        features = self._first(window)
        layout = self._layout(window)
        # Flat, as each convolution reads another number of channels from it.
        space = window.new_empty(self._joined * window.shape[2] * window.shape[3])

        def joined(parts: list[torch.Tensor]) -> torch.Tensor:
            shape = (1, sum(part.shape[1] for part in parts), *window.shape[2:])
            return torch.cat(parts, 1, out=_view(space, shape, layout))

        result = features
        for block in self._blocks:
            dense = result
            for part in (block.RDB1, block.RDB2, block.RDB3):
                grown = [dense, part.conv1(dense)]
                for convolution in (part.conv2, part.conv3, part.conv4):
                    grown.append(convolution(joined(grown)))
                dense = part.conv5(joined(grown)).mul_(RESIDUAL).add_(dense)
            result = dense.mul_(RESIDUAL).add_(result)
        return self._last(result).add_(features)


def network_of(model: UpscaleModel) -> Network:
    """The network of a loaded model, by what spandrel calls its architecture."""
    if model.architecture.id == "Compact":
        return Compact(model)
    if model.architecture.id == "ESRGAN" and "ESRGAN+" not in model.tags:
        return Esrgan(model)
    return Network(model)


def _view(space: torch.Tensor, shape: tuple[int, ...], layout: torch.memory_format) -> torch.Tensor:
    """The beginning of a flat space as `[1,C,H,W]` in a memory layout."""
    _, channels, height, width = shape
    flat = space[: channels * height * width]
    if layout == torch.channels_last:
        return flat.view(1, height, width, channels).permute(0, 3, 1, 2)
    return flat.view(shape)
