"""A small network that tells letters from whatever they stand on: which px of a piece of a picture are ink.

A U-Net (Ronneberger et al. 2015, arXiv:1505.04597) at half of the patch's size. `letters.safetensors` holds what
`benchmarks/text_letters.py` taught it on drawn covers and pages, whose photographs, coins and windows are no letters.
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ...ground.tensor_file import read_tensors

WIDTHS = (16, 32, 48, 64)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the patch's size."""
STRIDE = 16
WEIGHTS = Path(__file__).with_name("letters.safetensors")


class LetterNetwork(nn.Module):
    """`[B,3,h,w]` standardised RGB, sides multiples of `STRIDE` -> `[B,h,w]` log-odds of ink."""

    def __init__(self) -> None:
        super().__init__()
        convolutions: dict[str, nn.Conv2d] = {"stem": nn.Conv2d(3, WIDTHS[0], 4, 2, 1)}
        before = WIDTHS[0]
        for level, width in enumerate(WIDTHS):
            convolutions[f"down{level}a"] = nn.Conv2d(before, width, 3, 2 if level else 1, 1)
            convolutions[f"down{level}b"] = nn.Conv2d(width, width, 3, 1, 1)
            before = width
        convolutions["middle"] = nn.Conv2d(before, before, 3, 1, 2, 2)
        for level in (2, 1, 0):
            convolutions[f"up{level}"] = nn.Conv2d(before + WIDTHS[level], WIDTHS[level], 3, 1, 1)
            before = WIDTHS[level]
        self.convolutions = nn.ModuleDict(convolutions)
        self.last = nn.Conv2d(before, 4, 3, 1, 1)

    def step(self, name: str, planes: torch.Tensor) -> torch.Tensor:
        """One convolution and what follows it."""
        return functional.relu(self.convolutions[name](planes))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """As torch calls it; shapes as above."""
        planes, levels = self.step("stem", patches), []
        for level in range(len(WIDTHS)):
            planes = self.step(f"down{level}b", self.step(f"down{level}a", planes))
            levels.append(planes)
        planes = self.step("middle", planes)
        for level in (2, 1, 0):
            enlarged = functional.interpolate(planes, scale_factor=2.0, mode="nearest")
            planes = self.step(f"up{level}", torch.cat([enlarged, levels[level]], 1))
        return functional.pixel_shuffle(self.last(planes), 2)[:, 0]


def standardised(patches: np.ndarray) -> torch.Tensor:
    """`[B,h,w,3]` uint8 RGB to `[B,3,h,w]`: each patch with mean 0 and deviation 1, so that faint letters count as
    strong ones."""
    planes = torch.from_numpy(np.ascontiguousarray(patches)).float().movedim(-1, 1)
    deviation, mean = torch.std_mean(planes, (1, 2, 3), keepdim=True)
    return (planes - mean) / (deviation + 4)


def ink_of(patch: np.ndarray) -> np.ndarray:
    """`[h,w]` float32 in 0..1: how surely each px of `[h,w,3]` uint8 RGB is a letter's; letters of 20 to 64 px."""
    height, width = patch.shape[:2]
    padded = np.pad(patch, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), "edge")
    with torch.inference_mode():
        return torch.sigmoid(_network()(standardised(padded[None])))[0, :height, :width].numpy()


@cache
def _network() -> LetterNetwork:
    network = LetterNetwork()
    network.load_state_dict({name: tensor.float() for name, tensor in read_tensors(WEIGHTS)[0].items()})
    return network.eval()
