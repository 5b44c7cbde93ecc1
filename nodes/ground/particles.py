"""Korean particles in the form that what stands before them asks for: a text says both forms, and one of them stays.

The forms and how digits and units are read are data (`particles.json`).
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("particles.json")
FIRST, LAST, FINALS, RIEUL = 0xAC00, 0xD7A3, 28, 8
"""Hangul syllables, final consonants of one (none included), and which of them is L."""
BRACKETS = re.compile(r"\s*\([^()]*\)$|[\s'\"`\u2018\u2019\u201c\u201d\])}>*]+$")
"""What nobody reads out before a particle."""
LATIN = re.compile(r"[A-Za-z]+$")


def fitted(text: str) -> str:
    """A text whose particles have one form each; where the sound before one is not sure, both forms stay.

    >>> fitted("2\\uc744(\\ub97c)") == "2\\ub97c"
    True
    """
    shown, end = "", 0
    for found in _double().finditer(text):
        shown += text[end : found.start()]
        shown, end = shown + _form(found[0], _final(shown)), found.end()
    return shown + text[end:]


def _form(double: str, final: int | None) -> str:
    if final is None:
        return double
    data = _data()
    closed = final > 0 and not (final == RIEUL and double in data["open_after_l"])
    first, second = double.rstrip(")").split("(")
    if not first:
        return second if closed else ""
    return first if closed == (double in data["consonant_first"]) else second


def _final(before: str) -> int | None:
    """Which final consonant a text ends in when it is read out, 0 for none; None where that is not sure."""
    while (said := BRACKETS.sub("", before)) != before:
        before = said
    readings: dict[str, str] = _data()["readings"]
    letters = LATIN.search(before)
    unit = letters[0] if letters and re.search(r"\d\s?$", before[: letters.start()]) else before[-1:]
    unit = readings.get(unit, unit)
    if unit and FIRST <= ord(unit[-1]) <= LAST:
        return (ord(unit[-1]) - FIRST) % FINALS
    return _latin(letters[0]) if letters else None


def _latin(word: str) -> int | None:
    """The same of an English word, as Koreans read it; stops may close the syllable or open one of their own."""
    last = word[-2:-1] if len(word) > 2 and word.endswith("e") and word[-2] in "lmn" else word[-1]
    if last in "lLR":
        return RIEUL
    if last in "mnMN":
        return 1
    return None if last in "bcdgkptBCDGKPT" else 0


@cache
def _double() -> re.Pattern[str]:
    data = _data()
    forms = data["consonant_first"] + data["vowel_first"]
    return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))


@cache
def _data() -> dict[str, Any]:
    return json.loads(DATA.read_text(encoding="utf-8"))
