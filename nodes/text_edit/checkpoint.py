"""The four parts of a DiffSTE file: network, autoencoder, text encoder, characters.

Read are the public Lightning checkpoint (`diffste.ckpt`) and the .safetensors that `dancheong models convert` makes of
it; both keep the public names. What is not a DiffSTE file is told by name.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError
from ..ground.tensor_file import SAFE, is_safe, read_tensors, refuse_other_kinds
from ..ground.whole_file import writing_whole
from . import unpickle

UNET, VAE, TEXT, CHARACTERS = "unet.", "vae.", "text_encoder.", "char_embedder."
FINGERPRINT = (
    f"{UNET}down_blocks.0.attentions.char.0.transformer_blocks.0.attn2.to_k.weight",
    f"{CHARACTERS}char_embedding.weight",
)
SETTINGS = {"text_heads": 8, "char_heads": 2, "latent_scale": 0.18215}
"""What shapes do not tell, with the values of DiffSTE's published configuration."""
DTYPES = {"float16": torch.float16, "float32": torch.float32}
# A name in the file -> what such a file is.
OTHERS = {
    "model.diffusion_model.": "a Stable Diffusion checkpoint",
    "lora_unet_": "a LoRA",
    "down_blocks.0.attentions.0.": "a Stable Diffusion UNet in diffusers' form",
    "unet.down_blocks.0.attentions.0.": "Stable Diffusion in diffusers' form",
    "encoder.down_blocks.": "a VAE",
    "first_stage_model.": "a VAE",
    "text_model.": "a text encoder",
    "string_to_param": "a textual inversion",
    "emb_params": "a textual inversion",
    "conv_first.": "an ESRGAN upscaler",
}


