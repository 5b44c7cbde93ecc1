"""What readers of a genre expect of a cover's letters, from the data file beside this."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..fonts import Font

CONVENTIONS: dict[str, Any] = json.loads(Path(__file__).with_name("conventions.json").read_text(encoding="utf-8"))
NEUTRAL = "none"
UPPER = "upper"


@dataclass(frozen=True)
class Convention:
    """Sizes in percent of the picture's measure (see `layouts.measure`), tracking and leading of the letters."""

    title: str
    """A key of "typefaces"."""
    rest: str
    """The same, for subtitle and author."""
    weight: int
    rest_weight: int
    """Of variable fonts and collections, 100 to 900."""
    case: str
    """"upper" for titles in Latin letters, or "as written"."""
    tracking: float
    leading: float
    size: tuple[float, float, float]
    """Least, usual and most of the title's letters."""
    top: float
    middle: float
    bottom: float
    """What it costs to stand there: 0 is where readers expect a title, 1 where they never saw one."""
    align: tuple[str, ...]
    directions: tuple[str, ...]
    """Both with what is most usual first."""
    author: str
    """"with title" or "apart", at another end of the cover."""
    accent: bool
    """Whether the title may take a colour of the picture, beside white and black."""
    words: tuple[str, ...]
    """By which a subtitle or title tells the genre."""


def convention(genre: str) -> Convention:
    """Of a genre of the book cover prompt."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in CONVENTIONS["genres"][genre].items()
    }
    return Convention(**kept)


def guessed(subtitle: str, author: str) -> tuple[str, str]:
    """The genre that a cover's own words name, as "a ghost story" or "poems by" do, and the word; longer words first.

    A title is not asked: a novel may be called The Travel.

    >>> guessed("A Ghost Story", "")
    ('horror', 'ghost')
    >>> guessed("The Ice House", "")
    ('none', '')
    """
    known = sorted(
        ((word, genre) for genre, kept in CONVENTIONS["genres"].items() for word in kept["words"]),
        key=lambda one: -len(one[0]),
    )
    for text in (subtitle.lower(), author.lower()):
        for word, genre in known:
            # A particle may follow a Korean word.
            if re.search(rf"(?<!\w){re.escape(word)}" + (r"(?!\w)" if word.isascii() else ""), text):
                return genre, word
    return NEUTRAL, ""


def in_order(fonts: dict[str, Font], typeface: str) -> dict[str, Font]:
    """The fonts of this machine with those of a typeface first: what `auto` then takes is the genre's."""
    rank = {stem: number for number, stem in enumerate(CONVENTIONS["typefaces"][typeface])}
    return dict(sorted(fonts.items(), key=lambda one: rank.get(one[1].path.stem, len(rank))))
