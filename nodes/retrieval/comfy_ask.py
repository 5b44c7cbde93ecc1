"""A model that writes is shown a picture and asked, through ComfyUI's own text generation."""

from typing import Any

import torch

from ..ground import UserError
from ..host.progress import interruptible_layers

TOKENS = 32
"""Of an answer: a letter, or an option in words."""


def check(clip: Any) -> None:
    """
    Raises:
        UserError: it encodes only.
    """
    model = getattr(clip.cond_stage_model, getattr(clip.cond_stage_model, "clip", ""), clip.cond_stage_model)
    if not hasattr(getattr(model, "transformer", model), "generate"):
        raise UserError(
            "Expected a CLIP that writes text, such as Qwen3.5, Qwen3-VL or Gemma loaded by Load CLIP; this one only "
            "encodes it."
        )


def answer(clip: Any, picture: torch.Tensor, text: str) -> str:
    """What the model says of `picture` `[1,H,W,C]`, the likeliest words every time (as core's TextGenerate without
    sampling)."""
    tokens = clip.tokenize(text, image=picture, skip_template=False, min_length=1, thinking=False)
    with interruptible_layers(clip.cond_stage_model):
        return clip.decode(clip.generate(tokens, do_sample=False, max_length=TOKENS))
