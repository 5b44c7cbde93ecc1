"""The four parts of a DiffSTE file: network, autoencoder, text encoder, characters.

Read are the public Lightning checkpoint (`diffste.ckpt`) and the .safetensors that `dancheong models convert` makes of
it; both keep the public names. What is not a DiffSTE file is told by name.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError, torch_file
from ..ground.shells import Shell
from ..ground.tensor_file import read_tensors
from ..ground.weight_kinds import is_safe
from . import layout
from .layout import CHARACTERS, TEXT, UNET, VAE, Sizes

FINGERPRINT = {
    f"{UNET}down_blocks.0.attentions.char.0.transformer_blocks.0.attn2.to_k.weight",
    f"{CHARACTERS}char_embedding.weight",
}
WRAPPED = re.compile(r"^(?:(?:model|module)\.)+|(?:^|(?<=\.))(?:_orig_mod|_forward_module)\.")
"""What DataParallel, torch.compile, Lightning's Fabric and other trainers write into the names of what they wrap."""
PLACES = ("state_dict", "module", "model")
"""Where trainers lay the tensors, one in the other too; DeepSpeed's is "module"."""
SETTINGS = {"text_heads": 8, "char_heads": 2, "latent_scale": 0.18215}
"""What shapes do not tell, with the values of DiffSTE's published configuration."""
COUNTED = "position_ids"
"""0, 1, 2 and so on, which older files keep as a tensor."""
LATER = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
"""What later diffusers call parts of the VAE's attention."""
SHOWN = 3
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
        UserError: damaged, something else, a pickle that asks for more than tensors, or tensors that are missing, too
            many, of another shape or kind, or no numbers; the text says which.
    """
    tensors, settings = _open(path)
    if not tensors.keys() >= FINGERPRINT:
        bare = {WRAPPED.sub("", name): tensor for name, tensor in tensors.items()}
        tensors = bare if bare.keys() >= FINGERPRINT else tensors
    if not tensors.keys() >= FINGERPRINT:
        raise UserError(
            f"{path.name} is {_kind(tensors)}, not a DiffSTE file: choose diffste.ckpt or what was made of it."
        )
    parts = {prefix: _part(tensors, prefix) for prefix in (UNET, VAE, TEXT, CHARACTERS)}
    absent = [prefix.rstrip(".") for prefix, part in parts.items() if not part]
    if absent:
        raise UserError(f"{path.name} lacks the parts {', '.join(absent)} of a DiffSTE file: get it again.")
    sizes = _sizes(parts, settings, path)
    _check(parts, sizes, path)
    return Checkpoint(
        parts[UNET],
        parts[VAE],
        parts[TEXT],
        # Copies: what outlives the loading must not keep the whole file mapped.
        parts[CHARACTERS]["char_embedding.weight"].to(torch.float32, copy=True),
        parts[CHARACTERS]["position_embedding.weight"].to(torch.float32, copy=True),
        sizes,
        tuple(_notes(tensors, settings)),
    )


def _open(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Named tensors, and those of `SETTINGS` that the file states."""
    if is_safe(path):
        tensors, stated = read_tensors(path)
        return tensors, {name: stated[name] for name in SETTINGS if name in stated}
    file = torch_file.read(path)
    content = _inner(file.content)
    tensors = content
    for _ in PLACES:
        inner = (_at(tensors, name) for name in PLACES)
        tensors = next((one for one in inner if isinstance(one, dict)), tensors)
    return file.tensors(tensors if isinstance(tensors, dict) else {}), _settings(content)


