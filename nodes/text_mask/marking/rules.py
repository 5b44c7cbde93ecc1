"""Which regions are masked: by height, by place, by the engine's score, by script, by what they say."""

import re
from dataclasses import dataclass

from ...ground import UserError
from ..regions import HANGUL, Region

SCRIPTS = {
    "hangul": HANGUL.pattern,
    "latin": "[A-Za-z\u00c0-\u024f]",
    "digits": "[0-9]",
    "hanja": "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]",
}
PLACES = {
    "top": ((0, 3), (0, 1)),
    "bottom": ((0, 3), (2, 3)),
    "left": ((0, 1), (0, 3)),
    "right": ((2, 3), (0, 3)),
    "centre": ((1, 2), (1, 2)),
}
"""From where to where a region's middle may lie, in thirds of the picture's width and height."""


@dataclass(frozen=True)
class Rules:
    """All conditions must hold; an empty or zero condition is off."""

    keep: str = ""
    """Regular expression, case ignored: text that matches stays in the picture."""
    only: str = ""
    """Regular expression, case ignored: nothing but text that matches is masked."""
    min_height: float = 0.0
    """px; smaller text stays."""
    max_height: float = 0.0
    """px; larger text stays."""
    min_score: float = 0.0
    """0..1; regions that the detector doubts more stay."""
    place: str = ""
    """One of `PLACES`: text elsewhere stays."""
    script: str = ""
    """One of `SCRIPTS`: text without a single such letter stays."""

    def __post_init__(self) -> None:
        for name in ("keep", "only"):
            try:
                re.compile(getattr(self, name))
            except re.error as error:
                raise UserError(
                    f"'{name}' is not a regular expression: {getattr(self, name)!r} ({error}). "
                    "Expected plain words, or several with | between them; put \\ before ( ) [ ] + * to mean the sign."
                ) from error

    @property
    def need_text(self) -> bool:
        """Whether regions must be read."""
        return bool(self.keep or self.only or self.script)

    @property
    def need_hangul(self) -> bool:
        """Whether it is an error if Hangul cannot be read."""
        return self.script == "hangul" or bool(HANGUL.search(self.keep + self.only))

    def masked(self, region: Region, size: tuple[int, int]) -> bool:
        """Whether this region of a picture of `size` (width, height) is masked.

        Unread text matches nothing: `only` and `script` leave it, `keep` does not.
        """
        if region.score < self.min_score or region.height < self.min_height:
            return False
        if self.max_height and region.height > self.max_height:
            return False
        if self.place:
            thirds = 3 * region.polygon.mean(axis=0) / size
            if any(not low <= third < high for third, (low, high) in zip(thirds, PLACES[self.place], strict=True)):
                return False
        text = region.text or ""
        if self.script and not re.search(SCRIPTS[self.script], text):
            return False
        if self.only and not (text and re.search(self.only, text, re.IGNORECASE)):
            return False
        return not (self.keep and text and re.search(self.keep, text, re.IGNORECASE))


def any_word(lines: str) -> str:
    """A text file with one word or phrase a line as a regular expression that finds each of them as it stands.

    Empty lines and lines that begin with # do not count.

    Raises:
        UserError: no word at all, which as an expression would match everything.
    """
    words = [line.strip() for line in lines.splitlines() if line.strip() and not line.strip().startswith("#")]
    if not words:
        raise UserError("The word list is empty: expected one word or phrase a line.")
    return "|".join(re.escape(word) for word in words)
