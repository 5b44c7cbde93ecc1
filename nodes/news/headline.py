"""A news headline in plain words: what the desk added for readers is taken off, what the picture shows stays.

The rules are data (`headline_rules.json`): tags, outlets, sections, reporters, credits, bullets, Hanja abbreviations.
"""

import re

from .wording.cuts import cuts
from .wording.hanja import particle, read_out
from .wording.letters import tidy
from .wording.quotes import unquote

ELLIPSES = re.compile("\\s*(?:\u2026|\u2025|\u22ef|\\.{2,}|\u00b7{2,})+\\s*")
EMPTY = re.compile("\\(\\s*\\)|\\[\\s*\\]|<\\s*>|\u3010\\s*\u3011")
LOOSE = "\\s\\\\,;:/=~<>\u00b7\u2013\u2014"
LOOSE_START = re.compile(f"^(?:(?![-~+]\\s?\\d)[{LOOSE})\\]}}\u3011-])+")
LOOSE_END = re.compile(f"(?<![{LOOSE}(\\[{{\u3010])(?:[{LOOSE}(\\[{{\u3010]|(?<![A-Z])-)+$")
"""Left over at an end when something beside it went; a minus, and the one of a grade such as AA-, is not."""


def clean(text: str, hanja: bool) -> str:
    """The headline without tags, reporters, outlets, quotes and ellipses, in one line; brackets are not escaped.

    Cleaning it again changes nothing. A headline of which nothing would be left is only tidied.

    Args:
        hanja: write Hanja abbreviations of the headline's style out in Hangul.
    """
    plain = result = tidy(text)
    before = ""
    while result != before:
        before, result = result, _pass(result, hanja)
    return result if re.search(r"\w", result) else plain


def _pass(text: str, hanja: bool) -> str:
    for pattern in cuts():
        text = " ".join(pattern.sub(_gap, text).split())
    if hanja:
        text = read_out(text)
    text = EMPTY.sub(" ", ELLIPSES.sub(" ", unquote(text)))
    return tidy(LOOSE_END.sub("", LOOSE_START.sub("", text)))


def _gap(cut: re.Match[str]) -> str:
    """Between what stood on both sides: none before the particle of the word that a bracket stood behind."""
    behind = re.match("[\uac00-\ud7a3]+", cut.string[cut.end() :])
    return "" if cut[0][-1:] == ")" and behind and particle(behind[0]) else " "
