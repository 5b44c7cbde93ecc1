"""What a piece of text says of an agency: its name alone, as a mark does, or the name among other words."""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).with_name("agencies.json")
"""How agencies spell themselves in marks, and what may stand beside. Meant to be edited."""
SHORT = 4
"""Letters: shorter Latin words count only where they stand alone, as "AP" is part of "map" too."""
CREDIT = r"(?:[/\u00a9]|\bby\b)[\w .'-]{0,24}$"
"""A photographer behind a slash, a sign of copyright or a "by"."""
HANGUL = re.compile("[\uac00-\ud7a3]")
ALIKE = ("1il|t", "0o")
"""Letters that recognisers take for each other."""


@dataclass(frozen=True)
class Said:
    """What a text says of an agency."""

    agency: str
    """Whose name it is; "" where it only reserves rights."""
    alone: bool
    """Whether it says nothing else: years, rights and a photographer's name are part of a mark."""


def said(text: str | None, words: tuple[str, ...] = ()) -> Said | None:
    """What a text says of an agency; None where it names none.

    Args:
        text: as it was read.
        words: more words that marks are known by.
    """
    # NFKC would make a plain c of the circled one.
    rest = unicodedata.normalize("NFKC", (text or "").replace("\u24d2", "\u00a9").replace("\u24b8", "\u00a9"))
    names = []
    for spelling, name in _spellings(words):
        rest, count = _pattern(spelling).subn("\n", rest)
        if count:
            names.append(name)
    if not names and not any(_pattern(phrase).search(rest) for phrase in lexicon()["rights"]):
        return None
    rest = re.sub(CREDIT, " ", rest, flags=re.IGNORECASE)
    rest = re.sub(rf"{HANGUL.pattern}{{2,4}}\s*(?:{'|'.join(lexicon()['reporters'])})", " ", rest)
    for phrase in sorted(lexicon()["rights"] + lexicon()["beside"], key=len, reverse=True):
        rest = _pattern(phrase).sub(" ", rest)
    return Said(names[0] if names else "", re.search(r"[^\W\d_]", rest) is None)


@cache
def lexicon() -> dict[str, Any]:
    """The kinds of words: "agencies" (agency -> how its marks spell it), "rights", "beside" and "reporters"."""
    return json.loads(LEXICON.read_text(encoding="utf-8"))


def _spellings(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every spelling and whose it is, long ones first, as short ones are part of them."""
    known: list[tuple[str, str]] = [
        (spelling, agency) for agency, spellings in lexicon()["agencies"].items() for spelling in spellings
    ]
    return [(word, word) for word in words] + sorted(known, key=lambda entry: -len(entry[0]))


@cache
def _pattern(phrase: str) -> re.Pattern:
    """A phrase wherever recognisers put spaces into it or leave them out, and whichever of `ALIKE` they read."""
    letters = re.sub(r"\s+", "", unicodedata.normalize("NFKC", phrase))
    alike = {letter: f"[{letters}]" for letters in ALIKE for letter in letters}
    spaced = r"\s*".join(alike.get(letter.lower(), re.escape(letter)) for letter in letters)
    if len(letters) <= SHORT and letters.isascii() and letters.isalnum():
        spaced = rf"(?<![A-Za-z0-9]){spaced}(?![A-Za-z0-9])"
    return re.compile(spaced, re.IGNORECASE)
