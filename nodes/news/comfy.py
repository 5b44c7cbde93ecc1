"""What other capabilities use of news inside ComfyUI."""

from .comfy_stamp import stamp

__all__ = ["stamp"]
