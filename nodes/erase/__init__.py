"""Fill a masked area so that the picture looks as if nothing had been there.

`comfy.py` fills by any method; OpenCV's methods need no ComfyUI.
"""

from .opencv import inpaint

__all__ = ["inpaint"]
