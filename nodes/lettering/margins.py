"""What of a picture stays free of words: the margin, and what the knife may reach."""

from dataclasses import dataclass

from ..ground import UserError
from ..page.trim import MM_PER_INCH, Trim

SAFE_MM = 3.0
"""How far words stay from where the knife cuts; its cut wanders by a millimetre or two."""


@dataclass(frozen=True)
class Margins:
    """Free px on each side."""

    left: int
    top: int
    right: int
    bottom: int
    margin: int
    """Of them, what was asked for; marks may hang in it."""


def margins(width: int, height: int, percent: float, trim: Trim | None, is_spine: bool) -> Margins:
    """Free px on a picture of this size.

    Args:
        percent: of the shorter side, without its bleed.
        trim: the page that the picture is, or whose spine or wing it is, bleed included; None = no knife is known of.
        is_spine: at the sides of a spine are folds, where no knife cuts.

    Raises:
        UserError: the picture is neither a page of that trim nor as high as one.

    >>> margins(1866, 2728, 9.0, Trim(152, 225, bleed_mm=3, dpi=300), False)
    Margins(left=197, top=197, right=197, bottom=197, margin=162)
    >>> margins(200, 2728, 9.0, Trim(152, 225, bleed_mm=3, dpi=300), True)
    Margins(left=18, top=70, right=18, bottom=70, margin=18)
    """
    if trim is None:
        margin = round(min(width, height) * percent / 100)
        return Margins(margin, margin, margin, margin, margin)
    if height != trim.pixels[1]:
        raise UserError(
            f"Expected a picture of {trim.pixels[0]} x {trim.pixels[1]} px, or of a spine or wing as high, got {width} "
            f"x {height} px: put Upscale to Size before this node and give it the same trim, or disconnect trim."
        )
    bleed = (trim.pixels[1] - trim.inner_pixels[1]) // 2
    margin = round(min(width if is_spine else width - 2 * bleed, height - 2 * bleed) * percent / 100)
    cut = bleed + max(margin, round(SAFE_MM / MM_PER_INCH * trim.dpi))
    side = margin if is_spine else cut
    return Margins(side, cut, side, cut, margin)
