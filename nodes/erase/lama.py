"""LaMa (Suvorov et al. 2022, arXiv:2109.07161) through spandrel, which ComfyUI ships: its file, and its use.

The window around a hole goes through the network at its own size: a reduced picture would come back blurred.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.torch_file import is_program, read_program
from .holes import holes

MARGIN = 128
"""px of surroundings: from them the network takes what it continues."""


def network(path: Path) -> Any:
    """An inpainting model from a file that spandrel knows: LaMa as .safetensors, .pth or the public TorchScript .pt.

    Returns:
        spandrel's MaskedImageModelDescriptor, float32: its Fourier transforms know no half precision on every device.

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
    return descriptor


def fill(descriptor: Any, name: str, picture: torch.Tensor, mask: torch.Tensor, device: torch.device) -> torch.Tensor:
    """The picture with what the network puts where the mask is.

    Args:
        descriptor: on the device.
        name: of its file.
        picture: `[H,W,3]` float32 in 0..1.
        mask: `[H,W]` bool.

    Returns:
        `[H,W,3]` float32 in 0..1 on the CPU.

    Raises:
        UserError: the network gave pixels that are not numbers.
    """
    with torch.inference_mode():
        planes = picture.movedim(-1, 0)[None].to(device)
        filled = descriptor(planes, mask[None, None].to(device, torch.float32))
    if not torch.isfinite(filled).all():
        raise UserError(f"{name} gave pixels that are not numbers: its weights are damaged, get them again.")
    return filled[0].movedim(0, -1).cpu()


class Lama:
    """The network outside of ComfyUI, loaded once."""

    def __init__(self, path: Path, on_gpu: bool = False) -> None:
        """Load it.

        Args:
            path: its file.
            on_gpu: into the GPU's memory, where PyTorch sees one.

        Raises:
            UserError: no inpainting model.
        """
        self._name, self._network = path.name, network(path)
        self._device = torch.device("cuda" if on_gpu and torch.cuda.is_available() else "cpu")
        self._network.to(self._device)

    def __call__(self, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """The picture with the masked pixels filled.

        Args:
            picture: `[H,W,3]` uint8.
            mask: `[H,W]` bool, not all of it.

        Returns:
            `[H,W,3]` float32 in 0..255.
        """
        result = picture.astype(np.float32)
        for hole in holes(mask, MARGIN):
            window = torch.from_numpy(picture[hole.rows, hole.columns]) / 255
            filled = fill(self._network, self._name, window, torch.from_numpy(hole.every), self._device)
            result[hole.rows, hole.columns][hole.own] = filled.numpy()[hole.own] * 255
        return result
