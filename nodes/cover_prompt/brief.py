"""A brief in a publisher's words, as the prompts of an image model.

The order of the parts is that of Arti_Cover's training captions (book cover, title, genre, description), so that its
LoRA, and others trained on such captions, meet the words where they learned them.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..ground import UserError
from ..ground.prompt_text import literal
from .requirements import bare_lines, sorted_lines

Language = Literal["english", "korean"]

WORDING = json.loads((Path(__file__).parent / "wording.json").read_text(encoding="utf-8"))
"""Genre, space and quality in both languages."""
GENRES = tuple(WORDING["genres"])
SPACES = tuple(WORDING["space"])
HANGUL = re.compile("[\uac00-\ud7a3]")
QUOTES = {
    pair[0]: pair[1]
    for pair in (
        '""',
        "''",
        "\u2018\u2019",
        "\u201c\u201d",
        "\u300a\u300b",
        "\u3008\u3009",
        "\u300c\u300d",
        "\u300e\u300f",
        "<>",
    )
}
"""Opening -> closing; around a whole title they would be painted."""


@dataclass(frozen=True)
class Brief:
    """
    title, summary: as the publisher writes them; their brackets are no prompt syntax.
    genre: a key of `GENRES`.
    requirements: prompt text, weights such as (moon:1.2) included, a line each; see `requirements.sorted_lines`.
    avoid: what must not be seen, a line each.
    space: where the picture is to be left plain for the title; a key of `SPACES`.
    """

    title: str
    genre: str
    summary: str
    requirements: str
    space: str
    avoid: str = ""


def language_of(brief: Brief) -> Language:
    """Korean as soon as the brief's own words have a Hangul letter, else English."""
    return "korean" if HANGUL.search(brief.title + brief.summary + brief.requirements + brief.avoid) else "english"


def prompts(brief: Brief, language: Language) -> tuple[str, str, str]:
    """What to paint, what to avoid, and for people how the requirements were read, in the wording of a language; the
    brief's own words stay as they are.

    Raises:
        UserError: nothing of the brief is filled in.
    """
    wanted, unwanted, report = sorted_lines(brief.requirements)
    unwanted += bare_lines(brief.avoid)
    told = [
        literal(_bare(_plain(brief.title))),
        WORDING["genres"][brief.genre][language],
        literal(_plain(brief.summary)),
        *map(_plain, wanted),
    ]
    if not any(told):
        raise UserError("Expected a brief, got nothing: fill in a title, a summary or requirements, or take a genre.")
    positive = [WORDING["cover"][language], *told, WORDING["space"][brief.space][language]]
    negative = ", ".join(filter(None, [*map(_plain, unwanted), WORDING["avoid"][language]]))
    return ", ".join(filter(None, positive)), negative, report


def _plain(text: str) -> str:
    """One line, composed letters, and no punctuation that would stand before the next comma."""
    return " ".join(unicodedata.normalize("NFC", text).split()).rstrip(" ,.;\u3002")


def _bare(title: str) -> str:
    """A title without the quotes that stand around all of it; those of a title inside it are its own."""
    while len(title) > 1 and QUOTES.get(title[0]) == title[-1]:
        inner = title[1:-1]
        if title[0] in inner or title[-1] in inner:
            break
        title = inner.strip()
    return title
