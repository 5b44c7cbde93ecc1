"""The square around a word that DiffSTE sees, and the way back into the picture."""

import math
from dataclasses import dataclass

import numpy as np

from ..ground import UserError
from .placement import Area

LATENT_CELL = 8
"""px of the square that one number of the latent stands for."""
LEAST_MARGIN = 1.15, 8
"""The square exceeds the word's longer side by this factor and so many px."""

CORE = 0.5
"""Share of the way to the middle of an area after which nothing of the old word is left."""


@dataclass(frozen=True)
class Square:
    """A square of a picture; it may reach beyond the border, where the picture is mirrored."""

    left: int
    top: int
    side: int


def around(area: Area, size: tuple[int, int], context: float) -> Square:
    """The square for an area of a picture of `size` (width, height).

    Its surface is `context` times the area's box, as in DiffSTE's training (15; 30 in its validation), but not so
    little that the word touches the rim, and no larger than the picture's short side unless the word itself is.
    """
    factor, margin = LEAST_MARGIN
    longest = max(area.width, area.height)
    side = max(math.ceil(longest * factor) + margin, round(math.sqrt(context * area.width * area.height)))
    if longest <= min(size):
        side = min(side, *size)
    left = _shifted(area.left + area.width / 2, side, size[0])
    return Square(left, _shifted(area.top + area.height / 2, side, size[1]), side)


def _shifted(middle: float, side: int, length: int) -> int:
    """Where the square begins: centred on the area, moved inside the picture; centred on the picture if larger."""
    if side >= length:
        return -((side - length) // 2)
    return min(max(round(middle - side / 2), 0), length - side)


def cut(picture: np.ndarray, square: Square, resolution: int) -> np.ndarray:
    """The square of `[H,W,3]` float32 at `resolution` px; beyond the border the picture is mirrored."""
    height, width = picture.shape[:2]
    right, bottom = square.left + square.side, square.top + square.side
    inside = np.nan_to_num(picture[max(square.top, 0) : min(bottom, height), max(square.left, 0) : min(right, width)])
    padding = (
        (max(-square.top, 0), max(bottom - height, 0)),
        (max(-square.left, 0), max(right - width, 0)),
        (0, 0),
    )
    return np.clip(_resized(np.pad(inside, padding, mode="symmetric"), resolution), 0, 1)


def mask_of(area: Area, square: Square, resolution: int) -> np.ndarray:
    """The area in the square, `[resolution,resolution]` float32 of 0 and 1.

    Raises:
        UserError: so small that none of the latent's cells is masked.
    """
    canvas = np.zeros((square.side, square.side), np.float32)
    top, left = area.top - square.top, area.left - square.left
    canvas[top : top + area.height, left : left + area.width] = area.mask
    mask = (_resized(canvas, resolution) > 0.5).astype(np.float32)
    if not mask[::LATENT_CELL, ::LATENT_CELL].any():
        raise UserError(
            f"The masked area of {area.width} x {area.height} px is too small for DiffSTE to write in: widen the mask "
            "to the whole word, or lower context."
        )
    return mask


def paste(result: np.ndarray, edited: np.ndarray, area: Area, square: Square, feather: int) -> bool:
    """Put the edited square back, inside the area alone; every other px of `result` keeps its bits.

    Args:
        result: `[H,W,C]` float32 with 1, 3 or 4 channels, changed in place; alpha stays.
        edited: `[resolution,resolution,3]` in 0..1.
        feather: px over which the edit fades in from the area's rim inwards.

    Returns:
        Whether the area has room for the feather everywhere.
    """
    back = _resized(edited, square.side)
    top, left = area.top - square.top, area.left - square.left
    new = np.clip(back[top : top + area.height, left : left + area.width], 0, 1)
    share, room = _fade(area.mask, feather)
    target = result[area.top : area.top + area.height, area.left : area.left + area.width]
    colours = min(target.shape[2], 3)
    wanted = new[area.mask] if colours == 3 else new[area.mask].mean(axis=1, keepdims=True)
    before = target[area.mask]
    before[:, :colours] += share[:, None] * (wanted - before[:, :colours])
    target[area.mask] = before
    return room


def _fade(mask: np.ndarray, feather: int) -> tuple[np.ndarray, bool]:
    """How much of the edit each masked px takes, and whether that is the feather as it was asked for.

    A feather wider than the area would leave the old word shining through: nowhere does it reach further inwards than
    half way to the middle of the stroke, bar or box that the px belongs to.
    """
    import cv2

    # A rim of zeros: where the area touches its own box the picture begins beyond.
    inward = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    wanted = feather + 1
    width = np.minimum(wanted, np.maximum(_depth(inward, wanted / CORE) * CORE, 1))[1:-1, 1:-1][mask]
    return np.clip(inward[1:-1, 1:-1][mask] / width, 0, 1), bool((width == wanted).all())


def _depth(inward: np.ndarray, most: float) -> np.ndarray:
    """How deep the middle of the part of an area is that a px belongs to, up to `most`; at most a fifth too little.

    A px belongs to a middle of a depth if it lies no further away from it than that.
    """
    import cv2

    found = np.minimum(inward, 1)
    depth = min(most, float(inward.max()))
    while depth > 1 and (found == 1).any():
        away = cv2.distanceTransform((inward < depth).astype(np.uint8), cv2.DIST_C, 3)
        found = np.maximum(found, np.where((away < depth) & (inward > 0), depth, 0))
        depth *= 0.8
    return found


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    import cv2

    if picture.shape[0] == side:
        return picture
    method = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return cv2.resize(picture, (side, side), interpolation=method)
