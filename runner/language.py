"""The language of the terminal, and what is said in it: sentences.json has each sentence in every language."""

import json
import locale
import os
from functools import cache
from pathlib import Path

SENTENCES = Path(__file__).with_name("sentences.json")
LANGUAGES = ("en", "ko")
"""The first is spoken where the terminal's own is not known."""


def spoken() -> str:
    """The language that the terminal asks for, by the variables that decide it everywhere else, or the system's."""
    asked = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None)
    begins = (asked or locale.getlocale()[0] or "")[:2].lower()  # Windows says Korean_Korea, and sets no variable
    return begins if begins in LANGUAGES else LANGUAGES[0]


def say(key: str, **values: object) -> str:
    """A sentence in that language, with its values put in."""
    return _sentences()[key][spoken()].format(**values)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return json.loads(SENTENCES.read_text(encoding="utf-8"))
