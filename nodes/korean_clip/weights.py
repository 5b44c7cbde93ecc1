"""A CLIP text encoder's weights from any public layout, under one set of names.

The names are those of transformers' CLIPTextModelWithProjection: `text_model.*` and `text_projection.weight`. Accepted
are the same with a prefix (single-file checkpoints, pipelines), without the `text_model.` level (transformers 5),
OpenAI's and open_clip's names, and full CLIP models, whose vision half is left out.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError
from . import config, names, precision, shards

LINEARS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2")
NORMS = ("layer_norm1", "layer_norm2")
LAYER = re.compile(r"encoder\.layers\.(\d{1,3})\.")
TOKENS, POSITIONS = "embeddings.token_embedding.weight", "embeddings.position_embedding.weight"
COUNTER = "embeddings.position_ids"
"""Older files carry it along."""
FEWEST_POSITIONS = 9
"""Start, end, and the 7 pieces of a word that ComfyUI does not split."""
DEEPEST = 4
"""Levels of dictionaries in a training checkpoint."""


@dataclass(frozen=True)
class Encoder:
    """A complete text encoder."""

    state: dict[str, torch.Tensor]
    """`text_model.*` and `text_projection.weight`."""
    heads: int
    activation: str
    notes: tuple[str, ...]
    """What a user should know of how it was read."""
    projected: bool
    """Whether the text projection is the file's, not the identity in its place."""

    @property
    def vocabulary(self) -> int:
        """Pieces that it knows."""
        return self.state["text_model.embeddings.token_embedding.weight"].shape[0]

    @property
    def width(self) -> int:
        """Of a token's vector."""
        return self.state["text_model.embeddings.token_embedding.weight"].shape[1]

    @property
    def positions(self) -> int:
        """Places in a chunk, start and end included."""
        return self.state["text_model.embeddings.position_embedding.weight"].shape[0]

    @property
    def layers(self) -> int:
        """Transformer blocks."""
        return sum(name.endswith("self_attn.q_proj.weight") for name in self.state)

    @property
    def inner_width(self) -> int:
        """Of a block's feed-forward part."""
        return self.state["text_model.encoder.layers.0.mlp.fc1.weight"].shape[0]

    def fingerprint(self) -> str:
        """SHA-256 over the text model in float16: the same for every layout, and for fp32 and fp16 files of it."""
        digest = hashlib.sha256()
        for name in sorted(name for name in self.state if name.startswith("text_model.")):
            digest.update(name.encode())
            digest.update(self.state[name].to(torch.float16).contiguous().numpy().tobytes())
        return digest.hexdigest()


def read(path: Path, configuration: Path | None) -> Encoder:
    """A text encoder from a weight file.

    Args:
        path: .safetensors, or .bin, .ckpt, .pt, .pth, of which only tensors are read and no code is run; or a list of
            shards.
        configuration: for the number of heads and the activation; special token ids in it are never used.

    Raises:
        UserError: damaged, no text encoder, incomplete, with tensors that are not understood, or of a kind that
            ComfyUI's CLIP cannot compute.
    """
    found, described = load_tensors(path)
    text, projection = names.text_half(found, *_the_half(found, path))
    state, note = precision.plain(text, precision.scaled(found, described, path), path)
    state.pop(COUNTER, None)
    width, layers = _check(state, path)
    notes = [note] if note else []
    projected = projection is not None and projection.shape == (width, width)
    if projection is None or not projected:
        # SD 1.x never reads it, but ComfyUI would leave its memory as it was found.
        notes.append("no square text projection in the file: identity used, which SD 1.x does not read")
        projection = torch.eye(width)
    _refuse(precision.faults({**state, names.PROJECTION: projection}), path)
    heads, activation, assumed = config.read(configuration, width, layers)
    whole = {f"text_model.{name}": tensor for name, tensor in state.items()} | {names.PROJECTION: projection}
    return Encoder(whole, heads, activation, (*notes, *assumed), projected)


def file_hash(path: Path) -> str:
    """SHA-256 of the file itself, as model hubs list it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Every tensor of a weight file by name, levels of dictionaries as part of it, and its safetensors header's words.

    Raises:
        UserError: damaged, holds code, or holds no names.
    """
    found, described = shards.read(path)
    if not isinstance(found, Mapping):
        raise UserError(f"{path.name} is no set of named weights, but {type(found).__name__}: get a text encoder.")
    return _flat(found, "", DEEPEST), described


def _flat(found: Mapping[Any, Any], prefix: str, levels: int) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = {}
    for name, value in found.items():
        if isinstance(value, torch.Tensor):
            tensors[f"{prefix}{name}"] = value.detach()
        elif isinstance(value, Mapping) and levels:
            tensors |= _flat(value, f"{prefix}{name}.", levels - 1)
    return tensors


def _the_half(found: dict[str, torch.Tensor], path: Path) -> tuple[str, bool]:
    """What stands before the names of the text half, and whether they are OpenAI's."""
    halves = names.halves(found)
    if len(halves) == 1:
        return halves.popitem()
    if halves:
        which = ", ".join(repr(prefix) for prefix in sorted(halves))
        raise UserError(f"{path.name} holds {len(halves)} text encoders (under {which}): expected one.")
    if any("patch_embedding" in name or "visual.conv1" in name for name in found):
        raise UserError(f"{path.name} is a vision encoder: expected a text encoder (text_model.*), which it lacks.")
    sample = ", ".join(list(found)[:3]) or "nothing"
    raise UserError(f"{path.name} is no CLIP text encoder: expected text_model.encoder.layers..., found {sample}.")


def _check(state: dict[str, torch.Tensor], path: Path) -> tuple[int, int]:
    """Names and shapes; the width and the number of layers.

    ComfyUI loads what fits and leaves the rest as it lies in memory: a picture would still come out.
    """
    layers = 1 + max(int(layer[1]) for name in state if (layer := LAYER.match(name)))
    parts = [f"encoder.layers.{layer}.{part}" for layer in range(layers) for part in (*LINEARS, *NORMS)]
    expected = [TOKENS, POSITIONS]
    expected += [f"{part}.{kind}" for part in (*parts, "final_layer_norm") for kind in ("weight", "bias")]
    missing = [name for name in expected if name not in state]
    if missing:
        raise UserError(
            f"{path.name} is incomplete: {len(missing)} weights are missing, the first is text_model.{missing[0]}."
        )
    known = set(expected)
    _refuse([f"{name} is not known" for name in state if name not in known], path)
    width, inner = (state[name].numel() for name in ("final_layer_norm.bias", "encoder.layers.0.mlp.fc1.bias"))
    shapes = {name: _shape(name, width, inner) for name in expected[2:]}
    shapes |= {name: (state[name].shape[0] if state[name].ndim else 0, width) for name in expected[:2]}
    _refuse(
        [
            f"{name} is {list(state[name].shape)}, expected {list(shape)}"
            for name, shape in shapes.items()
            if state[name].shape != shape or not width * inner
        ],
        path,
    )
    if len(state[POSITIONS]) < FEWEST_POSITIONS:
        raise UserError(
            f"{path.name} has {len(state[POSITIONS])} positions, too few for a prompt: get another encoder."
        )
    return width, layers


def _shape(name: str, width: int, inner: int) -> tuple[int, ...]:
    """Of a layer's tensor."""
    out = inner if ".fc1." in name else width
    if name.endswith("bias") or "norm" in name:
        return (out,)
    return out, inner if ".fc2." in name else width


def _refuse(faults: list[str], path: Path) -> None:
    if faults:
        raise UserError(f"{path.name} is no whole CLIP text encoder: {precision.some(faults)}; get it again.")
