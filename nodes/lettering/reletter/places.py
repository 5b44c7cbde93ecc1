"""Which line goes into which region: those that were found, or the pieces of a mask."""

from collections.abc import Sequence

import numpy as np

from ...ground import UserError
from ...text_mask import Region, Reported, share_inside
from .typed import Typed

HALF = 0.5
LEAST = 4
"""px: regions that are narrower hold no letters."""
LEAST_PIECE = 16
"""px of a mask: less is a slip of the brush."""
SAME_ROW = 0.6
"""Of a piece's height: pieces whose middles are nearer stand in one row."""


def regions_of(
    reported: Reported | None, mask: np.ndarray | None, size: tuple[int, int]
) -> tuple[tuple[Region, ...], list[int]]:
    """All regions of a picture, and the numbers, from 1, of those that lines without a number take in turn.

    Args:
        reported: what OCR Text Mask found; without it every piece of the mask is a region.
        mask: `[H,W]` bool; with `reported` it chooses the regions that lie in it by half.
        size: height and width of the picture.

    Raises:
        UserError: neither is given, the regions are of another picture, or there are none.
    """
    if reported is None:
        if mask is None:
            raise UserError(
                "Expected the regions of OCR Text Mask, or a mask, to say where the words are; connect one."
            )
        found = _pieces(mask)
        if not found:
            raise UserError("The mask is empty: paint over the words that get new ones, or connect regions.")
        return found, list(range(1, len(found) + 1))
    if (reported.height, reported.width) != size:
        raise UserError(
            f"The regions were found in a picture of {reported.width} x {reported.height} px, but this one has "
            f"{size[1]} x {size[0]} px: take them from the same picture."
        )
    if not reported.regions:
        raise UserError("No text was found in the picture, so there is nothing to letter anew: paint a mask instead.")
    inside = [mask is None or share_inside(region, mask) >= HALF for region in reported.regions]
    chosen = [
        number
        for number, (masked, within) in enumerate(zip(reported.masked, inside, strict=True), 1)
        if masked and within
    ]
    return reported.regions, chosen


def numbered(
    lines: Sequence[Typed], regions: Sequence[Region], chosen: list[int], size: tuple[int, int]
) -> list[tuple[int, Typed]]:
    """Every line with the number of its region; arguments as `regions_of` takes and gives them.

    Raises:
        UserError: no such region, one without room for letters, or another number of lines than of regions.
    """
    found = _with_numbers(lines, len(regions), chosen)
    for number, _ in found:
        corners = regions[number - 1].polygon
        inside = corners.clip(0, size[::-1])
        if not np.isfinite(corners).all() or min(regions[number - 1].sides) < LEAST or np.ptp(inside, axis=0).min() < 1:
            raise UserError(
                f"Region {number} has no room for letters in this picture: expected four corners at least {LEAST} px "
                "apart, clockwise from the letters' upper left."
            )
    return found


def _with_numbers(lines: Sequence[Typed], count: int, chosen: list[int]) -> list[tuple[int, Typed]]:
    if lines[0].number is None:
        if len(lines) != len(chosen):
            raise UserError(
                f"Expected words for each of the {len(chosen)} regions, a line each, got {len(lines)}: write as many "
                'lines, or name regions by number as in "2: Moonlight".'
            )
        return list(zip(chosen, lines, strict=True))
    for line in lines:
        if line.number is None or not 1 <= line.number <= count:
            raise UserError(f"There is no region {line.number}: expected 1 to {count}, as the overlay numbers them.")
    return [(line.number, line) for line in lines if line.number is not None]


def _pieces(mask: np.ndarray) -> tuple[Region, ...]:
    """The separate pieces of a mask as turned rectangles, row by row from the left."""
    import cv2

    rims, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    found = [Region(_upright(cv2.boxPoints(cv2.minAreaRect(rim))), 1.0) for rim in rims if len(rim) >= LEAST_PIECE]
    found.sort(key=lambda region: float(region.polygon[:, 1].mean()))
    rows: list[list[Region]] = []
    for region in found:
        middle = region.polygon[:, 1].mean()
        if rows and middle - rows[-1][0].polygon[:, 1].mean() < SAME_ROW * np.ptp(rows[-1][0].polygon[:, 1]):
            rows[-1].append(region)
        else:
            rows.append([region])
    return tuple(region for row in rows for region in sorted(row, key=lambda one: float(one.polygon[:, 0].mean())))


def _upright(corners: np.ndarray) -> np.ndarray:
    """A rectangle's corners clockwise from the one at the upper left, its own top being turned the least."""
    turned = [np.roll(corners, -start, axis=0) for start in range(4)]

    def turn(quad: np.ndarray) -> float:
        across = quad[1] - quad[0]
        return abs(float(np.arctan2(across[1], across[0])))

    return min(turned, key=turn).astype(np.float32) + np.float32(0.5)
