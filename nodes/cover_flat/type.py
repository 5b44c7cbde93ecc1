"""What of a flat is lines: the type of its panels and the bar code on the back, as outlines and as pixels."""

import math
from dataclasses import dataclass

import torch

from ..ground import UserError
from ..page.drawing import Shape, painted
from ..page.lettered import Lettered
from ..page.trim import MM_PER_INCH
from .compose import spread, start_of
from .flat import Flat
from .isbn import BarCode

SAFE_MM = 8.0
"""How far the bar code stands from the fold at the spine and from the trim below it."""


@dataclass(frozen=True)
class FlatType:
    """On the sheet, in its px."""

    under: torch.Tensor
    """`[H,W,4]`: what of it stays pixels."""
    layer: torch.Tensor
    """`[H,W,4]`: all of it in pixels."""
    shapes: tuple[Shape, ...]

    def on(self, sheet: torch.Tensor) -> torch.Tensor:
        """The sheet `[H,W,3]` with it."""
        return torch.lerp(sheet, self.layer[..., :3], self.layer[..., 3:])


def joined(flat: Flat, types: dict[str, Lettered], bar_code: BarCode | None) -> FlatType:
    """The types of panels and a bar code as one.

    Raises:
        UserError: the bar code is larger than the back.
    """
    under = spread(flat, {panel: words.under for panel, words in types.items()})
    layer = spread(flat, {panel: words.layer for panel, words in types.items()})
    shapes = [shape.placed(1, start_of(flat, panel), 0) for panel, words in types.items() for shape in words.shapes]
    if bar_code is not None:
        placed, left, top = _placed(flat, bar_code)
        scale = flat.page.dpi / MM_PER_INCH
        size = (math.ceil(bar_code.width * scale), math.ceil(bar_code.height * scale))
        pixels = torch.from_numpy(painted([shape.placed(1, -left, -top) for shape in placed], *size)).float() / 255
        layer = layer.clone()
        part = layer[top : top + size[1], left : left + size[0]]
        part.copy_(torch.where(pixels[..., 3:] > 0, pixels, part))
        shapes += placed
    return FlatType(under, layer, tuple(shapes))


def hides_words(flat: Flat, bar_code: BarCode, layers: list[torch.Tensor]) -> bool:
    """Whether a bar code lies over words on the back, `[H,w,4]` each as its picture is."""
    _, left, top = _placed(flat, bar_code)
    scale = flat.page.dpi / MM_PER_INCH
    left -= start_of(flat, "back")
    high, wide = math.ceil(bar_code.height * scale), math.ceil(bar_code.width * scale)
    return any(bool(layer[top : top + high, left : left + wide, 3].any()) for layer in layers)


def _placed(flat: Flat, bar_code: BarCode) -> tuple[list[Shape], int, int]:
    """Below on the back, beside the spine; and left and top of it in px."""
    page = flat.page
    if bar_code.width + 2 * SAFE_MM > page.width_mm or bar_code.height + 2 * SAFE_MM > page.height_mm:
        raise UserError(
            f"Expected a back of at least {bar_code.width + 2 * SAFE_MM:.1f} x {bar_code.height + 2 * SAFE_MM:.1f} mm "
            f"for this bar code, got {page.width_mm:g} x {page.height_mm:g} mm: lower barcode_size."
        )
    scale = page.dpi / MM_PER_INCH
    left, right = flat.panels["back"]
    x = left + SAFE_MM * scale if flat.is_right_bound else right - (SAFE_MM + bar_code.width) * scale
    y = (page.bleed_mm + page.height_mm - SAFE_MM - bar_code.height) * scale
    # On whole pixels, so that its ground ends as sharply in pixels as in lines.
    left, top = round(x), round(y)
    return [shape.placed(scale, left, top) for shape in bar_code.shapes], left, top
