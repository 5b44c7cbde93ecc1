"""What a picture model hears of a sentence: the outputs of its cross-attention, of which alone it learns what was said.

They do not depend on the order of the states, so two languages of different word order can be held against each other.
Queries are drawn at random through the layer's own norm, so the rest of the UNet is never run.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import torch

from ...ground import UserError
from .. import weights

BLOCK = re.compile(r"(.*transformer_blocks\.\d+\.)attn2\.to_q\.weight")
"""The same in single-file checkpoints and in diffusers' folders."""
PARTS = {"norm": "norm2.weight", "bias": "norm2.bias", "query": "attn2.to_q.weight", "key": "attn2.to_k.weight",
         "value": "attn2.to_v.weight", "out": "attn2.to_out.0.weight"}  # fmt: skip
SD1_WIDTH, SD1_HEADS, HEAD_WIDTH = 768, 8, 64
"""Stable Diffusion 1.x has 8 heads in every layer, later ones heads of 64."""


@dataclass(frozen=True)
class Layer:
    """One cross-attention of a UNet."""

    norm: torch.Tensor
    bias: torch.Tensor
    query: torch.Tensor
    key: torch.Tensor
    value: torch.Tensor
    out: torch.Tensor
    heads: int

    def queries(self, count: int, chance: torch.Generator) -> torch.Tensor:
        """What random places of a picture would ask: float [1, heads, count, width of a head]."""
        places = torch.randn(count, len(self.norm), generator=chance).to(self.norm.device)
        seen = torch.nn.functional.layer_norm(places, self.norm.shape, self.norm, self.bias)
        return self._heads((seen @ self.query.T)[None])

    def answers(self, queries: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """What they hear: float [B, count, channels].

        Args:
            states: [B, positions, width].
        """
        keys, values = self._heads(states @ self.key.T), self._heads(states @ self.value.T)
        asked = queries.expand(len(states), -1, -1, -1)
        heard = torch.nn.functional.scaled_dot_product_attention(asked, keys, values)
        return heard.transpose(1, 2).flatten(2) @ self.out.T

    def _heads(self, rows: torch.Tensor) -> torch.Tensor:
        return rows.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def file_of(path: Path) -> Path:
    """The file that is meant by a file or by a UNet's folder.

    Raises:
        UserError: there is none.
    """
    file = next(iter(sorted(path.glob("*.safetensors"))), path) if path.is_dir() else path
    if not file.is_file():
        raise UserError(f"{path} holds no UNet: give a checkpoint, or a UNet's .safetensors file or its folder.")
    return file


def read(path: Path, width: int, heads: int | None, device: torch.device | str = "cpu") -> list[Layer]:
    """The cross-attentions of a UNet, frozen.

    Args:
        path: a checkpoint, or the UNet's file of a diffusers folder, or such a folder.
        width: of the states that it must listen to.
        heads: in each layer; None for what the public models have.

    Raises:
        UserError: no UNet, one that listens to states of another width, or heads that do not divide a layer.
    """
    file = file_of(path)
    found, _ = weights.load_tensors(file)
    prefixes = [match[1] for name in sorted(found) if (match := BLOCK.fullmatch(name))]
    if not prefixes:
        raise UserError(f"{file.name} holds no UNet with cross-attention: give the checkpoint of a picture model.")
    layers: list[Layer] = []
    for prefix in prefixes:
        lacking = [part for part in PARTS.values() if prefix + part not in found]
        if lacking:
            raise UserError(f"{file.name} is no whole UNet: {prefix}{lacking[0]} is missing; get it again.")
        parts = {name: found[prefix + part].float().to(device) for name, part in PARTS.items()}
        channels, listens = parts["key"].shape
        if listens != width:
            raise UserError(
                f"{file.name} listens to states of width {listens}, the teacher makes states of width {width}: give "
                "the picture model that the teacher belongs to, or leave it out."
            )
        own = heads or (SD1_HEADS if width == SD1_WIDTH else max(1, channels // HEAD_WIDTH))
        if channels % own:
            raise UserError(
                f"{channels} channels of {file.name} cannot be shared among {own} heads: give its own number."
            )
        layers.append(Layer(**parts, heads=own))
    return layers
