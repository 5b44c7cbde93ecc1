"""Which tensors a DiffSTE file holds, and of which shapes: every one of them, by its public name.

Source: UNet2DMultiConditionModel and CharEmbedder of the public DiffSTE repository (arXiv 2304.05568), AutoencoderKL of
diffusers 0.8, CLIPTextModel of transformers 4.26.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

UNET, VAE, TEXT, CHARACTERS = "unet.", "vae.", "text_encoder.", "char_embedder."
LEVELS, GROUP = 4, 32
"""Of UNet and VAE; group norms share out the channels of each in groups of 32."""
LATENT = 4
SEEN = 2 * LATENT + 1
"""Channels that the UNet sees: the noisy latent, the mask, the picture's latent around it."""
CLIP_LAYERS, CLIP_HEAD, CLIP_TOKENS, CLIP_LENGTH = 12, 64, 49408, 77
ALPHABET = 95
KINDS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
Shape = tuple[int, ...]
Named = Iterator[tuple[str, Shape]]


@dataclass(frozen=True)
class Sizes:
    """Everything that shapes the networks."""

    channels: tuple[int, ...]
    """Of the UNet's levels; 320, 640, 1280, 1280 in the public file."""
    text_dim: int
    char_dim: int
    text_heads: int
    char_heads: int
    length: int
    """Most characters of a word, and tokens of an instruction."""
    latent_scale: float
    vae_channels: tuple[int, ...]

    def faults(self) -> list[str]:
        """What no network can be built of, in words."""
        found = [
            f"{part} has levels of {', '.join(map(str, channels))} channels"
            for part, channels in (("unet", self.channels), ("vae", self.vae_channels))
            if len(channels) != LEVELS
            or min(channels) < 1
            or any(width % GROUP or width % channels[0] for width in channels)
        ]
        for name, heads in (("text", self.text_heads), ("char", self.char_heads)):
            if heads < 1 or any(width % heads for width in self.channels):
                found.append(f"{heads} {name} heads do not share out {self.channels[0]} channels")
        if self.text_dim % CLIP_HEAD or min(self.text_dim, self.char_dim) < 1:
            found.append(f"a token has {self.text_dim} numbers and a character {self.char_dim}")
        if not 2 < self.length <= CLIP_LENGTH:
            found.append(f"a word has up to {self.length} characters")
        return found


def faults(expected: Mapping[str, Shape], given: Mapping[str, torch.Tensor]) -> list[str]:
    """What is missing, too much, of another shape or kind, or no number, in words."""
    found = [f"{name} is missing" for name in expected if name not in given]
    found += [f"{name} is not known" for name in given if name not in expected]
    for name, tensor in given.items():
        if name in expected and tuple(tensor.shape) != expected[name]:
            found.append(f"{name} is {list(tensor.shape)}, expected {list(expected[name])}")
        elif tensor.dtype not in KINDS:
            found.append(f"{name} is {str(tensor.dtype).removeprefix('torch.')}, expected float32 or float16")
        elif not torch.stack(tensor.aminmax()).isfinite().all():
            found.append(f"{name} holds values that are not numbers")
    return found


def unet(sizes: Sizes) -> dict[str, Shape]:
    """Every tensor of the network."""
    return dict(_unet(sizes))


def vae(sizes: Sizes) -> dict[str, Shape]:
    """Every tensor of the autoencoder."""
    return dict(_vae(sizes.vae_channels))


def text(sizes: Sizes) -> dict[str, Shape]:
    """Every tensor of the text encoder."""
    return dict(_text(sizes.text_dim))


def characters(sizes: Sizes) -> dict[str, Shape]:
    """Both tables of the characters."""
    return {
        "char_embedding.weight": (ALPHABET, sizes.char_dim),
        "position_embedding.weight": (sizes.length, sizes.char_dim),
    }


def _layer(name: str, *shape: int) -> Named:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _resnet(name: str, into: int, out: int, time: int = 0) -> Named:
    yield from _layer(f"{name}.norm1", into)
    yield from _layer(f"{name}.conv1", out, into, 3, 3)
    if time:
        yield from _layer(f"{name}.time_emb_proj", out, time)
    yield from _layer(f"{name}.norm2", out)
    yield from _layer(f"{name}.conv2", out, out, 3, 3)
    if into != out:
        yield from _layer(f"{name}.conv_shortcut", out, into, 1, 1)


