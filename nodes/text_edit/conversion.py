"""A DiffSTE checkpoint as .safetensors: without its training run, whole, and of values that its dtype can hold."""

import os
from collections.abc import Mapping
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.weight_kinds import SAFE
from ..ground.whole_file import writing_whole
from .checkpoint import SETTINGS, read
from .layout import CHARACTERS, TEXT, UNET, VAE

DTYPES = {"float16": torch.float16, "float32": torch.float32}


def convert(source: Path, target: Path, dtype: str) -> None:
    """Write a checkpoint as .safetensors without its training run; names stay, heads and latent scale go beside them.

    Args:
        dtype: one of `DTYPES`.

    Raises:
        UserError: as `read`, values that the dtype has not, or the target's name does not end in .safetensors.
    """
    from safetensors.torch import save_file

    if target.suffix.lower() != SAFE[0]:
        raise UserError(f"Expected a target that ends in .safetensors, got {target.name}.")
    checkpoint = read(source)
    sizes = checkpoint.sizes
    kind = DTYPES[dtype]
    tensors = {
        **{UNET + name: tensor for name, tensor in checkpoint.unet.items()},
        **{VAE + name: tensor for name, tensor in checkpoint.vae.items()},
        **{TEXT + name: tensor for name, tensor in checkpoint.text.items()},
        f"{CHARACTERS}char_embedding.weight": checkpoint.characters,
        f"{CHARACTERS}position_embedding.weight": checkpoint.positions,
    }
    beyond = outside(tensors, kind)
    if beyond:
        raise UserError(
            f"{source.name} has values that {dtype} cannot hold, in {len(beyond)} tensors such as {beyond[0]} (largest "
            f"{float(tensors[beyond[0]].abs().max()):.3g}): nothing was written; convert it with --dtype float32."
        )
    metadata = {"format": "pt", "max_length": str(sizes.length)}
    metadata |= {name: repr(getattr(sizes, name)) for name in SETTINGS}
    with writing_whole(target) as file:
        save_file(_apart(tensors, kind), file.name, metadata)
        # It writes a file of its own, which is for its owner alone, over ours.
        os.chmod(file.name, os.fstat(file.fileno()).st_mode & 0o777)


def outside(tensors: Mapping[str, torch.Tensor], dtype: torch.dtype) -> list[str]:
    """The names of those whose largest value would become infinite in `dtype`, or 0 though it is none."""
    found: list[str] = []
    for name, tensor in tensors.items():
        if tensor.dtype == dtype:
            continue
        largest = torch.stack(tensor.aminmax()).abs().max()
        kept = largest.to(dtype)
        if not kept.isfinite() or (largest > 0 and kept == 0):
            found.append(name)
    return found


def _apart(tensors: Mapping[str, torch.Tensor], kind: torch.dtype) -> dict[str, torch.Tensor]:
    """As safetensors writes them: none a part of another, which in a checkpoint may be."""
    found: dict[str, torch.Tensor] = {}
    seen: set[int] = set()
    for name, tensor in tensors.items():
        written = tensor.to(kind).contiguous()
        found[name] = written.clone() if written.untyped_storage().data_ptr() in seen else written
        seen.add(written.untyped_storage().data_ptr())
    return found
