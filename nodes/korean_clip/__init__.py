"""A Korean tokenizer and text encoder as a native ComfyUI CLIP, and how they are learned."""

from .learning import WEIGHTS, Distilling, EncoderJudging, TokenizerMaking, judged_lines
from .origin import Origin, origin_of

__all__ = [
    "WEIGHTS",
    "Distilling",
    "EncoderJudging",
    "Origin",
    "TokenizerMaking",
    "judged_lines",
    "origin_of",
]
