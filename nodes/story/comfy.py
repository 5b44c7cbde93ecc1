"""What other capabilities use of stories inside ComfyUI: what is learned from them."""

from .comfy_references import encode
from .learning.comfy_dataset import gather, null, stamped, told_of

__all__ = ["encode", "gather", "null", "stamped", "told_of"]
