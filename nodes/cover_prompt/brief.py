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

Language = Literal["english", "korean"]

WORDING = json.loads((Path(__file__).parent / "wording.json").read_text(encoding="utf-8"))
"""Genre, space and quality in both languages."""
GENRES = tuple(WORDING["genres"])
SPACES = tuple(WORDING["space"])
HANGUL = re.compile("[\uac00-\ud7a3]")
QUOTES = "\"'\u2018\u2019\u201c\u201d\u300a\u300b\u3008\u3009\u300c\u300d\u300e\u300f<>"
"""Around a title they would be painted."""


@dataclass(frozen=True)
class Brief:
    """
    title, summary: as the publisher writes them; their brackets are no prompt syntax.
    genre: a key of `GENRES`.
    requirements: prompt text, weights such as (moon:1.2) included; a line that begins with "-" is to be avoided.
    space: where the picture is to be left plain for the title; a key of `SPACES`.
    """

    title: str
    genre: str
    summary: str
    requirements: str
    space: str


def language_of(brief: Brief) -> Language:
    """Korean as soon as the brief's own words have a Hangul letter, else English."""
    return "korean" if HANGUL.search(brief.title + brief.summary + brief.requirements) else "english"


def prompts(brief: Brief, language: Language) -> tuple[str, str]:
    """What to paint, and what to avoid, in the wording of a language; the brief's own words stay as they are.

    Raises:
        UserError: nothing of the brief is filled in.
    """
    lines = [_plain(line) for line in brief.requirements.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("-")]
    unwanted = [_plain(line.lstrip("-")) for line in lines if line.startswith("-")]
    told = [
        literal(_plain(brief.title).strip(QUOTES + " ")),
        WORDING["genres"][brief.genre][language],
        literal(_plain(brief.summary)),
        *wanted,
    ]
    if not any(told):
        raise UserError("Expected a brief, got nothing: fill in a title, a summary or requirements, or take a genre.")
    positive = [WORDING["cover"][language], *told, WORDING["space"][brief.space][language]]
    return ", ".join(filter(None, positive)), ", ".join(filter(None, [*unwanted, WORDING["avoid"][language]]))


def _plain(text: str) -> str:
    """One line, composed letters, and no punctuation that would stand before the next comma."""
    return " ".join(unicodedata.normalize("NFC", text).split()).rstrip(" ,.;\u3002")
