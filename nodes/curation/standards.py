"""Which articles and pictures are fit to learn from, as MmoRPG chose among its news."""

import re
from dataclasses import dataclass

import numpy as np

from ..news import Picture

LETTERS, HANGUL = re.compile(r"[^\W\d_]+"), re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+")
BLANK = 4.0
"""Levels by which pixels differ (standard deviation) in a picture that shows nothing."""


@dataclass(frozen=True)
class Standards:
    """What is kept; 0 or nothing turns a rule off."""

    topics: tuple[str, ...] = ()
    """Nothing but these topics, compared without case."""
    min_content: int = 100
    """Letters that an article's body must have; where a source has no bodies, the rule is off."""
    min_hangul: float = 0.3
    """Share of letters in title and body that must be Hangul: below it, an article is taken for English."""
    min_side: int = 256
    """px of the picture's shorter side."""
    animated: bool = False
    """Whether animated pictures are kept, by their first frame."""
    duplicate_bits: int = 6
    """Pictures whose perceptual hashes (64 bits) differ by no more count as one; -1 keeps all."""
    min_relevance: float = 0.2
    """Cosine of picture and headline, where a CLIP compares them."""

    def article_fault(self, topic: str, title: str, content: str) -> str | None:
        """Why the text is not fit, or None."""
        if self.topics and topic.casefold() not in {wanted.casefold() for wanted in self.topics}:
            return f"unwanted topic ({topic or 'none'})"
        letters = "".join(LETTERS.findall(content))
        if content and len(letters) < self.min_content:
            return f"short article ({len(letters)} of {self.min_content} letters)"
        letters += "".join(LETTERS.findall(title))
        share = sum(map(len, HANGUL.findall(letters))) / max(len(letters), 1)
        if share < self.min_hangul:
            return f"not Korean ({share:.0%} of the letters are Hangul)"
        return None

    def file_fault(self, picture: Picture) -> str | None:
        """Why a picture's file is not fit, or None."""
        return "animated picture" if picture.is_animated and not self.animated else None

    def picture_fault(self, picture: np.ndarray) -> str | None:
        """Why a picture `[H,W,3]` uint8 is not fit, or None."""
        height, width = picture.shape[:2]
        if min(width, height) < self.min_side:
            return f"small picture ({width} x {height} px, at least {self.min_side})"
        return "blank picture" if picture[::4, ::4].std() < BLANK else None

    def relevance_fault(self, cosine: float) -> str | None:
        """Why a picture does not show what its headline says, or None."""
        if cosine >= self.min_relevance:
            return None
        return f"low relevance ({cosine:.3f}, at least {self.min_relevance:.3f})"
