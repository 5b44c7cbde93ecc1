"""Fill a masked area so that the picture looks as if nothing had been there.

`comfy.py` fills by any method; OpenCV's methods and LaMa need no ComfyUI.
"""

from .lama import Lama
from .opencv import inpaint

__all__ = ["Lama", "inpaint"]
