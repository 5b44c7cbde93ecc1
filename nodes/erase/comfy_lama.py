"""LaMa under ComfyUI's memory management."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from comfy.model_patcher import ModelPatcher

from ..host import memory
from ..host.progress import interruptible_layers
from . import lama

BYTES_PER_PX = 1400
"""Measured on a CPU: 1315 for a window of 512 px, 941 for one of 1024 px."""


@dataclass(frozen=True)
class InpaintModel:
    """A loaded inpainting network."""

    name: str
    descriptor: Any
    """`lama.network`"""
    patcher: ModelPatcher

    def fill(self, picture: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The picture with what the network puts where the mask is.

        Args:
            picture: `[H,W,3]` float32 in 0..1.
            mask: `[H,W]` bool.

        Returns:
            `[H,W,3]` float32 in 0..1 on the CPU.

        Raises:
            UserError: the network gave pixels that are not numbers.
        """
        device = memory.load(self.patcher, picture.shape[0] * picture.shape[1] * BYTES_PER_PX)
        with interruptible_layers(self.descriptor.model):
            return lama.fill(self.descriptor, self.name, picture, mask, device)


def load(path: Path) -> InpaintModel:
    """An inpainting model from a file that spandrel knows.

    Raises:
        UserError: damaged, unknown to spandrel, or a model for something else.
    """
    descriptor = lama.network(path)
    return InpaintModel(path.name, descriptor, memory.patcher(descriptor.model))
