"""What the weights of a text encoder do not tell: heads and activation, from the configuration beside them."""

import json
from pathlib import Path
from typing import Any

from ..ground import UserError

HEAD_WIDTH = 64
ACTIVATIONS = ("quick_gelu", "gelu", "gelu_pytorch_tanh")
LAYER_NORM_EPSILON = 1e-5
"""What ComfyUI's CLIP computes with, whatever a configuration says."""
OPEN_CLIP_HEADS = 8
USUAL = (ACTIVATIONS[0], "every CLIP ViT-L/14")
USUAL_OF_WIDTH = {1024: ("gelu", "OpenCLIP ViT-H/14"), 1280: ("gelu", "OpenCLIP ViT-bigG/14")}
"""What encoders without a configuration are taken for: activation and name."""
NOT_COMPUTED = ("no_causal_mask", "embed_cls", "act_kwargs", "norm_kwargs", "ls_init_value", "hf_model_name")
"""What open_clip's text encoders can have and ComfyUI's has not."""


def read(config: Path | None, width: int, layers: int) -> tuple[int, str, tuple[str, ...]]:
    """Heads, activation and notes; special token ids are never read, as those of Korean CLIPs are the English ones.

    Args:
        config: config.json of transformers or open_clip_config.json; None assumes what the public CLIPs of that width
            have.
        width: of the weights, as `layers`.

    Raises:
        UserError: no configuration, of other weights, or of what ComfyUI's CLIP does not compute.
    """
    usual = max(1, width // HEAD_WIDTH)
    if config is None:
        activation, model = USUAL_OF_WIDTH.get(width, USUAL)
        note = f"no config.json: {usual} heads and {activation} assumed, as in {model}"
        values: dict[str, Any] = {"hidden_act": activation}
        notes = (note,)
    else:
        values, notes = _values(config), ()
    name = config.name if config else "The weights'"
    heads = values.get("num_attention_heads", usual)
    activation = values.get("hidden_act", ACTIVATIONS[0])
    epsilon = values.get("layer_norm_eps", LAYER_NORM_EPSILON)
    if (
        values.get("hidden_size", width) != width
        or values.get("num_hidden_layers", layers) != layers
        or type(heads) is not int
        or heads < 1
        or width % heads
    ):
        raise UserError(
            f"{name} says width {values.get('hidden_size', width)} in {values.get('num_hidden_layers', layers)} layers "
            f"with {heads} heads, the weights have width {width} in {layers} layers: they do not belong together; get "
            "both from the same place."
        )
    if activation not in ACTIVATIONS or epsilon != LAYER_NORM_EPSILON:
        raise UserError(
            f"{name} asks for {activation} and layer_norm_eps {epsilon}; ComfyUI's CLIP computes "
            f"{', '.join(ACTIVATIONS)} and {LAYER_NORM_EPSILON:g} only."
        )
    return heads, activation, notes


def _values(config: Path) -> dict[str, Any]:
    """The text encoder's part, under transformers' names."""
    try:
        values = json.loads(config.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{config.name} beside the weights is no JSON ({error}): download it again.") from error
    if isinstance(values, dict) and isinstance(values.get("model_cfg"), dict):
        return _from_open_clip(values["model_cfg"], config)
    inner = (values.get("text_config") or values) if isinstance(values, dict) else None
    if not isinstance(inner, dict):
        raise UserError(f"{config.name} beside the weights is no configuration of a text encoder: download it again.")
    return inner


def _from_open_clip(model: dict[str, Any], config: Path) -> dict[str, Any]:
    text = model.get("text_cfg")
    if not isinstance(text, dict):
        raise UserError(f"{config.name} says nothing of a text encoder: download it again.")
    asked = [name for name in NOT_COMPUTED if text.get(name)]
    asked += ["pool_type"] if text.get("pool_type", "argmax") != "argmax" else []
    if asked:
        raise UserError(f"{config.name} asks for {', '.join(asked)}, which ComfyUI's CLIP does not compute.")
    names = {"width": "hidden_size", "layers": "num_hidden_layers"}
    return {
        **{name: text[theirs] for theirs, name in names.items() if theirs in text},
        "num_attention_heads": text.get("heads", OPEN_CLIP_HEADS),
        "hidden_act": "quick_gelu" if model.get("quick_gelu") else "gelu",
    }
