"""StoryGen networks of small random weights in the exact layout of the public file: every name, every kind of shape.

Written from the layout's description alone, so that it also holds the loader to the layout.
"""

import re
from pathlib import Path

import torch
from safetensors.torch import load_file

from . import stable_diffusion
from .diffste import Draw

CHANNELS, CONTEXT = (32, 64, 96, 96), 32
"""The public file: (320, 640, 1280, 1280) and 768."""
NETWORK = "model.diffusion_model."
NAMES = {
    NETWORK: "",
    "input_blocks.0.0.": "conv_in.",
    "input_blocks.1.0.": "down_blocks.0.resnets.0.",
    "input_blocks.1.1.": "down_blocks.0.attentions.0.",
    "output_blocks.0.0.": "up_blocks.0.resnets.0.",
    "output_blocks.0.1.": "up_blocks.0.attentions.0.",
    "output_blocks.1.0.": "up_blocks.0.resnets.1.",
    "output_blocks.1.1.": "up_blocks.0.attentions.1.",
    "in_layers.0.": "norm1.",
    "in_layers.2.": "conv1.",
    "emb_layers.1.": "time_emb_proj.",
    "out_layers.0.": "norm2.",
    "out_layers.3.": "conv2.",
    "skip_connection.": "conv_shortcut.",
    "time_embed.0.": "time_embedding.linear_1.",
    "time_embed.2.": "time_embedding.linear_2.",
}
"""Of `stable_diffusion.sd15`: ComfyUI's name -> diffusers', in this order."""
LAST = re.compile(r"^out\.([02])\.")


def tensors(channels: tuple[int, ...] = CHANNELS, context: int = CONTEXT, seed: int = 0) -> dict[str, torch.Tensor]:
    """A whole network: Stable Diffusion 1.5's 686 tensors and StoryGen's 112."""
    draw, time = Draw(seed), 4 * channels[0]
    draw.layer("conv_in", channels[0], 4, 3, 3)
    draw.layer("time_embedding.linear_1", time, channels[0])
    draw.layer("time_embedding.linear_2", time, time)

    def attend(place: str, width: int) -> None:
        draw.transformer(place, width, context)
        look(draw, f"{place}.transformer_blocks.0", width)

    skips, into = [channels[0]], channels[0]
    for level, width in enumerate(channels):
        place = f"down_blocks.{level}"
        for number in (0, 1):
            draw.resnet(f"{place}.resnets.{number}", into, width, time)
            into = width
            if level < 3:
                attend(f"{place}.attentions.{number}", width)
            skips.append(width)
        if level < 3:
            draw.layer(f"{place}.downsamplers.0.conv", width, width, 3, 3)
            skips.append(width)
    for number in (0, 1):
        draw.resnet(f"mid_block.resnets.{number}", into, into, time)
    attend("mid_block.attentions.0", into)
    for level, width in enumerate(reversed(channels)):
        place = f"up_blocks.{level}"
        for number in (0, 1, 2):
            draw.resnet(f"{place}.resnets.{number}", into + skips.pop(), width, time)
            into = width
            if level > 0:
                attend(f"{place}.attentions.{number}", width)
        if level < 3:
            draw.layer(f"{place}.upsamplers.0.conv", width, width, 3, 3)
    draw.norm("conv_norm_out", into)
    draw.layer("conv_out", 4, into, 3, 3)
    return dict(draw)


def look(draw: Draw, block: str, width: int) -> None:
    """A block's image attention."""
    for part in ("to_q", "to_k", "to_v"):
        draw.layer(f"{block}.attn3.{part}", width, width, bias=False)
    draw.layer(f"{block}.attn3.to_out.0", width, width)
    draw.norm(f"{block}.norm4", width)


def published(folder: Path, seed: int = 0) -> Path:
    """The published folder with a whole network in it, over `stable_diffusion.sd15`, in half precision."""
    source = stable_diffusion.sd15(folder / "sd15.safetensors")
    plain = {_public(name): tensor for name, tensor in load_file(source).items() if name.startswith(NETWORK)}
    source.unlink()
    draw = Draw(seed, torch.float16)
    for place in ("down_blocks.0.attentions.0", "up_blocks.0.attentions.0", "up_blocks.0.attentions.1"):
        block = f"{place}.transformer_blocks.0"
        for part in ("to_q", "to_k", "to_v"):
            draw.layer(f"{block}.attn1.{part}", 320, 320, bias=False)
        draw.layer(f"{block}.attn1.to_out.0", 320, 320)
        look(draw, block, 320)
    (folder / "unet").mkdir()
    torch.save(plain | dict(draw), folder / "unet" / "diffusion_pytorch_model.bin")
    return folder


def _public(name: str) -> str:
    """A tensor of `stable_diffusion.sd15` under its name in diffusers."""
    for native, public in NAMES.items():
        name = name.replace(native, public, 1)
    return LAST.sub(lambda part: "conv_norm_out." if part[1] == "0" else "conv_out.", name)


def model(weights: dict[str, torch.Tensor], channels: tuple[int, ...] = CHANNELS, context: int = CONTEXT):
    """Stable Diffusion 1.5 of these sizes as a MODEL of ComfyUI, with what of the tensors is Stable Diffusion's.

    Args:
        weights: names of `tensors`.
    """
    from comfy import model_base, model_management, supported_models
    from comfy.model_patcher import ModelPatcher
    from comfy.utils import unet_to_diffusers

    config = supported_models.SD15(
        {
            "image_size": 32,
            "in_channels": 4,
            "out_channels": 4,
            "model_channels": channels[0],
            "num_res_blocks": [2, 2, 2, 2],
            "channel_mult": [width // channels[0] for width in channels],
            "transformer_depth": [1, 1, 1, 1, 1, 1, 0, 0],
            "transformer_depth_middle": 1,
            "transformer_depth_output": [1] * 9 + [0] * 3,
            "context_dim": context,
            "use_spatial_transformer": True,
            "use_linear_in_transformer": False,
            "adm_in_channels": None,
            "use_temporal_attention": False,
        }
    )
    config.set_inference_dtype(torch.float32, None)
    whole = model_base.BaseModel(config, model_base.ModelType.EPS)
    names = unet_to_diffusers(config.unet_config)
    missing = whole.diffusion_model.load_state_dict(
        {native: weights[public] for public, native in names.items() if public in weights}
    )
    assert not missing.missing_keys, missing
    return ModelPatcher(whole, model_management.get_torch_device(), model_management.unet_offload_device())
