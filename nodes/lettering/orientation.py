"""What stands and what lies in a column: Unicode's orientation (UAX 50), with what Korean adds."""

import json
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .breaks import MARKS
from .text import graphemes

UPRIGHT, CORNER, TURNED, ROTATED = "U", "Tu", "Tr", "R"
"""Unicode's values: upright, upright by another form or place, by another form or else turned, turned."""
STANDING, PAIR, IN_CORNER, BRACKET, LYING, SPACE = "standing", "pair", "in corner", "bracket", "lying", "space"
"""What becomes of a piece of a column."""
SHORT = re.compile("[bmc]*(dd?|a)?[bmc]*")
"""A letter or up to two digits, with marks and brackets around: it stands where words lie."""
STEP = re.compile("[ust]|[^ust]+(?:s+[^ust]+)*")
FIRST = re.compile("(?:[bmc]*dd?[bmc]*(?=s)|[bmc]+(?=s)|[mc]+)s*")
LAST = re.compile("s+[bmc]*dd?[bmc]*$")
STANDS = ("u", "t")


@dataclass(frozen=True)
class Piece:
    """One step down a column."""

    text: str
    kind: str


@lru_cache(maxsize=1)
def _table() -> tuple[list[int], list[str]]:
    """Where stretches of code points begin, and what they are."""
    data = json.loads(Path(__file__).with_name("orientation.json").read_text(encoding="utf-8"))
    starts = {0: ROTATED}
    for value in (UPRIGHT, CORNER, TURNED):
        for stretch in " ".join(data[value]).split():
            first, _, last = stretch.partition("-")
            starts[int(first, 16)] = value
            starts.setdefault(int(last or first, 16) + 1, ROTATED)
    ordered = sorted(starts)
    return ordered, [starts[start] for start in ordered]


def orientation(character: str) -> str:
    """One of Unicode's four values.

    >>> [orientation(character) for character in "\\uac00\\u3002\\u300aA!"]
    ['U', 'Tu', 'Tr', 'R', 'R']
    """
    starts, values = _table()
    return values[bisect_right(starts, ord(character)) - 1]


def pieces(line: str) -> list[Piece]:
    """A line as steps down a column.

    Hangul, Hanja and all that is upright in Unicode stand one by one. A letter alone and a number of up to two digits
    stand, the digits side by side, unless other Latin letters are beside them; so do ! and ? after what stands, two
    of them side by side, and a comma or full stop goes to the upper right corner. The rest lies, with the spaces
    inside it.

    >>> [(piece.text, piece.kind) for piece in pieces("NEW YORK 12\\uc6d4!")]
    [('NEW YORK', 'lying'), (' ', 'space'), ('12', 'pair'), ('\\uc6d4', 'standing'), ('!', 'standing')]
    """
    letters = graphemes(line)
    kinds = "".join(map(_kind, letters))
    found: list[Piece] = []
    for match in STEP.finditer(kinds):
        stretch = letters[match.start() : match.end()]
        if match[0] == "u":
            corner = stretch[0] in MARKS["corner"]
            found.append(Piece(stretch[0], IN_CORNER if corner else STANDING))
        elif match[0] == "t":
            found.append(Piece(stretch[0], BRACKET))
        elif match[0] == "s":
            found.append(Piece(stretch[0], SPACE))
        else:
            before, after = kinds[: match.start()][-1:], kinds[match.end() : match.end() + 1]
            found += _stretch(stretch, match[0], before in STANDS, after in STANDS)
    return found


def _kind(grapheme: str) -> str:
    """A letter for what it is: upright, turned, space, mark, corner mark, digit, bracket or quote, alphabet, other."""
    first = grapheme[0]
    value = orientation(first)
    if grapheme.isspace() and value == ROTATED:
        return "s"
    if value in (UPRIGHT, CORNER) or first in MARKS["always standing"]:
        return "u"
    if value == TURNED:
        return "t"
    if first in MARKS["standing"]:
        return "m"
    if first in MARKS["corner"]:
        return "c"
    if first.isdigit():
        return "d"
    if is_bracket(first):
        return "b"
    return "a" if first.isalnum() else "l"


def is_bracket(mark: str) -> bool:
    """Or a quote, of either side or of both."""
    return unicodedata.category(mark) in {"Ps", "Pe", "Pi", "Pf"} or mark in "'\""


def _stretch(letters: list[str], kinds: str, before: bool, after: bool) -> list[Piece]:
    """What of letters that Unicode turns stands nevertheless: all that is short, and what belongs to a letter that
    stands right before or after."""
    if not kinds:
        return []
    if SHORT.fullmatch(kinds):
        return _short(letters, kinds)
    head, tail = FIRST.match(kinds), LAST.search(kinds)
    if before and head:
        rest = _stretch(letters[head.end() :], kinds[head.end() :], False, after)
        return [*_short(letters[: head.end()], head[0]), *rest]
    if after and tail:
        at = tail.start()
        return [*_stretch(letters[:at], kinds[:at], before, False), *_short(letters[at:], tail[0])]
    return [Piece("".join(letters), LYING)]


def _short(letters: list[str], kinds: str) -> list[Piece]:
    """Marks, brackets and one letter or number, each by itself."""
    named = {"s": SPACE, "b": BRACKET, "c": IN_CORNER, "m": STANDING, "d": STANDING, "a": STANDING}
    found: list[Piece] = []
    for match in re.finditer("dd|(?<!m)mm(?!m)|.", kinds):
        text = "".join(letters[match.start() : match.end()])
        found.append(Piece(text, PAIR if len(match[0]) == 2 else named[match[0]]))
    return found
