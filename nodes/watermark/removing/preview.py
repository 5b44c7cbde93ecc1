"""A learned mark to look at: on a dark, a middle and a light ground, and taken off a picture."""

import numpy as np

from ..mark import Watermark
from .clean import Overlay, unblend

GROUNDS = (40.0, 128.0, 215.0)
GAP = 6


def preview(mark: Watermark, picture: np.ndarray, over: Overlay) -> np.ndarray:
    """`[h,w,3]` uint8: the mark on three greys, below it a picture's window before and after."""
    alpha = mark.alpha[..., None]
    grounds = [(1 - alpha) * grey + alpha * mark.colour for grey in GROUNDS]
    before = picture[over.rows, over.columns].astype(np.float32)
    after = np.where(over.touched[..., None], unblend(picture, over, None), before)
    tiles = [*grounds, before, after]
    width = max(tile.shape[1] for tile in tiles)
    sheet = np.full((sum(tile.shape[0] for tile in tiles) + GAP * (len(tiles) - 1), width, 3), 255, np.uint8)
    top = 0
    for tile in tiles:
        height = tile.shape[0]
        sheet[top : top + height, : tile.shape[1]] = tile.clip(0, 255).round()
        top += height + GAP
    return sheet
