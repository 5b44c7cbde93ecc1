"""The names of CLIP's text half: those of OpenAI and open_clip as those of transformers.

OpenAI (github.com/openai/CLIP, model.py) and open_clip keep query, key and value in one matrix and the text projection
as `[width,projection]`, transposed against transformers (convert_clip_original_pytorch_to_hf.py).
"""

import re
from collections.abc import Mapping

import torch

BLOCK = re.compile(r"transformer\.resblocks\.(\d+)\.(.+)")
FIRST_QUERY = "encoder.layers.0.self_attn.q_proj.weight"
FIRST_BLOCK = "transformer.resblocks.0.attn.in_proj_weight"
PARTS = {
    "attn.out_proj": "self_attn.out_proj",
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}
TOP = {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    "positional_embedding": "embeddings.position_embedding.weight",
    "ln_final.weight": "final_layer_norm.weight",
    "ln_final.bias": "final_layer_norm.bias",
}
LEVELS = ("embeddings", "encoder", "final_layer_norm")
PROJECTION = "text_projection.weight"
BESIDE = ("visual", "text_projection", "logit_scale", "logit_bias", "attn_mask", "input_resolution", "context_length",
          "vocab_size")  # fmt: skip
"""What stands beside the text half under OpenAI's names, by its first level."""

Tensors = dict[str, torch.Tensor]


def halves(found: Mapping[str, torch.Tensor]) -> dict[str, bool]:
    """What stands before the names of each text encoder in a file -> whether it has OpenAI's names."""
    ours = {name.removesuffix(FIRST_QUERY): False for name in found if name.endswith(FIRST_QUERY)}
    theirs = {name.removesuffix(FIRST_BLOCK): True for name in found if name.endswith(FIRST_BLOCK)}
    return {
        prefix: openai
        for prefix, openai in (ours | theirs).items()
        if f"{prefix}{'' if openai else 'embeddings.'}token_embedding.weight" in found
    }


def text_half(found: Mapping[str, torch.Tensor], prefix: str, openai: bool) -> tuple[Tensors, torch.Tensor | None]:
    """Everything that stands under the prefix, under transformers' names, and the text projection.

    Names that neither has are kept, so that they can be refused.
    """
    under = {name.removeprefix(prefix): tensor for name, tensor in found.items() if name.startswith(prefix)}
    if openai:
        return _renamed(under)
    if not prefix.endswith("text_model."):
        # Beside a text half without a level of its own, the vision half may stand, and the projections.
        projection = under.get(PROJECTION)
        return {name: tensor for name, tensor in under.items() if name.split(".")[0] in LEVELS}, projection
    inside = under.pop(PROJECTION, None)
    return under, found.get(prefix.removesuffix("text_model.") + PROJECTION, inside)


def _renamed(under: Tensors) -> tuple[Tensors, torch.Tensor | None]:
    state: Tensors = {}
    for name, tensor in under.items():
        block = BLOCK.fullmatch(name)
        if block is not None:
            state |= _block(f"encoder.layers.{block[1]}.", block[2], tensor)
        elif name.split(".")[0] not in BESIDE:
            state[TOP.get(name, name)] = tensor
    linear, plain = under.get(PROJECTION), under.get("text_projection")
    return state, linear if plain is None or plain.ndim != 2 else plain.T.contiguous()


def _block(prefix: str, name: str, tensor: torch.Tensor) -> Tensors:
    part, _, kind = name.rpartition(".")
    if name in ("attn.in_proj_weight", "attn.in_proj_bias") and tensor.ndim and not len(tensor) % 3:
        kind = name.removeprefix("attn.in_proj_")
        return {
            f"{prefix}self_attn.{which}_proj.{kind}": rows.contiguous()
            for which, rows in zip("qkv", tensor.chunk(3), strict=True)
        }
    return {f"{prefix}{PARTS.get(part, part)}.{kind}": tensor}
