"""StoryGen in ComfyUI's hands: its image attention in a ModelPatcher of its own, and put onto a MODEL."""

from dataclasses import dataclass
from typing import Any

import torch
from comfy import model_management
from comfy.model_patcher import ModelPatcher
from comfy.utils import get_attr, unet_to_diffusers, weight_dtype

from ..ground import UserError
from ..host.memory import patcher
from .comfy_attention import Block, ImageAttention, Patches
from .stage import AUTO_REGRESSIVE
from .weights import IMAGE, NORM, SELF, Weights

KEY = "dancheong_storygen"
QUERY = f".transformer_blocks.0.{SELF}.to_q.weight"
KINDS = {"input_blocks": "input", "middle_block": "middle", "output_blocks": "output"}
KEPT = [torch.float16, torch.bfloat16, torch.float32]


@dataclass(frozen=True)
class StoryGen:
    """A loaded StoryGen."""

    name: str
    weights: Weights
    attention: ModelPatcher
    """Of a ModuleDict: place with "-" for "." -> `ImageAttention`."""
    stage: str
    """What it was trained for, or was chosen."""

    def image_attention(self, place: str) -> ImageAttention:
        """That of one block."""
        modules: Any = self.attention.model
        return modules[_key(place)]


def load(name: str, weights: Weights, stage: str | None, kept: torch.dtype | None = None) -> StoryGen:
    """Put the image attention under ComfyUI's management.

    Args:
        stage: None for the file's own.
        kept: what the weights are kept in; None for what ComfyUI finds fit.
    """
    parts = [tensor for block in weights.blocks.values() for tensor in block.values()]
    kept = kept or model_management.unet_dtype(
        model_params=sum(tensor.numel() for tensor in parts),
        supported_dtypes=KEPT,
        weight_dtype=weight_dtype({str(number): tensor for number, tensor in enumerate(parts)}),
    )
    modules = torch.nn.ModuleDict()
    for place, width in weights.widths().items():
        attention = ImageAttention(width, kept)
        own = {part: tensor for part, tensor in weights.blocks[place].items() if part.startswith((IMAGE, NORM))}
        attention.load_state_dict(own)
        modules[_key(place)] = attention
    return StoryGen(name, weights, patcher(modules), stage or weights.stage or AUTO_REGRESSIVE)


def apply(model: ModelPatcher, storygen: StoryGen) -> ModelPatcher:
    """A MODEL that has StoryGen's self-attention, and its image attention wherever references are given.

    The MODEL that is given stays as it is; a LoRA that is on it stays on it, above StoryGen's weights.

    Raises:
        UserError: no Stable Diffusion 1.5 of the blocks that StoryGen has, or one that has a StoryGen already.
    """
    places = fitting(model, storygen.weights)
    patched = model.clone()
    patched.set_additional_models(KEY, [storygen.attention])
    for place, native in places.items():
        for part, tensor in storygen.weights.blocks[place].items():
            if part.startswith(SELF):
                _set_first(patched, f"diffusion_model.{native}.transformer_blocks.0.{part}", tensor)
    patches = Patches({block_of(native): storygen.image_attention(place) for place, native in places.items()})
    patched.set_model_patch(patches.middle, "middle_patch")
    patched.set_model_attn2_output_patch(patches.output)
    return patched


def fitting(model: ModelPatcher, weights: Weights | None) -> dict[str, str]:
    """Place in the names of diffusers -> in those of ComfyUI, where the MODEL is what the weights belong to.

    Args:
        weights: None where any Stable Diffusion 1.5 will do.

    Raises:
        UserError: it is not.
    """
    if model.get_additional_models_with_key(KEY):
        raise UserError(
            "Expected a MODEL without StoryGen, got one that has it already: connect the MODEL from before the other "
            "Apply StoryGen."
        )
    network: Any = model.model
    settings = network.model_config.unet_config
    places = native_places(model)
    widths = {place: len(get_attr(network.diffusion_model, native + QUERY)) for place, native in places.items()}
    told = type(network.model_config).__name__
    wanted = weights.widths() if weights else widths
    if settings.get("use_linear_in_transformer") or not widths or widths != wanted:
        asked = f" with the {len(wanted)} blocks of this StoryGen" if weights else ""
        origin = " that it was trained from" if weights else ""
        what = f"{told} with {len(widths)} blocks of self-attention" if widths else told
        raise UserError(
            f"Expected a MODEL of Stable Diffusion 1.5{asked}, got {what}: load the SD 1.5 checkpoint{origin}."
        )
    if settings["in_channels"] != network.latent_format.latent_channels:
        raise UserError(
            f"Expected a MODEL that draws whole pictures, got one with {settings['in_channels']} input channels, as "
            "inpainting has: load the plain SD 1.5 checkpoint."
        )
    return places


def native_places(model: ModelPatcher) -> dict[str, str]:
    """Place of every transformer in the names of diffusers -> in those of ComfyUI; {} for another architecture."""
    network: Any = model.model
    names = unet_to_diffusers(network.model_config.unet_config)
    return {
        name.removesuffix(QUERY): native.removesuffix(QUERY) for name, native in names.items() if name.endswith(QUERY)
    }


def _set_first(patched: ModelPatcher, key: str, tensor: torch.Tensor) -> None:
    """StoryGen's weight in place of the MODEL's, below every LoRA that is there: the last `set` would undo them."""
    patched.add_patches({key: ("set", (tensor,))})
    there = patched.patches[key]
    there.insert(0, there.pop())


def block_of(native: str) -> Block:
    """`input_blocks.1.1` -> ("input", 1), which is what patches are told; the middle is ("middle", 0)."""
    kind, number, *_ = native.split(".")
    return KINDS[kind], 0 if kind == "middle_block" else int(number)


def _key(place: str) -> str:
    """A place as the name of a module, which has no dots."""
    return place.replace(".", "-")
