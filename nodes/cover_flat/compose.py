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


def start_of(flat: Flat, panel: str) -> int:
    """Column of the sheet at which a panel's picture begins; a cover's with the bleed beside it, over the fold."""
    if panel not in ("front", "back"):
        return flat.reach(panel)[0]
    return flat.panels[panel][0] - (flat.page.pixels[0] - flat.page.inner_pixels[0]) // 2


def spread(flat: Flat, layers: dict[str, torch.Tensor]) -> torch.Tensor:
    """One layer `[H,W,4]` of the sheet's size of layers `[H,w,4]` of panels, each cut at its panel's folds."""
    width, height = flat.sheet.pixels
    inked = {panel: layer for panel, layer in layers.items() if layer[..., 3].any()}
    if not inked:
        return torch.zeros(1, 1, 4).expand(height, width, 4)  # a sheet is large, and this costs no memory
    sheet = torch.zeros(height, width, 4)
    for panel, layer in inked.items():
        left, right = flat.reach(panel)
        start = start_of(flat, panel)
        left, right = max(left, start), min(right, start + layer.shape[1])
        sheet[:, left:right] = layer[:, left - start : right - start]
    return sheet


def _part(flat: Flat, cover: str, picture: torch.Tensor, left: int, right: int, fill: str) -> torch.Tensor:
    """What of a cover's picture stands at columns of the sheet, also beyond its edges."""
    start = start_of(flat, cover)
    return picture[:, [beyond(column - start, picture.shape[1], fill) for column in range(left, right)]]