def _transformer(name: str, width: int, context: int) -> Named:
    yield from _layer(f"{name}.norm", width)
    yield from _layer(f"{name}.proj_in", width, width, 1, 1)
    block = f"{name}.transformer_blocks.0"
    for attention, source in (("attn1", width), ("attn2", context)):
        yield f"{block}.{attention}.to_q.weight", (width, width)
        yield f"{block}.{attention}.to_k.weight", (width, source)
        yield f"{block}.{attention}.to_v.weight", (width, source)
        yield from _layer(f"{block}.{attention}.to_out.0", width, width)
    for number in (1, 2, 3):
        yield from _layer(f"{block}.norm{number}", width)
    yield from _layer(f"{block}.ff.net.0.proj", 8 * width, width)
    yield from _layer(f"{block}.ff.net.2", width, 4 * width)
    yield from _layer(f"{name}.proj_out", width, width, 1, 1)


def _unet(sizes: Sizes) -> Named:
    channels, time = sizes.channels, 4 * sizes.channels[0]

    def pair(place: str, number: int, width: int) -> Named:
        yield from _transformer(f"{place}.attentions.text.{number}", width, sizes.text_dim)
        yield from _transformer(f"{place}.attentions.char.{number}", width, sizes.char_dim)

    yield from _layer("conv_in", channels[0], SEEN, 3, 3)
    yield from _layer("time_embedding.linear_1", time, channels[0])
    yield from _layer("time_embedding.linear_2", time, time)
    into, skips = channels[0], [channels[0]]
    for level, width in enumerate(channels):
        place, innermost = f"down_blocks.{level}", level == LEVELS - 1
        for number in range(2):
            yield from _resnet(f"{place}.resnets.{number}", into, width, time)
            if not innermost:
                yield from pair(place, number, width)
            into = width
            skips.append(width)
        if not innermost:
            yield from _layer(f"{place}.downsamplers.0.conv", width, width, 3, 3)
            skips.append(width)
    for number in range(2):
        yield from _resnet(f"mid_block.resnets.{number}", into, into, time)
    yield from pair("mid_block", 0, into)
    for level, width in enumerate(reversed(channels)):
        place = f"up_blocks.{level}"
        for number in range(3):
            yield from _resnet(f"{place}.resnets.{number}", into + skips.pop(), width, time)
            if level:
                yield from pair(place, number, width)
            into = width
        if level < LEVELS - 1:
            yield from _layer(f"{place}.upsamplers.0.conv", width, width, 3, 3)
    yield from _layer("conv_norm_out", into)
    yield from _layer("conv_out", LATENT, into, 3, 3)


def _vae(channels: tuple[int, ...]) -> Named:
    first, last = channels[0], channels[-1]
    yield from _layer("encoder.conv_in", first, 3, 3, 3)
    yield from _vae_levels("encoder.down_blocks", first, channels, 2, "downsamplers")
    yield from _vae_middle("encoder", last)
    yield from _layer("encoder.conv_norm_out", last)
    yield from _layer("encoder.conv_out", 2 * LATENT, last, 3, 3)
    yield from _layer("quant_conv", 2 * LATENT, 2 * LATENT, 1, 1)
    yield from _layer("post_quant_conv", LATENT, LATENT, 1, 1)
    yield from _layer("decoder.conv_in", last, LATENT, 3, 3)
    yield from _vae_middle("decoder", last)
    yield from _vae_levels("decoder.up_blocks", last, channels[::-1], 3, "upsamplers")
    yield from _layer("decoder.conv_norm_out", first)
    yield from _layer("decoder.conv_out", 3, first, 3, 3)


def _vae_levels(place: str, into: int, channels: tuple[int, ...], resnets: int, sampler: str) -> Named:
    for level, width in enumerate(channels):
        for number in range(resnets):
            yield from _resnet(f"{place}.{level}.resnets.{number}", into, width)
            into = width
        if level < LEVELS - 1:
            yield from _layer(f"{place}.{level}.{sampler}.0.conv", width, width, 3, 3)


def _vae_middle(place: str, width: int) -> Named:
    for number in range(2):
        yield from _resnet(f"{place}.mid_block.resnets.{number}", width, width)
    attention = f"{place}.mid_block.attentions.0"
    yield from _layer(f"{attention}.group_norm", width)
    for part in ("query", "key", "value", "proj_attn"):
        yield from _layer(f"{attention}.{part}", width, width)


def _text(width: int) -> Named:
    yield "text_model.embeddings.token_embedding.weight", (CLIP_TOKENS, width)
    yield "text_model.embeddings.position_embedding.weight", (CLIP_LENGTH, width)
    for number in range(CLIP_LAYERS):
        layer = f"text_model.encoder.layers.{number}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from _layer(f"{layer}.self_attn.{part}", width, width)
        yield from _layer(f"{layer}.mlp.fc1", 4 * width, width)
        yield from _layer(f"{layer}.mlp.fc2", width, 4 * width)
        yield from _layer(f"{layer}.layer_norm1", width)
        yield from _layer(f"{layer}.layer_norm2", width)
    yield from _layer("text_model.final_layer_norm", width)
