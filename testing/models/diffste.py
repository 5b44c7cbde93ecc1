"""DiffSTE checkpoints of small random weights in the exact layout of the public file: every name, every kind of shape.

Written from the layout's description alone, so that it also holds the loader to the layout.
"""

import collections
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class Size:
    """The public file: (320, 640, 1280, 1280), 768, 12, (128, 256, 512, 512)."""

    channels: tuple[int, ...] = (32, 64, 128, 128)
    text: int = 64
    text_layers: int = 12
    vae: tuple[int, ...] = (32, 64, 128, 128)
    char: int = 32
    length: int = 20


PUBLIC = Size((320, 640, 1280, 1280), 768, 12, (128, 256, 512, 512))


class Draw(dict):
    """Named tensors, normal with std = gain / sqrt(fan in)."""

    def __init__(self, seed: int, dtype: torch.dtype = torch.float32) -> None:
        self._random = torch.Generator().manual_seed(seed)
        self._dtype = dtype

    def tensor(self, name: str, *shape: int, spread: float = 1.0) -> None:
        self[name] = (torch.randn(shape, generator=self._random) * spread).to(self._dtype)

    def layer(self, name: str, *shape: int, bias: bool = True, gain: float = 1.0) -> None:
        fan = 1
        for side in shape[1:]:
            fan *= side
        self.tensor(f"{name}.weight", *shape, spread=gain / fan**0.5)
        if bias:
            self.tensor(f"{name}.bias", shape[0], spread=0.05)

    def norm(self, name: str, width: int) -> None:
        self.tensor(f"{name}.weight", width, spread=0.1)
        self[f"{name}.weight"] += 1
        self.tensor(f"{name}.bias", width, spread=0.1)

    def resnet(self, name: str, into: int, out: int, time: int | None) -> None:
        self.norm(f"{name}.norm1", into)
        self.layer(f"{name}.conv1", out, into, 3, 3)
        if time:
            self.layer(f"{name}.time_emb_proj", out, time)
        self.norm(f"{name}.norm2", out)
        self.layer(f"{name}.conv2", out, out, 3, 3)
        if into != out:
            self.layer(f"{name}.conv_shortcut", out, into, 1, 1)

    def transformer(self, name: str, width: int, context: int) -> None:
        self.norm(f"{name}.norm", width)
        self.layer(f"{name}.proj_in", width, width, 1, 1)
        block = f"{name}.transformer_blocks.0"
        for attention, source in (("attn1", width), ("attn2", context)):
            self.layer(f"{block}.{attention}.to_q", width, width, bias=False)
            self.layer(f"{block}.{attention}.to_k", width, source, bias=False)
            self.layer(f"{block}.{attention}.to_v", width, source, bias=False)
            self.layer(f"{block}.{attention}.to_out.0", width, width)
        for number in (1, 2, 3):
            self.norm(f"{block}.norm{number}", width)
        self.layer(f"{block}.ff.net.0.proj", 8 * width, width)
        self.layer(f"{block}.ff.net.2", width, 4 * width)
        self.layer(f"{name}.proj_out", width, width, 1, 1)


