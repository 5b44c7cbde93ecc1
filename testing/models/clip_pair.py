"""Both halves of one small random CLIP, as transformers has them and as ComfyUI loads them."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from . import korean

WIDTH, SIDE = 64, 32


def write(folder: Path, seed: int = 0, width: int = WIDTH) -> Any:
    """A CLIP of ViT-L's layout in a folder of transformers; returns its CLIPModel."""
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    korean.tokenizer(folder)
    words = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    text = {
        "vocab_size": len(words), "hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 1,
        "intermediate_size": 2 * width, "bos_token_id": words[korean.START], "eos_token_id": words[korean.END],
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64,
        "image_size": SIDE, "patch_size": 8,
    }  # fmt: skip
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=width)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            inputs = parameter[0].numel() if parameter.ndim > 1 else 1
            spread = 1.0 if "norm" in name or "embedding" in name else inputs**-0.5
            torch.nn.init.normal_(parameter, std=spread)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))
    CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return model


def vision(model: Any) -> Any:
    """ComfyUI's CLIP_VISION of its picture half; ComfyUI's own loader knows the real sizes only."""
    from comfy.clip_vision import ClipVisionModel

    given = model.config.vision_config
    config = {
        name: getattr(given, name)
        for name in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "image_size",
                     "patch_size", "num_channels", "hidden_act", "layer_norm_eps")
    }  # fmt: skip
    half = ClipVisionModel(config | {"projection_dim": model.config.projection_dim, "model_type": "clip_vision_model"})
    half.dtype = torch.float32
    half.model.float()
    missing, _ = half.load_sd(model.state_dict())
    assert missing == []
    return half
