"""A learned mark to look at: on a dark, a middle and a light ground, and taken off a picture."""

import numpy as np

from ..mark import Watermark
from .clean import Overlay, unblend

GROUNDS = (40.0, 128.0, 215.0)
GAP = 6


def tiles(mark: Watermark, picture: np.ndarray, over: Overlay) -> list[np.ndarray]:
    """`[h,w,3]` in 0..255 each: the mark on three greys, a picture's window before and after."""
    alpha = mark.alpha[..., None]
    grounds = [(1 - alpha) * grey + alpha * mark.colour for grey in GROUNDS]
    before = picture[over.rows, over.columns].astype(np.float32)
    return [*grounds, before, np.where(over.touched[..., None], unblend(picture, over, None), before)]


def sheet(shown: list[np.ndarray]) -> np.ndarray:
    """`[h,w,3]` uint8: tiles below each other."""
    width = max(tile.shape[1] for tile in shown)
    result = np.full((sum(tile.shape[0] for tile in shown) + GAP * (len(shown) - 1), width, 3), 255, np.uint8)
    top = 0
    for tile in shown:
        height = tile.shape[0]
        result[top : top + height, : tile.shape[1]] = tile.clip(0, 255).round()
        top += height + GAP
    return result