def tensors(size: Size = Size(), seed: int = 0, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """A whole `state_dict`: 1102 + 248 + 197 + 3 tensors."""
    draw = Draw(seed, dtype)
    _unet(draw, size)
    _vae(draw, size.vae)
    _text(draw, size.text, size.text_layers)
    draw.tensor("char_embedder.char_embedding.weight", 95, size.char)
    draw["char_embedder.char_embedding.weight"][0] = 0  # the padding row is never trained
    draw.tensor("char_embedder.position_embedding.weight", size.length, size.char)
    draw["char_embedder.position_ids"] = torch.arange(size.length)[None]
    return dict(draw)


def _unet(draw: Draw, size: Size) -> None:
    channels, time = size.channels, 4 * size.channels[0]

    def both(place: str, number: int, width: int) -> None:
        draw.transformer(f"{place}.attentions.text.{number}", width, size.text)
        draw.transformer(f"{place}.attentions.char.{number}", width, size.char)

    draw.layer("unet.conv_in", channels[0], 9, 3, 3)
    draw.layer("unet.time_embedding.linear_1", time, channels[0])
    draw.layer("unet.time_embedding.linear_2", time, time)
    skips, into = [channels[0]], channels[0]
    for level, width in enumerate(channels):
        place = f"unet.down_blocks.{level}"
        for number in (0, 1):
            draw.resnet(f"{place}.resnets.{number}", into, width, time)
            into = width
            if level < 3:
                both(place, number, width)
            skips.append(width)
        if level < 3:
            draw.layer(f"{place}.downsamplers.0.conv", width, width, 3, 3)
            skips.append(width)
    for number in (0, 1):
        draw.resnet(f"unet.mid_block.resnets.{number}", into, into, time)
    both("unet.mid_block", 0, into)
    for level, width in enumerate(reversed(channels)):
        place = f"unet.up_blocks.{level}"
        for number in (0, 1, 2):
            draw.resnet(f"{place}.resnets.{number}", into + skips.pop(), width, time)
            into = width
            if level > 0:
                both(place, number, width)
        if level < 3:
            draw.layer(f"{place}.upsamplers.0.conv", width, width, 3, 3)
    draw.norm("unet.conv_norm_out", into)
    draw.layer("unet.conv_out", 4, into, 3, 3)


def _vae(draw: Draw, channels: tuple[int, ...]) -> None:
    def middle(place: str, width: int) -> None:
        for number in (0, 1):
            draw.resnet(f"{place}.mid_block.resnets.{number}", width, width, None)
        attention = f"{place}.mid_block.attentions.0"
        draw.norm(f"{attention}.group_norm", width)
        for part in ("query", "key", "value", "proj_attn"):
            draw.layer(f"{attention}.{part}", width, width)

    into = channels[0]
    draw.layer("vae.encoder.conv_in", into, 3, 3, 3)
    for level, width in enumerate(channels):
        for number in (0, 1):
            draw.resnet(f"vae.encoder.down_blocks.{level}.resnets.{number}", into, width, None)
            into = width
        if level < 3:
            draw.layer(f"vae.encoder.down_blocks.{level}.downsamplers.0.conv", width, width, 3, 3)
    middle("vae.encoder", into)
    draw.norm("vae.encoder.conv_norm_out", into)
    draw.layer("vae.encoder.conv_out", 8, into, 3, 3)
    draw.layer("vae.quant_conv", 8, 8, 1, 1)
    draw.layer("vae.post_quant_conv", 4, 4, 1, 1)
    draw.layer("vae.decoder.conv_in", into, 4, 3, 3)
    middle("vae.decoder", into)
    for level, width in enumerate(reversed(channels)):
        for number in (0, 1, 2):
            draw.resnet(f"vae.decoder.up_blocks.{level}.resnets.{number}", into, width, None)
            into = width
        if level < 3:
            draw.layer(f"vae.decoder.up_blocks.{level}.upsamplers.0.conv", width, width, 3, 3)
    draw.norm("vae.decoder.conv_norm_out", into)
    draw.layer("vae.decoder.conv_out", 3, into, 3, 3, gain=0.3)


def _text(draw: Draw, width: int, layers: int) -> None:
    text = "text_encoder.text_model"
    draw.tensor(f"{text}.embeddings.token_embedding.weight", 49408, width, spread=0.3)
    draw.tensor(f"{text}.embeddings.position_embedding.weight", 77, width, spread=0.3)
    draw[f"{text}.embeddings.position_ids"] = torch.arange(77)[None]
    for number in range(layers):
        layer = f"{text}.encoder.layers.{number}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            draw.layer(f"{layer}.self_attn.{part}", width, width)
        draw.layer(f"{layer}.mlp.fc1", 4 * width, width)
        draw.layer(f"{layer}.mlp.fc2", width, 4 * width)
        draw.norm(f"{layer}.layer_norm1", width)
        draw.norm(f"{layer}.layer_norm2", width)
    draw.norm(f"{text}.final_layer_norm", width)


def lightning(path: Path, state: dict[str, torch.Tensor], scale: float | None = 0.18215, **more: Any) -> Path:
    """The file as PyTorch Lightning 1.9 leaves it after a mixed-precision run, OmegaConf pickles and moments included.

    Args:
        scale: the VAE's normalizer that the settings state; None for a file without hyper-parameters.
        more: further top-level entries.
    """
    from omegaconf import OmegaConf

    config = {
        "unet": {"attention_head_dim": {"text": 8, "char": 2}, "cross_attention_dim": {"text": 768, "char": 32}},
        "vae": {"pretrained_model_path": "vae.ckpt", "normalizer": scale},
        "char_embedder": {"vocab_size": 95, "max_length": 20, "attention_head_dim": 2},
    }
    moments = {0: {"step": 1.0, "exp_avg": torch.ones(64, 64), "exp_avg_sq": torch.ones(64, 64)}}
    content = {
        "epoch": 14,
        "global_step": 7800,
        "pytorch-lightning_version": "1.9.0",
        "state_dict": collections.OrderedDict(state),
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"current": {"ready": 15}}}},
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": None, "kth_value": torch.tensor(0.0)}},
        "optimizer_states": [{"state": moments, "param_groups": [{"lr": 5e-5, "betas": (0.9, 0.999), "params": [0]}]}],
        "lr_schedulers": [{"base_lrs": [5e-5], "last_epoch": 7800}],
        "NativeMixedPrecisionPlugin": {"scale": 65536.0, "growth_factor": 2.0, "_growth_tracker": 100},
        "hparams_name": "kwargs",
        "datamodule_hparams_name": "kwargs",
        "datamodule_hyper_parameters": {"data_config": OmegaConf.create({"batch_size": 4, "fonts": ["Mohave"]})},
        **more,
    }
    if scale is not None:
        content["hyper_parameters"] = {"config": OmegaConf.create(config)}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path)
    return path


def public_file(path: Path) -> Path:
    """The file that is asked for where only its layout matters."""
    return lightning(path, tensors())
