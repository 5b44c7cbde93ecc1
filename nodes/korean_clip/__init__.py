"""A Korean tokenizer and text encoder as a native ComfyUI CLIP."""

from .origin import Origin, origin_of

__all__ = ["Origin", "origin_of"]
