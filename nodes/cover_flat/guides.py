"""Lines that show where a flat is cut and folded; for the eye, never for the file."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .flat import Flat

LONGEST = 2048
TRIM, FOLD, NAME = (230, 0, 60), (0, 150, 230), (255, 255, 255)
DASH = 12
NAMES_AT = 0.86
"""Of the height: below most titles, above most authors."""


def drawn(picture: np.ndarray, flat: Flat) -> np.ndarray:
    """A flat with lines that show where it is cut and folded.

    Args:
        picture: `[H,W,3]` uint8, the flat or a reduced one.

    Returns:
        The same with trim in red, folds in dashed blue, and each panel's name and width in mm.
    """
    height, width = picture.shape[:2]
    scale = width / flat.sheet.pixels[0]
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    panels = flat.panels
    across = sorted({edge for span in panels.values() for edge in span})
    inner = flat.sheet.inner_pixels
    top = (flat.sheet.pixels[1] - inner[1]) // 2
    left, right, upper, lower = (round(edge * scale) for edge in (across[0], across[-1], top, top + inner[1]))
    draw.rectangle((left, upper, right, lower), outline=TRIM, width=2)
    for edge in across[1:-1]:
        for y in range(0, height, 2 * DASH):
            draw.line((edge * scale, y, edge * scale, y + DASH), fill=FOLD, width=2)
    font = ImageFont.load_default(max(10, height // 50))
    widths: dict[str, float] = dict(zip(flat.names, flat.widths_mm, strict=True))
    for name, (start, end) in panels.items():
        text = f"{name}\n{widths[name]:.4g} mm"
        place = ((start + end) / 2 * scale, height * NAMES_AT)
        draw.multiline_text(place, text, NAME, font, anchor="mm", align="center", stroke_width=2, stroke_fill=(0, 0, 0))
    return np.array(image)
