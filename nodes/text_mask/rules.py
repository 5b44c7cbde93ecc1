"""Which regions are masked: by height, by the detector's score, by what they say."""

import re
from dataclasses import dataclass

from .regions import Region

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


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

    def __post_init__(self) -> None:
        for name in ("keep", "only"):
            try:
                re.compile(getattr(self, name))
            except re.error as error:
                raise ValueError(
                    f"'{name}' is not a regular expression: {getattr(self, name)!r} ({error}). "
                    "Expected plain words, or several with | between them; put \\ before ( ) [ ] + * to mean the sign."
                ) from error

    @property
    def need_text(self) -> bool:
        return bool(self.keep or self.only)

    @property
    def need_hangul(self) -> bool:
        return bool(HANGUL.search(self.keep + self.only))

    def masked(self, region: Region) -> bool:
        """Whether this region is masked. Unread text matches no expression: `only` leaves it, `keep` does not."""
        if region.score < self.min_score or region.height < self.min_height:
            return False
        if self.max_height and region.height > self.max_height:
            return False
        text = region.text or ""
        if self.only and not (text and re.search(self.only, text, re.IGNORECASE)):
            return False
        return not (self.keep and text and re.search(self.keep, text, re.IGNORECASE))
