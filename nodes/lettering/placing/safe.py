"""Where words may stand: what neither the knife nor a fold may reach."""

from typing import Any

from ...ground import UserError
from ...page.trim import MM_PER_INCH, Trim
from ..margins import SAFE_MM, margins
from ..typeset import SPINE
from ..wishes import SPINE_PANEL
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


def panel_of(flat: Any, panel: str, width: int, height: int) -> tuple[int, int, Box]:
    """Of a cover flat's sheet, with the bleed at its edges: the columns of a panel, and where words may stand on it,
    counted from the first of them; a fold is kept as far from as the knife, but for those of a spine.

    Args:
        flat: a `cover_flat.flat.Flat`.
        panel: one of PANELS.

    Raises:
        UserError: the picture is not that sheet, or has no such panel.
    """
    if (width, height) != flat.sheet.pixels:
        across, high = flat.sheet.pixels
        raise UserError(
            f"Expected the sheet of this flat, {across} x {high} px, got {width} x {height} px: connect Compose Cover "
            "Flat's image, or disconnect flat and connect the front cover alone."
        )
    if panel not in flat.panels:
        raise UserError(
            f"This flat has no {panel}, only {', '.join(flat.panels)}: choose another panel, or give it wing_mm or a "
            "thickness in Cover Flat Size."
        )
    left, right = flat.panels[panel]
    bleed = (height - flat.page.inner_pixels[1]) // 2
    margin = round(min(right - left, height - 2 * bleed) * PERCENT / 100)
    inset = max(margin, round(SAFE_MM / MM_PER_INCH * flat.page.dpi))
    side = margin if panel == SPINE_PANEL else inset
    return left, right, Box(side, bleed + inset, right - left - side, height - bleed - inset)
