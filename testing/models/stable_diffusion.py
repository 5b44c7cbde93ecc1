"""Checkpoints of Stable Diffusion 1.5 with one level and of SDXL without text encoders, and a LoRA for the former."""

from pathlib import Path

import numpy as np

from .weights import Weights, save


def sd15(path: Path, seed: int = 0) -> Path:
    """A Stable Diffusion 1.5 checkpoint of one level, with TAESD in place of the VAE and CLIP-L at its real size."""
    weights = Weights(seed)
    unet, width, time = "model.diffusion_model.", 320, 1280
    weights.linear(f"{unet}time_embed.0", time, width)
    weights.linear(f"{unet}time_embed.2", time, time)
    weights.conv(f"{unet}input_blocks.0.0", width, 4)
    for block, into in (("input_blocks.1", width), ("output_blocks.0", 2 * width), ("output_blocks.1", 2 * width)):
        _residual(weights, f"{unet}{block}.0", into, width, time)
        _attention(weights, f"{unet}{block}.1", width)
    weights.norm(f"{unet}out.0", width)
    weights.conv(f"{unet}out.2", 4, width, gain=0.5)
    _taesd(weights)
    _clip(weights)
    return save(weights.half(), path)


def sdxl(path: Path, seed: int = 0) -> Path:
    """The smallest that ComfyUI takes for SDXL: KOALA's three levels, all of one width, with attention on the way down.

    It holds no text encoders, as those of SDXL cannot shrink; `TAESD` in place of the VAE.
    """
    weights = Weights(seed)
    unet, width, time = "model.diffusion_model.", 320, 1280
    for name, into in (("time_embed", width), ("label_emb.0", 2816)):
        weights.linear(f"{unet}{name}.0", time, into)
        weights.linear(f"{unet}{name}.2", time, time)
    weights.conv(f"{unet}input_blocks.0.0", width, 4)
    for number, blocks in ((1, 0), (3, 2), (5, 5)):
        _residual(weights, f"{unet}input_blocks.{number}.0", width, width, time)
        if blocks:
            _attention(weights, f"{unet}input_blocks.{number}.1", width, 2048, blocks, linear=True)
    for number in range(6):
        _residual(weights, f"{unet}output_blocks.{number}.0", 2 * width, width, time)
    for place in ("input_blocks.2.0.op", "input_blocks.4.0.op", "output_blocks.1.1.conv", "output_blocks.3.1.conv"):
        weights.conv(f"{unet}{place}", width, width)
    weights.norm(f"{unet}out.0", width)
    weights.conv(f"{unet}out.2", 4, width, gain=0.5)
    _taesd(weights)
    return save(weights.half(), path)


def lora(path: Path, seed: int = 0) -> Path:
    """A LoRA of rank 2 in kohya's layout for the network and text encoder of `sd15`."""
    weights = Weights(seed)
    attention = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_"
    sizes = {
        f"{attention}attn1_to_q": (320, 320),
        f"{attention}attn2_to_k": (320, 768),
        "lora_te_text_model_encoder_layers_0_self_attn_q_proj": (768, 768),
    }
    for name, (out, into) in sizes.items():
        weights.linear(f"{name}.lora_down", 2, into, bias=None)
        weights.linear(f"{name}.lora_up", out, 2, bias=None)
        weights[f"{name}.alpha"] = np.ones((), np.float32)
    return save(weights, path)


def _residual(weights: Weights, name: str, into: int, out: int, time: int) -> None:
    weights.norm(f"{name}.in_layers.0", into)
    weights.conv(f"{name}.in_layers.2", out, into)
    weights.linear(f"{name}.emb_layers.1", out, time)
    weights.norm(f"{name}.out_layers.0", out)
    weights.conv(f"{name}.out_layers.3", out, out)
    if into != out:
        weights.conv(f"{name}.skip_connection", out, into, size=1)


def _attention(
    weights: Weights, name: str, width: int, context: int = 768, blocks: int = 1, linear: bool = False
) -> None:
    weights.norm(f"{name}.norm", width)
    for part in ("proj_in", "proj_out"):
        if linear:
            weights.linear(f"{name}.{part}", width, width)
        else:
            weights.conv(f"{name}.{part}", width, width, size=1)
    for number in range(blocks):
        _transformer_block(weights, f"{name}.transformer_blocks.{number}", width, context)


def _transformer_block(weights: Weights, block: str, width: int, context: int) -> None:
    for attention, source in (("attn1", width), ("attn2", context)):
        weights.linear(f"{block}.{attention}.to_q", width, width, bias=None)
        for part in ("to_k", "to_v"):
            weights.linear(f"{block}.{attention}.{part}", width, source, bias=None)
        weights.linear(f"{block}.{attention}.to_out.0", width, width)
    for number in (1, 2, 3):
        weights.norm(f"{block}.norm{number}", width)
    weights.linear(f"{block}.ff.net.0.proj", 8 * width, width)
    weights.linear(f"{block}.ff.net.2", width, 4 * width)


def _clip(weights: Weights) -> None:
    text, width = "cond_stage_model.transformer.text_model.", 768
    weights.linear(f"{text}embeddings.token_embedding", 49408, width, bias=None)
    weights.linear(f"{text}embeddings.position_embedding", 77, width, bias=None)
    for layer in range(12):
        name = f"{text}encoder.layers.{layer}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            weights.linear(f"{name}.self_attn.{part}", width, width)
        weights.linear(f"{name}.mlp.fc1", 4 * width, width)
        weights.linear(f"{name}.mlp.fc2", width, 4 * width)
        for part in ("layer_norm1", "layer_norm2"):
            weights.norm(f"{name}.{part}", width)
    weights.norm(f"{text}final_layer_norm", width)


def _taesd(weights: Weights) -> None:
    def block(name: str) -> None:
        for layer in (0, 2, 4):
            weights.conv(f"{name}.conv.{layer}", 64, 64, gain=0.6)

    encoder, decoder = "first_stage_model.taesd_encoder", "first_stage_model.taesd_decoder"
    weights.conv(f"{encoder}.0", 64, 3)
    for number in (1, 3, 4, 5, 7, 8, 9, 11, 12, 13):
        block(f"{encoder}.{number}")
    for number in (2, 6, 10):
        weights.conv(f"{encoder}.{number}", 64, 64, bias=None)
    weights.conv(f"{encoder}.14", 4, 64)
    weights.conv(f"{decoder}.1", 64, 4)
    for number in (3, 4, 5, 8, 9, 10, 13, 14, 15, 18):
        block(f"{decoder}.{number}")
    for number in (7, 12, 17):
        weights.conv(f"{decoder}.{number}", 64, 64, bias=None)
    weights.conv(f"{decoder}.19", 3, 64, bias=0.5)
    weights["first_stage_model.vae_scale"] = np.array(1.0, np.float32)
    weights["first_stage_model.vae_shift"] = np.array(0.0, np.float32)
