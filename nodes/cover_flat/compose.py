"""Pictures of the panels become one sheet."""

import torch

from ..upscale import beyond
from .flat import Flat


def compose(flat: Flat, pictures: dict[str, torch.Tensor], fill: str, colour: torch.Tensor) -> torch.Tensor:
    """
    Args:
        pictures: panel -> `[H,w,3]` in 0..1: "front", and "back" where there is one, of the page's size with its
            bleed, "spine" and the wings of `flat.width`.
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
            picture = pictures[cover]
            margin = (picture.shape[1] - flat.page.inner_pixels[0]) // 2
            start = flat.panels[cover][0] - margin
            columns = [beyond(column - start, picture.shape[1], fill) for column in range(left, right)]
            sheet[:, left:right] = picture[:, columns]
    return sheet