@dataclass(frozen=True)
class Sizes:
    """Everything that shapes the networks."""

    channels: tuple[int, ...]
    """Of the UNet's levels; 320, 640, 1280, 1280 in the public file."""
    in_channels: int
    out_channels: int
    text_dim: int
    char_dim: int
    text_heads: int
    char_heads: int
    vocabulary: int
    """Characters known."""
    length: int
    """Most characters of a word, and tokens of an instruction."""
    latent_scale: float
    vae_channels: tuple[int, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A complete DiffSTE file."""

    unet: dict[str, torch.Tensor]
    vae: dict[str, torch.Tensor]
    text: dict[str, torch.Tensor]
    """`text_model.*`."""
    characters: torch.Tensor
    """`[95,32]`, one row a character."""
    positions: torch.Tensor
    """`[20,32]`, one row a place in the word."""
    sizes: Sizes
    notes: tuple[str, ...]
    """What a user should know of how it was read."""


def read(path: Path) -> Checkpoint:
    """Read a DiffSTE file; nothing in it is executed, and a training run's optimizer states are not read.

    Raises:
        UserError: damaged, something else, or a pickle that asks for more than tensors; the text says which.
    """
    tensors, settings = _open(path)
    missing = [name for name in FINGERPRINT if name not in tensors]
    if missing:
        raise UserError(
            f"{path.name} is {_kind(tensors)}, not a DiffSTE file: choose diffste.ckpt or what was made of it."
        )
    parts = {prefix: _part(tensors, prefix) for prefix in (UNET, VAE, TEXT, CHARACTERS)}
    absent = [prefix.rstrip(".") for prefix, part in parts.items() if not part]
    if absent:
        raise UserError(f"{path.name} lacks the parts {', '.join(absent)} of a DiffSTE file: get it again.")
    usual = [name for name in SETTINGS if name not in settings]
    notes = [f"the file does not state {', '.join(usual)}; DiffSTE's usual values are used"] if usual else []
    return Checkpoint(
        parts[UNET],
        parts[VAE],
        {name: tensor for name, tensor in parts[TEXT].items() if not name.endswith("position_ids")},
        # Copies: what outlives the loading must not keep the whole file mapped.
        parts[CHARACTERS]["char_embedding.weight"].to(torch.float32, copy=True),
        parts[CHARACTERS]["position_embedding.weight"].to(torch.float32, copy=True),
        _sizes(parts, {**SETTINGS, **settings}, path),
        tuple(notes),
    )


def convert(source: Path, target: Path, dtype: str) -> None:
    """Write a checkpoint as .safetensors without its training run; names stay, heads and latent scale go beside them.

    Args:
        dtype: one of `DTYPES`.

    Raises:
        UserError: as `read`, or the target's name does not end in .safetensors.
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
    metadata = {"format": "pt", "max_length": str(sizes.length)}
    metadata |= {name: repr(getattr(sizes, name)) for name in SETTINGS}
    with writing_whole(target) as file:
        save_file({name: tensor.to(kind).contiguous() for name, tensor in tensors.items()}, file.name, metadata)


def _open(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Named tensors, and those of `SETTINGS` that the file states."""
    if is_safe(path):
        tensors, metadata = read_tensors(path)
        return tensors, {key: float(metadata[key]) for key in SETTINGS if key in metadata}
    refuse_other_kinds(path)
    if not zipfile.is_zipfile(path):
        raise UserError(
            f"{path.name} is damaged or cut off, or no checkpoint: expected diffste.ckpt (5 GB or more) or a "
            ".safetensors file made of it; get it again."
        )
    try:
        content = torch.load(path, map_location="cpu", pickle_module=unpickle, weights_only=False, mmap=True)
    except unpickle.Refused as error:
        raise UserError(
            f"{path.name} was refused, as {error}, which loading would run: take the file from DiffSTE's authors."
        ) from error
    except Exception as error:
        raise UserError(f"{path.name} is damaged or no checkpoint ({error}): get it again.") from error
    content = content if isinstance(content, dict) else {}
    tensors = content.get("state_dict", content)
    tensors = tensors.items() if isinstance(tensors, dict) else ()
    return {name: tensor for name, tensor in tensors if isinstance(tensor, torch.Tensor)}, _settings(content)


def _settings(content: dict[str, Any]) -> dict[str, Any]:
    """Heads and latent scale, where the run's own configuration states them."""
    hyper = unpickle.plain(content.get("hyper_parameters"))
    config = hyper.get("config") if isinstance(hyper, dict) else None
    unet, vae = ((config or {}).get(part) or {} for part in ("unet", "vae"))
    heads = unet.get("attention_head_dim")
    heads = heads if isinstance(heads, dict) else {"text": heads, "char": heads}
    found = {"text_heads": heads.get("text"), "char_heads": heads.get("char"), "latent_scale": vae.get("normalizer")}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def _kind(tensors: Mapping[str, Any]) -> str:
    """What a file without DiffSTE's fingerprint is."""
    for beginning, kind in OTHERS.items():
        if any(name.startswith(beginning) for name in tensors):
            return kind
    first = ", ".join(sorted(tensors)[:2])
    return f"something else (it begins with {first})" if first else "without tensors"


def _part(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _sizes(parts: dict[str, dict[str, torch.Tensor]], settings: dict[str, Any], path: Path) -> Sizes:
    unet, vae, characters = parts[UNET], parts[VAE], parts[CHARACTERS]
    reads = "down_blocks.0.attentions.{}.0.transformer_blocks.0.attn2.to_k.weight"
    try:
        return Sizes(
            channels=_levels(unet, "down_blocks.{}.resnets.0.conv1.weight"),
            in_channels=unet["conv_in.weight"].shape[1],
            out_channels=unet["conv_out.weight"].shape[0],
            text_dim=unet[reads.format("text")].shape[1],
            char_dim=unet[reads.format("char")].shape[1],
            text_heads=int(settings["text_heads"]),
            char_heads=int(settings["char_heads"]),
            vocabulary=characters["char_embedding.weight"].shape[0],
            length=characters["position_embedding.weight"].shape[0],
            latent_scale=float(settings["latent_scale"]),
            vae_channels=_levels(vae, "encoder.down_blocks.{}.resnets.0.conv1.weight"),
        )
    except KeyError as error:
        raise UserError(f"{path.name} lacks the tensor {error} of a DiffSTE file: get it again.") from error


def _levels(tensors: dict[str, torch.Tensor], name: str) -> tuple[int, ...]:
    """The widths of the levels whose first convolution has this name; a KeyError where there is none."""
    count = 1
    while name.format(count) in tensors:
        count += 1
    return tuple(tensors[name.format(level)].shape[0] for level in range(count))
