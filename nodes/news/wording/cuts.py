"""What a desk or a page adds to a headline, as patterns: tags, credits, reporters, outlets, bullets."""

import re
from functools import cache

from .letters import EMOJI
from .rules import rules

SQUARE = ("[]", "\u3010\u3011", "\u3014\u3015")
POINTED = ("<>", "{}", "\u3008\u3009", "\u300a\u300b", "\u300c\u300d", "\u300e\u300f", "\u226a\u226b", "\u00ab\u00bb",
           "\u2039\u203a")  # fmt: skip
"""Titles of books and films stand in these: a tag in them is one only at an end of the headline."""
OPEN, CLOSE = "(\\[<\u3008\u3010", ")\\]>\u3009\u3011"
BAR = "|\u2223\u2502"
VOWEL_BAR = "\u3163"
"""The vowel I, which Korean desks type for a bar."""
DASH = "\\-\u2013\u2014"
STARS = "\u2605\u2606"
UP = "\u25b2\u25b3"
"""A bullet, or a rise: then a number stands beside it, or it is glued to what rises."""
BY_NIEUN = "".join(map(chr, range(0xAC04, 0xD7A4, 28)))
"""A word that ends so may describe the next one: a reporter behind it is whom the headline is about."""


@cache
def cuts() -> list[re.Pattern[str]]:
    """In the order in which they are applied."""
    return [re.compile(cut) for cut in (*_labels(), *rules()["credits"], *_reporters(), *_outlets(), *_bullets())]


def _labels() -> list[str]:
    tag, loud, bullets = _any("tags"), _any("loud_tags"), rules()["bullets"]
    tags = rf"\+?{tag}(?:[\s,/\u00b7]*{tag})*\+?"
    start, mark = rf"^[\s{bullets}{STARS}{UP}]*", f"[{bullets}{STARS}{BAR}{VOWEL_BAR}]"
    found: list[str] = []
    for pair in ("()", *SQUARE, *POINTED):
        left, right = map(re.escape, pair)
        tagged = rf"{left}\s*{tags}\s*{right}"
        found.append(rf"{start}{tagged}|{tagged}\s*$" if pair in POINTED else tagged)
        # The other bracket was lost by a feed.
        found.append(rf"^\s*{tags}\s*{right}|^\s*{left}\s*{tags}\s(?![^{left}]*{right})|{left}\s*{tags}\s*$")
        if pair in SQUARE:
            label = rf"{left}[^{left}{right}]*{right}"
            found.append(rf"{start}{label}|{label}\s*$")
    found += [rf"{left}\s*{tags}\s*{right}" for left, right in ("\u25c0\u25b6", "\u25c1\u25b7", "\u25b6\u25c0")]
    found.append(rf"{start}{tags}(?:(?:\s*{mark})+|\s*:|\s+[{DASH}](?=\s))")
    found.append(rf"{start}{loud}\s*(?:!|\u2026|\u2025|\.\.)+")
    found.append(rf"^\s*[{bullets}{STARS}]{start[1:]}{loud}(?=\s)")
    found.append(rf"^[\s{EMOJI}]*{loud}\s*[{EMOJI}]+")
    found.append(rf"(?<=\S)(?:\s*{mark}|\s[{DASH}]\s)\s*{tags}\s*$")
    return found


def _reporters() -> list[str]:
    role, surname = _any("reporters"), f"[{rules()['surnames']}]"
    names = r"[\uac00-\ud7a3]{2,4}(?:[\u00b7,\s]{1,2}[\uac00-\ud7a3]{2,4}){0,2}"
    others = "|".join(rules()["no_reporters"])
    return [
        # Where from, and who: (city=agency) reporter =
        rf"^\s*[{OPEN}]\s*[\uac00-\ud7a3A-Za-z\u00b7,\s]+=[\uac00-\ud7a3A-Za-z0-9\s]+[{CLOSE}]",
        rf"[{OPEN}]\s*[\uac00-\ud7a3A-Za-z\u00b7,\s]+=\s*{_any('outlets')}\s*[{CLOSE}]",
        rf"^\s*{names}\s*{role}\s*=\s",
        rf"[{OPEN}][^{OPEN}{CLOSE}]*{names}\s*{role}\s*[{CLOSE}]\s*$",
        rf"(?<=\S)(?:\s*[/={BAR}{VOWEL_BAR}]|\s[{DASH}]\s)\s*(?:[\uac00-\ud7a3]+=)?{names}\s*{role}\s*$",
        rf"(?<=[^\s{BY_NIEUN}])\s+(?!{others}){surname}[\uac00-\ud7a3]{{2}}\s?{role}\s*$",
    ]


def _outlets() -> list[str]:
    outlet = rf"(?:[\uac00-\ud7a3]{{2}}\uc5b8\ub860\s)?{_any('outlets')}(?:\s?{_any('programmes')}){{0,2}}"
    section, date = _any("sections"), r"\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.?"
    separator = rf"(?:\s*(?:[{BAR}]|::)|\s+[<:/{VOWEL_BAR}{DASH}])\s*"
    return [
        # A page's title: headline < section < article - outlet.
        r"(?:\s+<\s+[^<>|]{1,15}){0,8}\s+<\s+\uae30\uc0ac\ubcf8\ubb38.*$",
        rf"(?<=\S)(?:{separator}(?:{section}|{outlet})){{0,8}}{separator}{outlet}(?:\s+{date})?\s*>?\s*$",
        rf"(?<=\S)(?:(?:\s*[{BAR}]|\s+[<{VOWEL_BAR}])\s*{section})+\s*$",
        rf"[{OPEN}]\s*(?:{date}\s*/[^{OPEN}{CLOSE}]*|{outlet})\s*[{CLOSE}]\s*$",
    ]


def _bullets() -> list[str]:
    return [
        f"[{rules()['bullets']}][\U0001f3fb-\U0001f3ff]?",
        # Rows of stars are a rating, rows of circles and squares a name left out.
        rf"(?<![{STARS}])[{STARS}]{{1,2}}(?![{STARS}])",
        r"(?:^|(?<=\s))[\u25a1\u25cb\u25cf\u25ce\u25ef](?=\s)|^[\u25a1\u25ce](?=\w)",
        rf"(?<![\w%])[{UP}](?!\s?[\d+$])",
        rf"\s*[{BAR}]\s*|\s{VOWEL_BAR}\s",
    ]


def _any(key: str) -> str:
    return f"(?:{'|'.join(rules()[key])})"
