"""What is StoryGen's own of a whole StoryGen network, as a file of a twentieth of its size, checked by rebuilding."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from comfy.model_patcher import ModelPatcher
from comfy.utils import unet_to_diffusers
from safetensors.torch import save

from ..ground import UserError
from ..ground.whole_file import write_whole
from ..host.progress import Progress
from . import weights
from .comfy_load import fitting
from .weights import BLOCK, NETWORK, PARTS, SHOWN, public

HALF = torch.float16


@dataclass(frozen=True)
class Extracted:
    """How an extraction went."""

    tensors: int
    compared: int
    """Other tensors of the network, which the MODEL has too."""
    furthest: float
    """The largest difference of these, of 1 for a tensor's largest value."""
    megabytes: tuple[float, float]
    """Of the file before and after."""
    notes: tuple[str, ...]
    """What a user should know of how it was read."""


def extract(source: Path, model: ModelPatcher, target: Path) -> Extracted:
    """Write what the MODEL lacks of a StoryGen network.

    Args:
        source: a whole network; its other tensors must be the MODEL's.
        model: the Stable Diffusion 1.5 that it was trained from.
        target: a .safetensors file; it is written whole or not at all.

    Raises:
        UserError: as `weights.read`; no whole network; another MODEL; values that half precision has not.
    """
    found = weights.read(source)
    fitting(model, found)
    named, _ = weights.opened(source)
    compared, furthest = _compare(named, model, source)
    own = {
        public(place, name): tensor.to(HALF).contiguous()
        for place, parts in found.blocks.items()
        for name, tensor in parts.items()
    }
    beyond = [name for name, tensor in own.items() if not bool(tensor.isfinite().all())]
    if beyond:
        raise UserError(
            f"{source.name} has values that float16 cannot hold, such as in {beyond[0]}: nothing was written; use the "
            "whole file."
        )
    if target.exists() and not _holds(target, own):
        raise UserError(f"{target.name} is there already and holds something else: choose another name, or delete it.")
    write_whole(target, save(own, {"format": "pt", **({"stage": found.stage} if found.stage else {})}))
    if not _holds(target, own):
        raise UserError(f"{target} does not hold what was written to it: see to the disk, and run again.")
    sizes = source.stat().st_size / 1e6, target.stat().st_size / 1e6
    return Extracted(len(own), compared, furthest, sizes, found.notes)


def _compare(named: Mapping[str, torch.Tensor], model: ModelPatcher, source: Path) -> tuple[int, float]:
    """Hold every other tensor of the network against the MODEL's, which takes its place from now on."""
    network: Any = model.model
    names = unet_to_diffusers(network.model_config.unet_config)
    base = model.get_key_patches("diffusion_model.")
    others = {name: tensor for name, tensor in named.items() if NETWORK.match(name) and not _own(name)}
    missing = [
        name for name in names if name not in others and not _own(name) and f"diffusion_model.{names[name]}" in base
    ]
    if missing:
        raise UserError(
            f"{source.name} lacks {len(missing)} tensors of a whole network, such as {missing[0]}: there is nothing to "
            "extract; use it as it is."
        )
    progress, furthest, apart = Progress(len(others)), 0.0, []
    for name, tensor in others.items():
        there = base.get(f"diffusion_model.{names.get(name)}")
        distance, near = _apart(tensor, *there[0]) if there else (math.inf, 0.0)
        furthest = max(furthest, distance)
        if not distance <= near:  # neither holds with a NaN
            apart.append(name)
        progress.step()
    if apart:
        more = f" and {len(apart) - SHOWN} more" if len(apart) > SHOWN else ""
        raise UserError(
            f"{source.name} was not trained from this MODEL: {', '.join(apart[:SHOWN])}{more} differ, by up to "
            f"{furthest:.2g} of their largest value. Nothing was written; connect the SD 1.5 that it was trained from."
        )
    return len(others), furthest


def _own(name: str) -> bool:
    block = BLOCK.fullmatch(name)
    return block is not None and block[2] in PARTS


def _apart(tensor: torch.Tensor, weight: torch.Tensor, read: Any) -> tuple[float, float]:
    """The largest difference from a MODEL's weight, of 1 for the largest value, and what rounding explains of it.

    The weight is the one below LoRAs and the like.
    """
    if weight.shape != tensor.shape:
        return math.inf, 0.0
    one, other = read(weight.to("cpu", torch.float32, copy=True), inplace=True), tensor.float()
    distance = float((one - other).abs().max() / other.abs().max().clamp(min=1e-12))
    return distance, max(torch.finfo(kind).eps for kind in (HALF, weight.dtype))


def _holds(target: Path, own: Mapping[str, torch.Tensor]) -> bool:
    """Whether a file, read as Load StoryGen reads it, gives exactly these tensors."""
    blocks = weights.read(target).blocks
    again = {public(place, name): tensor for place, parts in blocks.items() for name, tensor in parts.items()}
    return again.keys() == own.keys() and all(torch.equal(again[name], own[name]) for name in own)
