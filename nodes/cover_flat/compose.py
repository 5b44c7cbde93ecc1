"""Pictures of the panels become one sheet."""

import torch

from ..upscale import beyond
from .flat import Flat


def compose(
    flat: Flat, pictures: dict[str, torch.Tensor], layers: dict[str, torch.Tensor], fill: str, colour: torch.Tensor
) -> torch.Tensor:
    """One sheet of the pictures and text layers of its panels.

    Args:
        pictures: panel -> `[H,w,3]` in 0..1: "front", and "back" where there is one, of the page's size with its
            bleed, "spine" and the wings of `flat.width`.
        layers: "front" or "back" -> `[H,w,4]`, as large, set over that cover alone; what beside it goes on, goes on
            without it.
        fill: what spine and wings without a picture are made of: "mirror" or "extend" the cover beside them, which
            goes on over the fold as far as its bleed, or "colour".
        colour: `[3]`, of all that nothing else is on.

    Returns:
        `[H,W,3]` of `flat.sheet.pixels`.
    """
    width, height = flat.sheet.pixels
    sheet = colour.expand(height, width, 3).clone()
    beside = {"spine": "front", "front wing": "front", "back wing": "back"}
    for panel in flat.panels:
        left, right = flat.reach(panel)
        cover = panel if panel in ("front", "back") else beside[panel]
        if panel in pictures and panel in beside:
            sheet[:, left:right] = pictures[panel]
        elif cover in pictures and (panel == cover or fill != "colour"):
            sheet[:, left:right] = _part(flat, cover, pictures[cover], left, right, fill)
    for cover, layer in layers.items():
        left, right = flat.reach(cover)
        part = _part(flat, cover, layer, left, right, fill)
        sheet[:, left:right] = torch.lerp(sheet[:, left:right], part[..., :3], part[..., 3:])
    return sheet


def _part(flat: Flat, cover: str, picture: torch.Tensor, left: int, right: int, fill: str) -> torch.Tensor:
    """What of a cover's picture stands at columns of the sheet, also beyond its edges."""
    margin = (picture.shape[1] - flat.page.inner_pixels[0]) // 2
    start = flat.panels[cover][0] - margin
    return picture[:, [beyond(column - start, picture.shape[1], fill) for column in range(left, right)]]
