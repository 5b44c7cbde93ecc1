"""Agency marks by what they say and where they stand, for a single picture that nothing was learned for."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).with_name("agencies.json")
"""Agency -> how its marks spell it; "" names phrases of rights that say no name. Meant to be edited."""
SHORT = 4
"""Letters: shorter Latin words count only when they stand alone, as "AP" is part of "map" too."""
CORNER, BAND, MIDDLE = (0.38, 0.3), 0.14, 0.15
"""Shares of width and height: corners, a strip along top and bottom, a strip through the middle."""
SMALL = 0.09
"""Of the picture's height: what stands in a corner and cannot be read counts as a mark only below it."""


@dataclass(frozen=True)
class AgencyMarks:
    """A choice among text regions, as `text_mask.comfy.TextSearch` takes it."""

    words: tuple[str, ...] = ()
    """More words that marks are known by."""
    by_place: bool = False
    """Take small text in the corners for a mark although it cannot be read, as where nothing reads Hangul."""
    need_text: bool = field(default=True, init=False)
    need_hangul: bool = field(default=False, init=False)

    def masked(self, region: Any, size: tuple[int, int]) -> bool:
        """Whether a text region of a picture of `size` (width, height) is a mark."""
        x, y = region.polygon.mean(axis=0) / size
        edge_x, edge_y = min(x, 1 - x), min(y, 1 - y)
        corner = edge_x < CORNER[0] and edge_y < CORNER[1]
        if self.name(region.text) is not None:
            return bool(corner or edge_y < BAND or abs(y - 0.5) < MIDDLE)
        return bool(self.by_place and corner and region.height < SMALL * size[1])

    def name(self, text: str | None) -> str | None:
        """Whose mark a text is; "" where it only reserves rights, None where it is no mark."""
        if not text:
            return None
        together = re.sub(r"\s+", "", text).casefold()
        for word in self.words:
            if _says(text, together, word):
                return word
        rights = None
        for agency, words in lexicon().items():
            if any(_says(text, together, word) for word in words):
                if agency:
                    return agency
                rights = ""
        return rights


@cache
def lexicon() -> dict[str, list[str]]:
    """Agency -> how its marks spell it."""
    return json.loads(LEXICON.read_text(encoding="utf-8"))["agencies"]


def _says(text: str, together: str, word: str) -> bool:
    wanted = re.sub(r"\s+", "", word).casefold()
    if len(wanted) <= SHORT and wanted.isascii() and wanted.isalnum():
        return re.search(rf"(?<![A-Za-z0-9]){re.escape(wanted)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
    return wanted in together
