"""A news headline as a prompt: what the desk added for readers is taken off, what the picture shows stays.

The rules are data (`headline_rules.json`): tags, outlets, tails of reporters and rights, Hanja abbreviations.
"""

import html
import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

INVISIBLE = re.compile("[\u0000-\u001f\u007f\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff]")
QUOTES = re.compile(
    "[\"\u201c-\u201f\u2033\u300c-\u300f\uff02`]|(?<!\\w)['\u2018-\u201b\u2032]|['\u2018-\u201b\u2032](?!\\w)"
)
ELLIPSES = re.compile("\\s*(?:\u2026|\\.{2,}|\u22ef|\u00b7{2,}|\u318d{2,})+\\s*")
SPACES = re.compile("\\s+")
LOOSE = " \t,;:|/=~-\u2013\u2014\u00b7\u318d\u2219<>\u3008\u3009"
"""Left over at an end when something beside it went."""
BRACKETS = ("\\[", "\\]", "\u3010", "\u3011", "\u3014", "\u3015")
PARENTHESES = ("\\(", "\\)", "<", ">", "\u3008", "\u3009", "\uff1c", "\uff1e")


def clean(text: str, hanja: bool) -> str:
    """The headline without tags, reporters, quotes and ellipses, in one line.

    Cleaning it again changes nothing. A headline of which nothing would be left is only tidied.

    Args:
        hanja: write Hanja abbreviations of the headline's style out in Hangul.
    """
    tidy = _tidy(html.unescape(text))
    result, before = tidy, ""
    while result != before:
        before, result = result, _pass(result, hanja)
    return result if re.search(r"\w", result) else tidy


def _pass(text: str, hanja: bool) -> str:
    rules = _rules()
    for pattern in rules["cuts"]:
        text = pattern.sub(" ", text)
    text = ELLIPSES.sub(" ", QUOTES.sub("", text))
    if hanja:
        text = rules["hanja"].sub(rules["read"], text)
    return _tidy(text).strip(LOOSE)


def _tidy(text: str) -> str:
    return SPACES.sub(" ", INVISIBLE.sub(" ", unicodedata.normalize("NFC", text))).strip()


@cache
def _rules() -> dict[str, Any]:
    data = json.loads(Path(__file__).with_name("headline_rules.json").read_text(encoding="utf-8"))
    tag, outlet = "|".join(data["tags"]), "|".join(map(re.escape, data["outlets"]))
    pairs = list(zip(BRACKETS[::2], BRACKETS[1::2], strict=True))
    marked = [*pairs, *zip(PARENTHESES[::2], PARENTHESES[1::2], strict=True)]
    cuts = [f"^\\s*{left}[^{left}{right}]*{right}|{left}[^{left}{right}]*{right}\\s*$" for left, right in pairs]
    cuts += [f"{left}\\s*(?:{tag})(?:[\\s,\u00b7]*(?:{tag}))*\\s*{right}" for left, right in marked]
    cuts += [f"\\s(?:-|\\||::|<)\\s*(?:{outlet})\\s*>?\\s*$", *data["tails"]]
    readings: dict[str, str] = data["hanja"]

    def read(found: re.Match[str]) -> str:
        return readings[found[0]]

    return {
        "cuts": [re.compile(cut) for cut in cuts],
        "read": read,
        "hanja": re.compile("|".join(sorted(map(re.escape, readings), key=len, reverse=True))),
    }
