"""CRAFT (Baek et al. 2019, arXiv:1904.01941): a VGG-16 U-net that answers where letters are and where they join.

The network of clovaai/CRAFT-pytorch and of keras-ocr, which carries the same weights; every batch norm is folded into
the convolution before it when the weights are read.
"""

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...ground import UserError
from ...ground.tensor_file import read_tensors
from ...ground.weight_kinds import refuse_other_kinds

POOL = ()
VGG: dict[str, tuple[tuple[int, ...], ...]] = {
    "slice1": ((0, 3, 64), (3, 64, 64), POOL, (7, 64, 128), (10, 128, 128)),
    "slice2": (POOL, (14, 128, 256), (17, 256, 256)),
    "slice3": ((20, 256, 256), POOL, (24, 256, 512), (27, 512, 512)),
    "slice4": ((30, 512, 512), POOL, (34, 512, 512), (37, 512, 512)),
}
"""Per slice its convolutions (number in the file, channels in, channels out), and where the picture is halved."""
UNLIT = "basenet.slice4.37"
"""The one convolution of the backbone whose answer is used before its ReLU."""
UPWARD = ((1536, 512, 256), (768, 256, 128), (384, 128, 64), (192, 64, 32))
HEAD = ((0, 32, 32, 3), (2, 32, 32, 3), (4, 32, 16, 3), (6, 16, 16, 1), (8, 16, 2, 1))
NORM_EPSILON = 1e-5
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, of RGB in 0..1."""


class CRAFT(nn.Module):
    """`[B,3,H,W]` normalised RGB -> `[B,2,H/2,W/2]`: letters, and the gaps between letters of a word; about 0..1."""

    def __init__(self, convolution: type[nn.Conv2d]) -> None:
        super().__init__()
        self._convolution = convolution
        self.layers = nn.ModuleDict()
        for name, steps in VGG.items():
            for step in steps:
                if step:
                    self._add(f"basenet.{name}.{step[0]}", step[1], step[2], 3)
        self._add("basenet.slice5.1", 512, 1024, 3, dilation=6)
        self._add("basenet.slice5.2", 1024, 1024, 1)
        for number, (into, middle, out) in enumerate(UPWARD, 1):
            self._add(f"upconv{number}.conv.0", into, middle, 1)
            self._add(f"upconv{number}.conv.3", middle, out, 3)
        for number, into, out, kernel in HEAD:
            self._add(f"conv_cls.{number}", into, out, kernel)

    def forward(self, picture: Tensor) -> Tensor:
        """As torch calls it; shapes as above."""
        x, taps = picture, []
        for name, steps in VGG.items():
            for step in steps:
                if not step:
                    x = functional.max_pool2d(x, 2)
                else:
                    key = f"basenet.{name}.{step[0]}"
                    x = self._conv(key, x)
                    x = x if key == UNLIT else functional.relu_(x)
            taps.append(x)
        x = functional.max_pool2d(x, 3, stride=1, padding=1)
        x = self._conv("basenet.slice5.2", self._conv("basenet.slice5.1", x))
        for number, tap in enumerate(taps[::-1], 1):
            if number > 1:
                x = functional.interpolate(x, size=tap.shape[2:], mode="bilinear", align_corners=False)
            x = torch.cat([x, tap], dim=1)
            for step in (0, 3):
                x = functional.relu_(self._conv(f"upconv{number}.conv.{step}", x))
        for number, *_ in HEAD:
            x = self._conv(f"conv_cls.{number}", x)
            x = x if number == HEAD[-1][0] else functional.relu_(x)
        return x

    def _add(self, key: str, into: int, out: int, kernel: int, dilation: int = 1) -> None:
        padding = dilation * (kernel // 2)
        self.layers[_plain(key)] = self._convolution(into, out, kernel, padding=padding, dilation=dilation)

    def _conv(self, key: str, x: Tensor) -> Tensor:
        return self.layers[_plain(key)](x)


def load(path: Path, convolution: type[nn.Conv2d] = nn.Conv2d) -> CRAFT:
    """The network with the weights of a file: craft_mlt_25k.pth, or keras-ocr's .h5 of the same weights.

    Args:
        convolution: what its layers are made of; ComfyUI's own kind can be offloaded in parts.

    Raises:
        UserError: damaged, no CRAFT, or h5py is missing for an .h5.
    """
    tensors = _read_keras(path) if path.suffix.lower() == ".h5" else _read_torch(path)
    with torch.device("meta"):
        network = CRAFT(convolution)
    folded: dict[str, Tensor] = {}
    for plain, layer in network.layers.items():
        assert isinstance(layer, nn.Conv2d)
        key = plain.replace("/", ".")
        weight, bias = (tensors.get(f"{key}.{part}") for part in ("weight", "bias"))
        if weight is None or bias is None or weight.shape != layer.weight.shape:
            raise UserError(
                f"{path.name} is not a CRAFT text detector: expected {key}.weight of {list(layer.weight.shape)}, "
                f"got {'none' if weight is None else list(weight.shape)}. Run `dancheong models get craft`."
            )
        try:
            folded[f"layers.{plain}.weight"], folded[f"layers.{plain}.bias"] = _fold(tensors, key, weight, bias)
        except Exception as error:  # norms that are missing, of other shapes or of no numbers fail in as many ways
            raise UserError(
                f"{path.name} is not a CRAFT text detector: what belongs to {key} does not fit it. Run `dancheong "
                "models get craft`."
            ) from error
    network.load_state_dict(folded, assign=True)
    return network.eval().requires_grad_(False)


def prepare(picture: np.ndarray) -> Tensor:
    """`[H,W,3]` uint8 RGB to `[1,3,H,W]`, as the network was trained."""
    planes = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255
    return (planes - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]


def _plain(key: str) -> str:
    """A module's name may hold no dot."""
    return key.replace(".", "/")


