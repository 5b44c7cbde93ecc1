"""The picture half of CLIP ViT-L/14."""

from pathlib import Path

import numpy as np

from .weights import Weights, save

LAYERS, WIDTH, SHARED = 24, 1024, 768


def vit_large(path: Path) -> Path:
    """At its real size, which is the only one that ComfyUI knows; its layers pass through what embeddings give."""
    weights = Weights(7)
    zeros: dict[str, np.ndarray] = {}
    head = "vision_model."
    weights.draw(f"{head}embeddings.patch_embedding", (WIDTH, 3, 14, 14), 1.0, None)
    weights[f"{head}embeddings.position_embedding.weight"] = np.zeros((257, WIDTH), np.float32)
    weights[f"{head}embeddings.class_embedding"] = weights.random.standard_normal(WIDTH, np.float32)
    for name in ("pre_layrnorm", "post_layernorm"):
        weights.norm(head + name, WIDTH)
    weights.linear("visual_projection", SHARED, WIDTH, None)
    for layer in range(LAYERS):
        place = f"{head}encoder.layers.{layer}."
        for name in ("layer_norm1", "layer_norm2"):
            weights.norm(place + name, WIDTH)
        for name in ("self_attn.k_proj", "self_attn.q_proj", "self_attn.v_proj", "self_attn.out_proj"):
            zeros |= {f"{place}{name}.weight": _zeros(WIDTH, WIDTH), f"{place}{name}.bias": _zeros(WIDTH)}
        zeros |= {f"{place}mlp.fc1.weight": _zeros(4 * WIDTH, WIDTH), f"{place}mlp.fc1.bias": _zeros(4 * WIDTH)}
        zeros |= {f"{place}mlp.fc2.weight": _zeros(WIDTH, 4 * WIDTH), f"{place}mlp.fc2.bias": _zeros(WIDTH)}
    return save({**weights.half(), **zeros}, path)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float16)
