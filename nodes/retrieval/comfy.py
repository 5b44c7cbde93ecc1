"""The door for other capabilities inside ComfyUI."""

from .comfy_space import ClipSpace

__all__ = ["ClipSpace"]
