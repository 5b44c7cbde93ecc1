"""The regions output of OCR Text Mask, read back."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ground import UserError
from ..regions import Region
from .shapes import area_of

FORM = "the regions output of OCR Text Mask"


@dataclass(frozen=True)
class Reported:
    """One picture's regions."""

    width: int
    height: int
    regions: tuple[Region, ...]
    masked: tuple[bool, ...]

    def area(self, number: int, grow: float) -> np.ndarray:
        """A region, counted from 1, as `[H,W]` bool, grown by percent of its text height."""
        return area_of([self.regions[number - 1]], (self.height, self.width), grow)


def reported_regions(report: str) -> list[Reported]:
    """Every picture's regions, from the text that OCR Text Mask gives.

    Raises:
        UserError: another text.
    """
    try:
        return [_picture(entry) for entry in json.loads(report)]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"Expected {FORM}, got {report[:40]!r}: connect that output.") from error


def _picture(entry: dict[str, Any]) -> Reported:
    found = entry["regions"]
    regions = tuple(
        Region(np.array(region["polygon"], np.float32).reshape(4, 2), region["score"], region.get("text"))
        for region in found
    )
    return Reported(entry["width"], entry["height"], regions, tuple(bool(region["masked"]) for region in found))
