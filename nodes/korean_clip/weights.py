"""A CLIP text encoder's weights from any public layout, under one set of names.

The names are those of transformers' CLIPTextModelWithProjection: `text_model.*` and `text_projection.weight`. Accepted
are the same with a prefix (single-file checkpoints, pipelines), without the `text_model.` level (transformers 5), and
full CLIP models, whose vision half is left out.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors

FIRST_QUERY = "encoder.layers.0.self_attn.q_proj.weight"
LINEARS = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2")
NORMS = ("layer_norm1", "layer_norm2")
HEAD_WIDTH = 64
ACTIVATIONS = ("quick_gelu", "gelu", "gelu_pytorch_tanh")
LAYER_NORM_EPSILON = 1e-5
"""What ComfyUI's CLIP computes with, whatever a configuration says."""


@dataclass(frozen=True)
class Encoder:
    """A complete text encoder."""

    state: dict[str, torch.Tensor]
    """`text_model.*` and `text_projection.weight`."""
    heads: int
    activation: str
    notes: tuple[str, ...]
    """What a user should know of how it was read."""

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


def read(path: Path, config: Path | None) -> Encoder:
    """A text encoder from a weight file.

    Args:
        path: .safetensors, or .bin, .ckpt, .pt, .pth, of which only tensors are read and no code is run.
        config: config.json for the number of heads and the activation; special token ids in it are never used.

    Raises:
        UserError: damaged, no text encoder, incomplete, or of a kind that ComfyUI's CLIP cannot compute.
    """
    found = load_tensors(path)
    prefix = _text_prefix(found, path)
    state = {
        f"text_model.{name.removeprefix(prefix)}": tensor
        for name, tensor in found.items()
        if name.startswith(prefix)
        and name.removeprefix(prefix).split(".")[0] in ("embeddings", "encoder", "final_layer_norm")
    }
    state.pop("text_model.embeddings.position_ids", None)
    _check_complete(state, path)
    width = state["text_model.final_layer_norm.weight"].shape[0]
    projection = found.get(f"{prefix.removesuffix('text_model.')}text_projection.weight")
    notes: list[str] = []
    if projection is None or projection.shape != (width, width):
        # SD 1.x never reads it, but ComfyUI would leave its memory as it was found.
        notes.append("no square text projection in the file: identity used, which SD 1.x does not read")
        projection = torch.eye(width)
    state["text_projection.weight"] = projection
    return Encoder(state, *_heads_and_activation(config, width, notes), notes=tuple(notes))


def file_hash(path: Path) -> str:
    """SHA-256 of the file itself, as model hubs list it."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Every tensor of a weight file, by name; those of a training checkpoint lie one level deeper.

    Raises:
        UserError: damaged, holds code, or holds no names.
    """
    found, _ = read_tensors(path)
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    if not isinstance(found, dict):
        raise UserError(f"{path.name} is no set of named weights, but {type(found).__name__}.")
    return {name: tensor for name, tensor in found.items() if isinstance(tensor, torch.Tensor)}


def _text_prefix(found: dict[str, torch.Tensor], path: Path) -> str:
    """What stands before `encoder.layers...` in the names of the text half."""
    prefixes = {name.removesuffix(FIRST_QUERY) for name in found if name.endswith(FIRST_QUERY)}
    texts = {prefix for prefix in prefixes if f"{prefix}embeddings.token_embedding.weight" in found}
    if len(texts) == 1:
        return texts.pop()
    if texts:
        raise UserError(f"{path.name} holds {len(texts)} text encoders ({', '.join(sorted(texts))}): expected one.")
    if any("patch_embedding" in name for name in found):
        raise UserError(f"{path.name} is a vision encoder: expected a text encoder (text_model.*), which it lacks.")
    sample = ", ".join(list(found)[:3]) or "nothing"
    raise UserError(f"{path.name} is no CLIP text encoder: expected text_model.encoder.layers..., found {sample}.")


def _check_complete(state: dict[str, torch.Tensor], path: Path) -> None:
    layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("text_model.encoder.layers."))
    expected = ["embeddings.token_embedding.weight", "embeddings.position_embedding.weight"]
    parts = [f"encoder.layers.{layer}.{part}" for layer in range(layers) for part in (*LINEARS, *NORMS)]
    expected += [f"{part}.{kind}" for part in (*parts, "final_layer_norm") for kind in ("weight", "bias")]
    missing = [name for name in expected if f"text_model.{name}" not in state]
    if missing:
        raise UserError(
            f"{path.name} is incomplete: {len(missing)} weights are missing, the first is text_model.{missing[0]}."
        )


def _heads_and_activation(config: Path | None, width: int, notes: list[str]) -> tuple[int, str]:
    if config is None:
        notes.append(f"no config.json: {width // HEAD_WIDTH} heads and quick_gelu assumed, as in every CLIP ViT-L/14")
        return width // HEAD_WIDTH, ACTIVATIONS[0]
    try:
        values = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{config.name} beside the weights is no JSON ({error}): download it again.") from error
    values = values.get("text_config") or values
    heads = values.get("num_attention_heads", width // HEAD_WIDTH)
    activation = values.get("hidden_act", ACTIVATIONS[0])
    epsilon = values.get("layer_norm_eps", LAYER_NORM_EPSILON)
    if values.get("hidden_size", width) != width or width % heads:
        raise UserError(
            f"{config.name} says width {values.get('hidden_size')} with {heads} heads, the weights {width}."
        )
    if activation not in ACTIVATIONS or epsilon != LAYER_NORM_EPSILON:
        raise UserError(
            f"{config.name} asks for {activation} and layer_norm_eps {epsilon:g}; ComfyUI's CLIP computes "
            f"{', '.join(ACTIVATIONS)} and {LAYER_NORM_EPSILON:g} only."
        )
    return heads, activation
