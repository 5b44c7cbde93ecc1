"""DiffSTE's network as a native ComfyUI model: Stable Diffusion 1.5's inpainting UNet with two of every transformer.

At each of its 16 places one spatial transformer reads the instruction and another one the characters, side by side;
their mean goes on. Source: the public DiffSTE repository, UNet2DMultiConditionModel (arXiv 2304.05568).
"""

# pyright: reportMissingParameterType=false
# The signatures are ComfyUI's.

from typing import Any, cast

import comfy.conds
import comfy.ops
import torch
from comfy import latent_formats
from comfy.ldm.modules.attention import SpatialTransformer, attention_pytorch
from comfy.ldm.modules.diffusionmodules.openaimodel import TimestepEmbedSequential, UNetModel
from comfy.model_base import BaseModel, ModelType
from comfy.supported_models import SD15
from comfy.utils import unet_to_diffusers

from ..ground import UserError
from .layout import LATENT, SEEN, Sizes

CHARACTERS = "diffste_characters"
"""Where a conditioning keeps its character embeddings, `[B,20,32]`."""
# What other packs hang onto a model reads contexts of the text's width; the character branch is none of their business.
FOR_TEXT_ONLY = ("patches", "patches_replace")


class DualTransformer(SpatialTransformer):
    """The mean of a transformer that reads text and one that reads characters; without characters the text's alone."""

    def __init__(self, text: SpatialTransformer, char: SpatialTransformer) -> None:
        torch.nn.Module.__init__(self)  # this is no third transformer: ComfyUI knows its kind by the class
        self.text, self.char = text, char

    def forward(self, x, context=None, transformer_options: dict[str, Any] = {}):  # noqa: B006
        """As ComfyUI's UNet calls a transformer."""
        seen = self.text(x, context, transformer_options)
        characters = transformer_options.get(CHARACTERS)
        if characters is None:
            return seen
        own = {name: value for name, value in transformer_options.items() if name not in FOR_TEXT_ONLY}
        own["optimized_attention_override"] = _plain_attention
        return (seen + self.char(x, characters, own)) / 2


def _plain_attention(_attention, *args, **kwargs):
    """Two heads of up to 640: wider than flash, sage and xformers take."""
    return attention_pytorch(*args, **kwargs)


class DualUNet(UNetModel):
    """A UNet of Stable Diffusion 1.x whose every transformer is a pair."""

    def __init__(self, char_heads: int, char_dim: int, device=None, operations=comfy.ops.disable_weight_init, **config):
        super().__init__(device=device, operations=operations, **config)
        kind: dict[str, Any] = {"dtype": self.dtype, "device": device, "operations": operations}
        for block in [block for block in self.modules() if isinstance(block, TimestepEmbedSequential)]:
            for place, layer in enumerate(block):
                if isinstance(layer, SpatialTransformer):
                    width = layer.in_channels
                    char = SpatialTransformer(width, char_heads, width // char_heads, context_dim=char_dim, **kind)
                    block[place] = DualTransformer(layer, char)

    def forward(
        self, x, timesteps=None, context=None, y=None, control=None, transformer_options=None, characters=None, **kwargs
    ):
        """As BaseModel calls a UNet; `characters` `[B,20,32]` reach the transformers by their options."""
        options = {**(transformer_options or {}), CHARACTERS: characters}
        return super().forward(x, timesteps, context, y, control, options, **kwargs)


class DiffSTE(BaseModel):
    """What ComfyUI's samplers call."""

    def __init__(self, config: SD15, device=None) -> None:
        super().__init__(config, ModelType.EPS, device=device, unet_model=DualUNet)
        self.set_inpaint()

    def extra_conds(self, **kwargs):
        """The conditioning's characters go beside its text to the network."""
        characters = kwargs.get(CHARACTERS)
        if characters is None:
            raise UserError(
                "DiffSTE needs the characters beside the instruction: its conditioning comes from Edit Text in Image, "
                "not from CLIP Text Encode."
            )
        return {**super().extra_conds(**kwargs), "characters": comfy.conds.CONDRegular(characters)}


def configuration(sizes: Sizes) -> SD15:
    """ComfyUI's description of a network of these sizes."""
    levels = len(sizes.channels)
    width = sizes.channels[0]
    # The innermost level has no transformers.
    config = SD15(
        {
            "image_size": 32,
            "in_channels": SEEN,
            "out_channels": LATENT,
            "model_channels": width,
            "channel_mult": [channels // width for channels in sizes.channels],
            "num_res_blocks": [2] * levels,
            "transformer_depth": [1, 1] * (levels - 1) + [0, 0],
            "transformer_depth_output": [1, 1, 1] * (levels - 1) + [0, 0, 0],
            "transformer_depth_middle": 1,
            "context_dim": sizes.text_dim,
            "use_spatial_transformer": True,
            "use_linear_in_transformer": False,
            "char_heads": sizes.char_heads,
            "char_dim": sizes.char_dim,
        }
    )
    config.unet_config["num_heads"] = sizes.text_heads
    config.latent_format = cast(Any, latent_formats.SD15(scale_factor=sizes.latent_scale))
    return config


def native_names(sizes: Sizes) -> dict[str, str]:
    """Public name -> ComfyUI's name, for every tensor of the network."""
    names = {}
    for public, native in unet_to_diffusers(configuration(sizes).unet_config).items():
        if ".attentions." not in public:
            names[public] = native
            continue
        # middle_block.1.norm.weight, input_blocks.4.1.norm.weight: the transformer's own place, then what is in it.
        place = 2 if native.startswith("middle_block") else 3
        parts = native.split(".")
        for branch in ("text", "char"):
            names[public.replace(".attentions.", f".attentions.{branch}.")] = ".".join(
                [*parts[:place], branch, *parts[place:]]
            )
    return names
