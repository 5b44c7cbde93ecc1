"""What makes Stable Diffusion 1.5 a StoryGen, from any of its files: 12 tensors in each block of the network.

In the names of diffusers, after the place of the block: `attn3` and `norm4`, which look at the references, and `attn1`,
the self-attention, which was trained too. Everything else of a StoryGen is Stable Diffusion 1.5 as it was. Nothing in a
pickled file is executed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError, torch_file
from ..ground.tensor_file import read_tensors
from ..ground.weight_kinds import is_safe
from . import stage
from .stage import STAGES

SELF, IMAGE, NORM = "attn1", "attn3", "norm4"
MATRICES = ("to_q.weight", "to_k.weight", "to_v.weight", "to_out.0.weight")
PARTS = {
    **{f"{attention}.{matrix}": 2 for attention in (SELF, IMAGE) for matrix in MATRICES},
    **dict.fromkeys((f"{SELF}.to_out.0.bias", f"{IMAGE}.to_out.0.bias", f"{NORM}.weight", f"{NORM}.bias"), 1),
}
"""Name after the block -> its sides, each as long as the block is wide."""
BLOCK = re.compile(r"((?:(?:down|up)_blocks\.\d+|mid_block)\.attentions\.\d+)\.transformer_blocks\.0\.(.+)")
NETWORK = re.compile(
    r"(?:conv_in|conv_out|conv_norm_out|time_embedding\.linear_[12])\.|"
    r"(?:(?:down|up)_blocks\.\d+|mid_block)\.(?:resnets|downsamplers|upsamplers)\.\d+\.|"
    r"(?:(?:down|up)_blocks\.\d+|mid_block)\.attentions\.\d+\.(?:norm|proj_in|proj_out)\.|"
    r".+\.transformer_blocks\.0\.(?:attn[12]|norm[123]|ff)\."
)
"""Every other tensor of Stable Diffusion 1.5's network."""
WRAPPED = re.compile(r"^(?:(?:unet|module|_orig_mod)\.)+")
"""What trainers write before the names of what they wrap."""
PUBLISHED = 16
"""Blocks of Stable Diffusion 1.5."""
PLAIN = (torch.float32, torch.float16, torch.bfloat16)
SHOWN = 3
# A name in the file -> what such a file is.
OTHERS = {
    "down_blocks.0.attentions.0.": "a Stable Diffusion network without StoryGen's image attention (attn3, norm4)",
    "model.diffusion_model.": "a Stable Diffusion checkpoint without StoryGen's image attention (attn3, norm4)",
    "lora_unet_": "a LoRA",
    "text_model.": "a text encoder",
    "encoder.": "a VAE",
    "first_stage_model.": "a VAE",
}


@dataclass(frozen=True)
class Weights:
    """A StoryGen, without what is Stable Diffusion's."""

    blocks: dict[str, dict[str, torch.Tensor]]
    """Place such as `down_blocks.0.attentions.1` -> name of `PARTS` -> tensor."""
    stage: str | None
    """What the file was trained for, where that is known."""
    notes: tuple[str, ...]
    """What a user should know of how it was read."""

    def widths(self) -> dict[str, int]:
        """Place -> channels of its features."""
        return {place: len(parts[f"{NORM}.weight"]) for place, parts in self.blocks.items()}


def read(path: Path) -> Weights:
    """Read a StoryGen file, or what `extract` made of one.

    Raises:
        UserError: damaged, something else, a pickle that asks for more than tensors, or tensors that are missing, of
            another shape or kind, or no numbers; the text says which.
    """
    tensors, described = opened(path)
    blocks = _blocks(tensors)
    if not any(name.startswith(f"{IMAGE}.") for parts in blocks.values() for name in parts):
        raise UserError(
            f"{path.name} is {_kind(tensors)}: expected StoryGen, such as the unet of checkpoint_StorySalon, or what "
            "Extract StoryGen Adapter made of it."
        )
    _check(blocks, path)
    wanted = {
        place: {name: tensor.to(copy=True) for name, tensor in parts.items() if name in PARTS}
        for place, parts in blocks.items()
    }  # copies: what outlives the loading must not keep the whole file mapped
    stated = described.get("stage")
    return Weights(wanted, stated if stated in STAGES else stage.published(path), tuple(_notes(tensors, wanted)))


def public(place: str, name: str) -> str:
    """The name in diffusers of what `Weights.blocks` has under these two."""
    return f"{place}.transformer_blocks.0.{name}"


def opened(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Every tensor of a file under its name in diffusers, and what a safetensors header says.

    Raises:
        UserError: damaged, something else, or a pickle that asks for more than tensors.
    """
    if is_safe(path):
        named, described = read_tensors(path)
    else:
        file = torch_file.read(path)
        content: Any = file.content
        for place in ("state_dict", "module"):
            content = content.get(place, content) if isinstance(content, dict) else content
        named, described = file.tensors(content if isinstance(content, dict) else {}), {}
    return {WRAPPED.sub("", name): tensor for name, tensor in named.items()}, described


def _blocks(tensors: Mapping[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
    found: dict[str, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if place := BLOCK.fullmatch(name):
            found.setdefault(place[1], {})[place[2]] = tensor
    return found


def _check(blocks: Mapping[str, Mapping[str, torch.Tensor]], path: Path) -> None:
    """ComfyUI would leave what is missing as it lies in memory: a picture would still come out."""
    faults = [fault for place, parts in blocks.items() for fault in _faults(place, parts)]
    if faults:
        more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise UserError(f"{path.name} is no whole StoryGen: {', '.join(faults[:SHOWN])}{more}; get it again.")


def _faults(place: str, parts: Mapping[str, torch.Tensor]) -> Iterator[str]:
    norm = parts.get(f"{NORM}.weight")
    width = norm.numel() if norm is not None else None
    for name, sides in PARTS.items():
        tensor, called = parts.get(name), public(place, name)
        if tensor is None:
            yield f"{called} is missing"
        elif width is not None and tuple(tensor.shape) != (width,) * sides:
            yield f"{called} is {list(tensor.shape)}, expected {[width] * sides}"
        elif tensor.dtype not in PLAIN:
            yield f"{called} is {str(tensor.dtype).removeprefix('torch.')}, expected float32 or float16"
        elif not bool(tensor.isfinite().all()):
            yield f"{called} holds values that are no numbers"


def _notes(tensors: Mapping[str, torch.Tensor], blocks: Mapping[str, Mapping[str, torch.Tensor]]) -> Iterator[str]:
    used = {public(place, name) for place, parts in blocks.items() for name in parts}
    rest = [name for name in tensors if name not in used]
    foreign = [name for name in rest if not NETWORK.match(name)]
    if len(blocks) != PUBLISHED:
        yield f"the published StoryGen has {PUBLISHED} blocks, this one {len(blocks)}"
    if len(rest) > len(foreign):
        yield f"{len(rest) - len(foreign)} tensors that are Stable Diffusion's are not read; the MODEL's are used"
    if foreign:
        yield f"{len(foreign)} tensors are not known and not used, such as {foreign[0]}"


def _kind(tensors: Mapping[str, torch.Tensor]) -> str:
    """What a file without StoryGen's own tensors is."""
    for beginning, kind in OTHERS.items():
        if any(name.startswith(beginning) for name in tensors):
            return kind
    first = ", ".join(sorted(tensors)[:2])
    return f"something else (it begins with {first})" if first else "without tensors"
