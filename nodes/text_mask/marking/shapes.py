"""Regions as pixels: the mask, and a picture that shows what was found."""

import numpy as np

from ..regions import Region
from . import strokes

MASKED_COLOUR = (230, 57, 70)
KEPT_COLOUR = (69, 160, 98)
SUBPIXEL_BITS = 4


def draw_mask(picture: np.ndarray, regions: list[Region], shape: str, grow: float) -> np.ndarray:
    """The regions filled and grown.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        shape: "polygon" fills the quad, "box" its upright bounding box, "stroke" the letters in it; where letters and
            background do not part clearly, "stroke" fills the quad.
        grow: outward, in percent of each region's own text height: a fixed width would drown small pictures.

    Returns:
        `[H,W]` uint8, 0 or 1.
    """
    mask = np.zeros(picture.shape[:2], np.uint8)
    for region in regions:
        radius = round(grow / 100.0 * region.height)
        corners = _box(region.polygon) if shape == "box" else region.polygon
        if shape != "stroke" or not _draw_strokes(mask, picture, corners, radius):
            _fill(mask, corners, radius)
    return mask


def touches(region: Region, area: np.ndarray | None) -> bool:
    """Whether a region covers any px of `[H,W]` that is not 0; without an area, always."""
    if area is None:
        return True
    inside = np.zeros(area.shape, np.uint8)
    _fill(inside, region.polygon, radius=0)
    return bool(area[inside > 0].any())


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


def _draw_strokes(mask: np.ndarray, picture: np.ndarray, corners: np.ndarray, radius: int) -> bool:
    """Draw a region's letters; False where they cannot be told from the background and nothing was drawn."""
    margin = radius + strokes.RIM + strokes.RING
    (left, top), (right, bottom) = corners.min(axis=0).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    rows = slice(max(0, top - margin), bottom + margin)
    columns = slice(max(0, left - margin), right + margin)
    inside = np.zeros(mask[rows, columns].shape, np.uint8)
    _fill(inside, corners - [columns.start, rows.start], radius=0)
    ink = strokes.strokes(picture[rows, columns], inside.astype(bool))
    if ink is None:
        return False
    np.maximum(mask[rows, columns], strokes.grown(ink, radius), out=mask[rows, columns])
    return True


def _box(corners: np.ndarray) -> np.ndarray:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _fixed_point(corners: np.ndarray) -> np.ndarray:
    return np.round(corners * (1 << SUBPIXEL_BITS)).astype(np.int32).reshape(-1, 1, 2)
