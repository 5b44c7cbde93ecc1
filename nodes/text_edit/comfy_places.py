"""Where in each picture each word is written: in masks, or in regions that OCR Text Mask found."""

from typing import Any

import torch

from ..ground import UserError
from ..host import images
from ..text_mask import reported_regions
from . import placement

HALF = 0.5
GROW = 8.0
"""Percent of the text height by which a found region grows, so that the old letters are covered."""


def places(
    pictures: torch.Tensor, mask: torch.Tensor | None, regions: str | None, lines: list[placement.Line]
) -> list[list[placement.Area]]:
    """For every picture an area for each word.

    Args:
        pictures: `[B,H,W,C]`.
        mask: `[H,W]` or `[B,H,W]`: one for all words, or one for each word of a single picture.
        regions: what OCR Text Mask reports; it goes before the mask.

    Raises:
        UserError: neither is given, or they belong to other pictures or to fewer words.
    """
    if regions is not None:
        reported = reported_regions(regions)
        if len(reported) != len(pictures):
            raise UserError(f"Expected the regions of {len(pictures)} pictures, got those of {len(reported)}.")
        return [_reported(*pair, lines) for pair in zip(reported, pictures, strict=True)]
    if mask is None:
        raise UserError("Expected a mask, or the regions of OCR Text Mask, to say where to write; connect one of them.")
    count = len(lines)
    if count > 1 and mask.ndim == 3 and len(mask) == count and len(pictures) == 1:
        one_each = [images.masks_for(one[None], pictures)[0].numpy() > HALF for one in mask]
        return [[placement.whole(one, f"the mask of word {number}") for number, one in enumerate(one_each, 1)]]
    masks = images.masks_for(mask, pictures).numpy() > HALF
    return [placement.split(one, count) for one in masks]


def _reported(reported: Any, picture: torch.Tensor, lines: list[placement.Line]) -> list[placement.Area]:
    if (reported.height, reported.width) != tuple(picture.shape[:2]):
        raise UserError(
            f"The regions were found in a picture of {reported.width} x {reported.height} px, but this one has "
            f"{picture.shape[1]} x {picture.shape[0]} px: take them from the same picture."
        )
    return [
        placement.whole(reported.area(number, GROW), f"region {number}")
        for number in placement.numbers(lines, reported.masked)
    ]
