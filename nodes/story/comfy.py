"""What other capabilities use of stories inside ComfyUI: what is learned from them."""

from .learning.comfy_dataset import gather, null, saying, stamped, told_of

__all__ = ["gather", "null", "saying", "stamped", "told_of"]
