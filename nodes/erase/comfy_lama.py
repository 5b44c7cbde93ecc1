"""LaMa (Suvorov et al. 2022, arXiv:2109.07161) through spandrel, which ComfyUI ships, under its memory management.

The window around a hole goes through the network at its own size: a reduced picture would come back blurred.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from comfy.model_patcher import ModelPatcher

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.torch_file import is_program, read_program
from ..host import memory
from ..host.progress import interruptible_layers

MARGIN = 128
"""px of surroundings: from them the network takes what it continues."""
BYTES_PER_PX = 1400
"""Measured on a CPU: 1315 for a window of 512 px, 941 for one of 1024 px."""


@dataclass(frozen=True)
class InpaintModel:
    """A loaded inpainting network."""

    name: str
    descriptor: Any
    """spandrel's MaskedImageModelDescriptor, float32: its Fourier transforms know no half precision on every device."""
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
        with torch.inference_mode(), interruptible_layers(self.descriptor.model):
            planes = picture.movedim(-1, 0)[None].to(device)
            filled = self.descriptor(planes, mask[None, None].to(device, torch.float32))
        if not torch.isfinite(filled).all():
            raise UserError(f"{self.name} gave pixels that are not numbers: its weights are damaged, get them again.")
        return filled[0].movedim(0, -1).cpu()


def load(path: Path) -> InpaintModel:
    """An inpainting model from a file that spandrel knows: LaMa as .safetensors, .pth or the public TorchScript .pt.

    Raises:
        UserError: damaged, unknown to spandrel, or a model for something else.
    """
    from spandrel import MaskedImageModelDescriptor, ModelLoader, UnsupportedModelError, canonicalize_state_dict

    # What torch.jit.load loads may run meanwhile, so the public program is never loaded: its tensors are enough.
    tensors = read_program(path) if is_program(path) else read_tensors(path)[0]
    try:
        descriptor = ModelLoader().load_from_state_dict(canonicalize_state_dict(tensors))
    except UnsupportedModelError as error:
        raise UserError(f"{path.name} is not an inpainting model that spandrel knows: take big-lama.") from error
    except Exception as error:  # it reads sizes off whatever tensors there are, and fails in as many ways
        raise UserError(
            f"{path.name} is damaged or no inpainting model ({type(error).__name__}): get it again."
        ) from error
    if not isinstance(descriptor, MaskedImageModelDescriptor):
        raise UserError(f"{path.name} is a model for {descriptor.purpose}, not for inpainting: take big-lama.")
    descriptor.float().eval()
    return InpaintModel(path.name, descriptor, memory.patcher(descriptor.model))
