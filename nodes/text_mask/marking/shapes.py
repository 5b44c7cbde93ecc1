"""Regions as pixels: the mask, and a picture that shows what was found."""

import numpy as np

from ..regions import Region
from . import letters, strokes

MASKED_COLOUR = (230, 57, 70)
KEPT_COLOUR = (69, 160, 98)
SUBPIXEL_BITS = 4


def draw_mask(picture: np.ndarray, regions: list[Region], shape: str, grow: float) -> np.ndarray:
    """The regions filled and grown.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        shape: "polygon" fills the quad, "box" its upright bounding box, "stroke" the letters in it; where none are
            seen, "stroke" fills the quad.
        grow: outward, in percent of each region's own text height: a fixed width would drown small pictures.

    Returns:
        `[H,W]` uint8, 0 or 1.
    """
    mask = np.zeros(picture.shape[:2], np.uint8)
    for region in regions:
        radius = round(grow / 100.0 * region.height)
        corners = _box(region.polygon) if shape == "box" else region.polygon
        if shape != "stroke" or not _draw_strokes(mask, picture, region, radius):
            _fill(mask, corners, radius)
    return mask


def area_of(regions: list[Region], size: tuple[int, int], grow: float) -> np.ndarray:
    """`[H,W]` bool: the regions' quads, grown by percent of their text heights; `size` is height and width in px."""
    area = np.zeros(size, np.uint8)
    for region in regions:
        _fill(area, region.polygon, round(grow / 100.0 * region.height))
    return area.astype(bool)


def share_inside(region: Region, area: np.ndarray) -> float:
    """How much of a region lies inside an area `[H,W]` bool, 0..1."""
    rows, columns = _window(region.polygon, 1, area.shape)
    around = area[rows, columns]
    inside = np.zeros(around.shape, np.uint8)
    _fill(inside, region.polygon - [columns.start, rows.start], radius=0)
    return float(around[inside > 0].mean()) if inside.any() else 0.0


def draw_overlay(picture: np.ndarray, regions: list[Region], masked: list[bool]) -> np.ndarray:
    """The picture with each region outlined and numbered from 1, red where it is masked and green where it is kept.

    Args:
        picture: `[H,W,3]` uint8.
    """
    import cv2

    overlay = picture.copy()
    width = max(1, round(min(picture.shape[:2]) / 300))
    for region, chosen in zip(regions, masked, strict=True):
        colour = MASKED_COLOUR if chosen else KEPT_COLOUR
        cv2.polylines(overlay, [_fixed_point(region.polygon)], True, colour, width, cv2.LINE_AA, shift=SUBPIXEL_BITS)
    for number, (region, chosen) in enumerate(zip(regions, masked, strict=True), 1):
        _draw_number(overlay, region, number, MASKED_COLOUR if chosen else KEPT_COLOUR)
    return overlay


def _draw_number(overlay: np.ndarray, region: Region, number: int, colour: tuple[int, int, int]) -> None:
    """White on a plate at the region's first corner, inside the picture."""
    import cv2

    scale = max(0.4, min(overlay.shape[:2]) / 1000)
    strong = max(1, round(2 * scale))
    (width, height), below = cv2.getTextSize(str(number), cv2.FONT_HERSHEY_SIMPLEX, scale, strong)
    left = min(max(0, round(float(region.polygon[0, 0]))), max(0, overlay.shape[1] - width - 2))
    bottom = min(max(height + below, round(float(region.polygon[0, 1]))), overlay.shape[0] - 1)
    cv2.rectangle(overlay, (left, bottom - height - below), (left + width + 2, bottom), colour, cv2.FILLED)
    white = (255, 255, 255)
    cv2.putText(
        overlay, str(number), (left + 1, bottom - below // 2 - 1), cv2.FONT_HERSHEY_SIMPLEX, scale, white, strong,
        cv2.LINE_AA,
    )  # fmt: skip


def _fill(mask: np.ndarray, corners: np.ndarray, radius: int) -> None:
    import cv2

    points = [_fixed_point(corners)]
    cv2.fillPoly(mask, points, 1, shift=SUBPIXEL_BITS)
    if radius:
        cv2.polylines(mask, points, isClosed=True, color=1, thickness=2 * radius, shift=SUBPIXEL_BITS)


def _draw_strokes(mask: np.ndarray, picture: np.ndarray, region: Region, radius: int) -> bool:
    """Draw a region's letters; False where none are seen and nothing was drawn."""
    seen = letters.ink(picture, region)
    if seen is None:
        return False
    around, ink = seen
    corners = around.corners(0, 0, *ink.shape[::-1])
    rows, columns = _window(corners, radius + strokes.RIM, mask.shape)
    own = around.in_picture(ink.astype(np.uint8) * np.uint8(255), rows, columns) > 127
    np.maximum(mask[rows, columns], strokes.grown(own, radius), out=mask[rows, columns])
    return True


def _window(corners: np.ndarray, margin: int, size: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns of a picture of `size` (height, width) that hold a quad and `margin` px around it."""
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + margin, size[::-1])
    return slice(low[1], max(low[1], high[1])), slice(low[0], max(low[0], high[0]))


def _box(corners: np.ndarray) -> np.ndarray:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _fixed_point(corners: np.ndarray) -> np.ndarray:
    return np.round(corners * (1 << SUBPIXEL_BITS)).astype(np.int32).reshape(-1, 1, 2)
