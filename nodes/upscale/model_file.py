"""Files of upscale models, whatever tool wrote them: read as the tensors they are, and written anew as .safetensors."""

from pathlib import Path

import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.weight_kinds import SAFE
from ..ground.whole_file import write_whole
from . import ncnn_pair
from .weights import Weights, unwrapped


def read(path: Path) -> tuple[Weights, tuple[str, ...]]:
    """The network of a file.

    Args:
        path: any weight file, or either file of an ncnn pair; nothing in it is executed.

    Returns:
        Its tensors, and sentences that a user should know of how they were read.

    Raises:
        UserError: damaged, something else, or without a network.
    """
    if ncnn_pair.is_pair(path):
        pair = ncnn_pair.read(path)
        return pair.tensors, pair.notes
    ncnn_pair.refuse_half(path)
    content, _ = read_tensors(path)
    if not isinstance(content, dict):
        raise UserError(f"{path.name} holds no weights: get the model again.")
    return unwrapped(content, path.name)


def convert(source: Path, target: Path, dtype: str | None = None) -> tuple[str, ...]:
    """Write a model as .safetensors, which every loader reads: whole or not at all.

    Args:
        dtype: `float16` or `float32`; None keeps what the file has.

    Returns:
        Sentences that a user should know of how it was read.

    Raises:
        UserError: as `read`, or the target's name does not end in .safetensors.
    """
    from safetensors.torch import save

    if target.suffix.lower() != SAFE[0]:
        raise UserError(f"Expected a target that ends in .safetensors, got {target.name}.")
    weights, notes = read(source)
    kind = None if dtype is None else getattr(torch, dtype)
    # Clones, as some files hold one tensor under several names.
    tensors = {name: tensor.to(kind or tensor.dtype).contiguous().clone() for name, tensor in weights.items()}
    write_whole(target, save(tensors, {"format": "pt"}))
    return notes
