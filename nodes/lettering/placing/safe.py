"""Where words may stand: what neither the knife nor a fold may reach."""

from typing import Any

from ...ground import UserError
from ...page.trim import MM_PER_INCH, Trim
from ..margins import SAFE_MM, margins
from ..typeset import SPINE
from .people import Box

PERCENT = 7.5
"""Of the shorter side, free all round."""


def safe_area(width: int, height: int, trim: Trim | None) -> Box:
    """Of a page, a spine or a wing; see `margins`.

    >>> safe_area(200, 400, None)
    Box(left=15, top=15, right=185, bottom=385)
    """
    free = margins(width, height, PERCENT, trim, is_spine(width, height))
    return Box(free.left, free.top, width - free.right, height - free.bottom)


def is_spine(width: float, height: float) -> bool:
    """Whether a picture of this form is the spine of a book."""
    return height >= SPINE * width


def front_of(flat: Any, width: int, height: int) -> tuple[int, int, Box]:
    """Of a cover flat's sheet, with the bleed at its edges: the columns of the front cover, and where words may stand
    on it, counted from the first of them; a fold is kept as far from as the knife.

    Args:
        flat: a `cover_flat.flat.Flat`.

    Raises:
        UserError: the picture is not that sheet.
    """
    if (width, height) != flat.sheet.pixels:
        across, high = flat.sheet.pixels
        raise UserError(
            f"Expected the sheet of this flat, {across} x {high} px, got {width} x {height} px: connect Compose Cover "
            "Flat's image, or disconnect flat and connect the front cover alone."
        )
    left, right = flat.panels["front"]
    bleed = (height - flat.page.inner_pixels[1]) // 2
    margin = round(min(right - left, height - 2 * bleed) * PERCENT / 100)
    inset = max(margin, round(SAFE_MM / MM_PER_INCH * flat.page.dpi))
    return left, right, Box(inset, bleed + inset, right - left - inset, height - bleed - inset)
