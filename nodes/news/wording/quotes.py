"""Quotes are taken off, and the words around them stay apart or together as they are meant."""

import re

from .hanja import particle
from .rules import rules

TITLES = re.compile(
    "\u300a([^\u300a\u300b]*)\u300b|\u3008([^\u3008\u3009]*)\u3009|\u226a([^\u226a\u226b]*)\u226b|\u00ab([^\u00ab\u00bb]*)\u00bb"
    "|\u2039([^\u2039\u203a]*)\u203a|<(?!\\s)([^<>]*[^<>\\s])>"
)
"""Brackets around titles of books and films."""
SINGLE = "'\u2018\u2019\u201b\u2032\u00b4"
OPENING = "\u2018\u201b\u201c\u201e\u201f\u300c\u300e\u301d"
CLOSING = "\u2019\u201d\u300d\u300f\u301e\u301f"
QUOTES = re.compile(f'[{SINGLE}{OPENING}{CLOSING}"`\u2033]+')
HANGUL_WORD = re.compile("[\uac00-\ud7a3]+")


def unquote(text: str) -> str:
    """The text without quotes; apostrophes within Latin words stay.

    What is glued to a quote from outside is set apart, but for what belongs to the quoted words: particles, endings.
    """
    text = TITLES.sub(lambda found: f"\u201c{found[found.lastindex or 0]}\u201d", text)
    out, last, is_open = "", 0, False
    for found in QUOTES.finditer(text):
        left, right = text[: found.start()][-1:], text[found.end() :][:1]
        if found[0] in SINGLE and _is_latin(left) and _is_latin(right):
            continue
        opens = found[0][0] in OPENING or (found[0][0] not in CLOSING and not is_open)
        is_open = opens
        out += text[last : found.start()]
        last = found.end()
        if left.isalnum() and right.isalnum() and (opens or not _belongs(text[last:])):
            out += " "
    return out + text[last:]


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _belongs(after: str) -> bool:
    """Whether the word behind a quote goes on with what was quoted."""
    found = HANGUL_WORD.match(after)
    if found is None:
        return True
    word = found[0]
    return len(word) == 1 or particle(word) or any(re.fullmatch(ending, word) for ending in rules()["endings"])
