"""What other capabilities use of lettering inside ComfyUI: the fonts that a user may choose."""

from .comfy_fonts import known, stamped

__all__ = ["known", "stamped"]
