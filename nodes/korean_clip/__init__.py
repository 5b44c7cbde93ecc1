"""A Korean tokenizer and text encoder as a native ComfyUI CLIP, and how they are learned."""

from .origin import Origin, origin_of

__all__ = ["Origin", "origin_of"]
