"""Where is text in a picture: engines find regions, rules choose among them, shapes become a mask.

The search itself needs ComfyUI and stands in `comfy.py`.
"""

from .engines import ENGINES, keras_ocr_environment
from .marking.reported import Reported, reported_regions
from .marking.shapes import area_of, draw_mask, share_inside
from .regions import Region

__all__ = [
    "ENGINES",
    "Region",
    "Reported",
    "area_of",
    "draw_mask",
    "keras_ocr_environment",
    "reported_regions",
    "share_inside",
]