def _settings(content: Any) -> dict[str, Any]:
    """Heads and latent scale, where the run's own configuration states them."""
    heads = _at(content, "hyper_parameters", "config", "unet", "attention_head_dim")
    found = {
        "text_heads": _at(heads, "text") if isinstance(heads, dict) else heads,
        "char_heads": _at(heads, "char") if isinstance(heads, dict) else heads,
        "latent_scale": _at(content, "hyper_parameters", "config", "vae", "normalizer"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _at(value: Any, *names: str) -> Any:
    """What lies under the names, one in the other; None where nothing does."""
    for name in names:
        value = _inner(value.get(name)) if isinstance(value, dict) else None
    return value


def _inner(value: Any) -> Any:
    """What an object held: OmegaConf's containers and nodes their content, any other its fields."""
    if isinstance(value, Shell):
        return value.fields.get("_content", value.fields.get("_val", value.fields))
    return value


def _kind(tensors: Mapping[str, Any]) -> str:
    """What a file without DiffSTE's fingerprint is."""
    for beginning, kind in OTHERS.items():
        if any(name.startswith(beginning) for name in tensors):
            return kind
    first = ", ".join(sorted(tensors)[:2])
    return f"something else (it begins with {first})" if first else "without tensors"


def _part(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    part = {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix) and not name.endswith(COUNTED)
    }
    if prefix == VAE:
        for later, public in LATER.items():
            part = {name.replace(later, public): tensor for name, tensor in part.items()}
    return part


def _sizes(parts: dict[str, dict[str, torch.Tensor]], settings: dict[str, Any], path: Path) -> Sizes:
    unet, vae, characters = parts[UNET], parts[VAE], parts[CHARACTERS]
    reads = "down_blocks.0.attentions.{}.0.transformer_blocks.0.attn2.to_k.weight"
    stated = {name: _number(name, settings.get(name, usual), path) for name, usual in SETTINGS.items()}
    try:
        return Sizes(
            channels=_levels(unet, "down_blocks.{}.resnets.0.conv1.weight"),
            text_dim=unet[reads.format("text")].shape[1],
            char_dim=unet[reads.format("char")].shape[1],
            text_heads=int(stated["text_heads"]),
            char_heads=int(stated["char_heads"]),
            length=characters["position_embedding.weight"].shape[0],
            latent_scale=stated["latent_scale"],
            vae_channels=_levels(vae, "encoder.down_blocks.{}.resnets.0.conv1.weight"),
        )
    except KeyError as error:
        raise UserError(f"{path.name} lacks the tensor {error} of a DiffSTE file: get it again.") from error
    except IndexError as error:
        raise UserError(f"{path.name} has tensors without shape where DiffSTE has weights: get it again.") from error


def _number(name: str, value: Any, path: Path) -> float:
    """A setting as the file states it; heads are whole."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    whole = not isinstance(SETTINGS[name], int) or number.is_integer()
    if not (math.isfinite(number) and number > 0 and whole):
        expected = "a whole number of heads" if isinstance(SETTINGS[name], int) else "a number above 0"
        raise UserError(f"{path.name} states no usable {name}: expected {expected}, as in {SETTINGS[name]}.")
    return number


def _check(parts: dict[str, dict[str, torch.Tensor]], sizes: Sizes, path: Path) -> None:
    """ComfyUI loads what fits and leaves the rest as it lies in memory: a picture would still come out."""
    faults = sizes.faults()
    if faults:
        raise UserError(f"{path.name} is no DiffSTE file that can be loaded: {'; '.join(faults)}. Get it again.")
    expected = {UNET: layout.unet, VAE: layout.vae, TEXT: layout.text, CHARACTERS: layout.characters}
    for prefix, part in parts.items():
        faults = layout.faults(expected[prefix](sizes), part)
        if faults:
            more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
            raise UserError(
                f"{path.name} is no complete DiffSTE file; in its part {prefix.rstrip('.')} "
                f"{', '.join(faults[:SHOWN])}{more}: get it again."
            )


def _notes(tensors: Mapping[str, torch.Tensor], settings: dict[str, Any]) -> list[str]:
    """What a user should know of how the file was read."""
    notes: list[str] = []
    usual = [name for name in SETTINGS if name not in settings]
    if usual:
        notes.append(f"the file does not state {', '.join(usual)}; DiffSTE's usual values are used")
    others = [name for name in tensors if not name.startswith((UNET, VAE, TEXT, CHARACTERS))]
    if others:
        notes.append(f"{len(others)} tensors that are no part of DiffSTE are not read, such as {others[0]}")
    return notes


def _levels(tensors: dict[str, torch.Tensor], name: str) -> tuple[int, ...]:
    """The widths of the levels whose first convolution has this name; a KeyError where there is none."""
    count = 1
    while name.format(count) in tensors:
        count += 1
    return tuple(tensors[name.format(level)].shape[0] for level in range(count))
