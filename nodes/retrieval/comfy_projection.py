"""Whether the two halves of a CLIP have their projections, which ComfyUI makes up where a file lacks them."""

import json
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError

NAME = "text_projection"
LARGEST = 1e3
"""Of a trained projection no number comes near it; memory that nobody wrote to may hold any."""


def check(clip: Any, text_model: Any, clip_vision: Any) -> None:
    """
    Raises:
        UserError: a half has no projection, or one that no training made.
    """
    said = text_model.text_projection.weight
    if _file_lacks_it(clip) or not _trained(said) or _identity(said):
        raise UserError(
            "The CLIP has no text projection, without which words and pictures do not meet: files of Stable "
            "Diffusion leave it out. Load a whole CLIP, as `dancheong models get korean-clip` gets one."
        )
    shown = getattr(clip_vision.model, "visual_projection", None)
    if not isinstance(shown, torch.nn.Linear) or not _trained(shown.weight):
        raise UserError(
            "The CLIP_VISION has no projection to a CLIP's words: SigLIP, DINO and files without visual_projection "
            "do not go here. Load the vision model of the same CLIP, such as `dancheong models get korean-clip-vision`."
        )


def _trained(weight: torch.Tensor) -> bool:
    """Whether these can be learned numbers: every row says something, and nothing is beyond all measure."""
    rows = weight.detach().float().abs().amax(1)
    return bool(torch.isfinite(rows).all() and rows.min() > 0 and rows.max() < LARGEST)


def _identity(weight: torch.Tensor) -> bool:
    """What Load Korean CLIP puts where a file has none: Stable Diffusion never reads it."""
    return weight.shape[0] == weight.shape[1] and torch.equal(weight.detach().float().cpu(), torch.eye(weight.shape[0]))


def _file_lacks_it(clip: Any) -> bool:
    """Whether ComfyUI's own loader read a file that has no such tensor; it leaves the memory as it was found then."""
    made = clip.patcher.cached_patcher_init
    files = made[1][0] if made else None
    files = [files] if isinstance(files, str) else files if isinstance(files, list | tuple) else []
    paths = [Path(file) for file in files if str(file).endswith(".safetensors")]
    return bool(paths) and not any(NAME in name for path in paths for name in _names(path))


def _names(path: Path) -> list[str]:
    """Of a safetensors file's tensors."""
    with open(path, "rb") as file:
        return list(json.loads(file.read(int.from_bytes(file.read(8), "little"))))