def _fold(tensors: dict[str, Tensor], key: str, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """A convolution and the batch norm after it, where the file has one, as one convolution."""
    stem, number = key.rsplit(".", 1)
    norm = f"{stem}.{int(number) + 1}"
    if f"{norm}.running_var" not in tensors:
        return weight.float(), bias.float()
    scale = tensors[f"{norm}.weight"] / torch.sqrt(tensors[f"{norm}.running_var"] + NORM_EPSILON)
    shifted = (bias - tensors[f"{norm}.running_mean"]) * scale + tensors[f"{norm}.bias"]
    return (weight * scale[:, None, None, None]).float(), shifted.float()


def _read_torch(path: Path) -> dict[str, Tensor]:
    tensors, _ = read_tensors(path)
    if not isinstance(tensors, dict):
        raise UserError(f"{path.name} is not a CRAFT text detector: expected named tensors. Get it again.")
    # The public file was saved from several GPUs.
    return {key.removeprefix("module."): value for key, value in tensors.items() if isinstance(value, Tensor)}


def _read_keras(path: Path) -> dict[str, Tensor]:
    """Keras' arrays under their PyTorch names; kernels from height, width, in, out to out, in, height, width."""
    try:
        import h5py
    except ImportError as error:
        raise UserError(
            f"{path.name} is a Keras file, which needs h5py: run `pip install h5py` with ComfyUI's own Python, or take "
            "the .pth by `dancheong models get craft`."
        ) from error
    names = {"kernel": "weight", "gamma": "weight", "beta": "bias", "bias": "bias",
             "moving_mean": "running_mean", "moving_variance": "running_var"}  # fmt: skip
    tensors: dict[str, Tensor] = {}

    def take(place: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual or item.nbytes > size:
                raise ValueError(f"{place} is not stored in the file itself")
            layer, array = place.split("/")[-2:]
            name = names.get(re.sub(r":\d+$", "", array))
            if name:
                values = torch.from_numpy(np.asarray(item))
                tensors[f"{layer}.{name}"] = values.permute(3, 2, 0, 1) if values.ndim == 4 else values

    if not h5py.is_hdf5(path):
        refuse_other_kinds(path)
    size = path.stat().st_size
    try:
        with h5py.File(path) as file:
            file.visititems(take)
    except Exception as error:  # damage makes h5py raise errors of many kinds
        raise UserError(f"{path.name} is damaged or cut off ({error}): get it again.") from error
    return tensors
