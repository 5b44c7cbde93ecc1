"""Hanja abbreviations of headlines, written out in Hangul where they stand alone.

The same sign is an abbreviation in one place and part of a word in another: only what is known is read, the rest stays
as it is. The readings are data (`headline_rules.json`).
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from .rules import rules

IDEOGRAPH = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HANGUL = "\uac00-\ud7a3"
WORD = f"0-9A-Za-z\u3131-\u318e{HANGUL}{IDEOGRAPH}"
RUN = f"[{IDEOGRAPH}]+"
GLOSS = rf"(?<=[{HANGUL}])\(([{IDEOGRAPH}]{{1,6}})\)"
TAIL = f"([{HANGUL}]+)(?![{WORD}])"
"""What is glued to a sign, where it is Hangul up to the word's end."""
VERSUS = rf"(?<=[{IDEOGRAPH}])([Vv][Ss]\.?)(?=[{IDEOGRAPH}])"
FINALS = 28
"""Final consonants of a Hangul syllable, none included."""
RIEUL = 8


def read_out(text: str) -> str:
    """The text with its abbreviations in Hangul; particles behind them follow the reading."""
    text = re.sub(VERSUS, r" \1 ", text)
    for pattern, reading in _otherwise():
        text = pattern.sub(reading, text)
    text = re.sub(GLOSS, lambda found: _gloss(found[1], text[: found.start()], found[0]), text)
    # From behind, as what stands before a sign decides how it is read.
    for found in reversed(list(re.finditer(RUN, text))):
        text = _run(found[0], text[: found.start()], text[found.end() :])
    return text


def particle(word: str) -> bool:
    """Whether a word is a particle, in either of its forms."""
    return word in _particles()


def _run(run: str, before: str, after: str) -> str:
    hanja = rules()["hanja"]
    glued = re.match(f"[{WORD}]", after) is not None
    tail = re.match(TAIL, after)
    takes_particle = tail is not None and particle(tail[1])
    unchanged = before + run + after

    def read(reading: str) -> str:
        if tail and takes_particle:
            return before + reading + _fit(reading, tail[1]) + after[tail.end() :]
        return before + reading + after.removeprefix(f"({reading})")

    if run in hanja["words"]:
        return read(hanja["words"][run])
    if len(run) > 1:
        return read("".join(map(hanja["sounds"].get, run))) if set(run) <= set(hanja["sounds"]) else unchanged
    if re.search(f"[{WORD}]$", before):
        if re.search(f"(?<![{WORD}])[{hanja['half_written']}]$", before) and run in hanja["sounds"]:
            return read(hanja["sounds"][run])
        return read(hanja["suffixes"][run]) if run in hanja["suffixes"] and (not glued or takes_particle) else unchanged
    if (tail and run + tail[1] in hanja["kept"]) or (run in hanja["series"] and before[-1:] + after[:1] == "()"):
        return unchanged
    nouns: dict[str, str] = hanja["names"] | hanja["nouns"]
    if run in nouns and (not glued or takes_particle):
        return read(nouns[run])
    if run in hanja["names"] and re.match("|".join(["[A-Za-z]", *hanja["followers"]]), after):
        return f"{before}{nouns[run]} {after}"
    if run in hanja["prefixes"]:
        alone, joined = hanja["prefixes"][run]
        if re.match("|".join(hanja["titles"]), after):
            return f"{before}{alone} {after}"
        quoted = re.match(f"[\"'\u2018\u201c](?=[{WORD}])", after)
        return before + (joined + after[quoted.end() :] if quoted else (joined if glued else alone) + after)
    return before + hanja["signs"][run] + after if run in hanja["signs"] and not glued else unchanged


def _gloss(signs: str, before: str, bracket: str) -> str:
    """Hanja in brackets that only spell the Hangul before them go; others stay to be read."""
    hanja = rules()["hanja"]
    if all(sign in hanja["sounds"] for sign in signs):
        spelt = ("".join(map(hanja["sounds"].get, signs)), hanja["names"].get(signs, bracket))
        return "" if before.endswith(spelt) else bracket
    return bracket if signs in hanja["series"] else ""


def _fit(reading: str, word: str) -> str:
    """A particle in the form that follows a reading.

    >>> _fit("\ud504\ub791\uc2a4", "\uc740") == "\ub294"
    True
    """
    closed, opened = _particles()[word]
    final = (ord(reading[-1]) - 0xAC00) % FINALS
    is_open = final == 0 or (final == RIEUL and closed.startswith("\uc73c\ub85c"))
    return opened if is_open else closed


@cache
def _particles() -> dict[str, tuple[str, str]]:
    """Form -> (after a consonant, after a vowel)."""
    pairs = [tuple(entry.split("/")) for entry in rules()["particles"]]
    return {form: (pair[0], pair[-1]) for pair in pairs for form in pair}


@cache
def _otherwise() -> list[tuple[re.Pattern[str], str]]:
    """Signs that are read otherwise beside certain words."""

    def pattern(entry: dict[str, Any]) -> tuple[re.Pattern[str], str]:
        sign, reads = entry["sign"], entry["reads"]
        if "after" in entry:
            words = _any(entry["after"])
            return re.compile(rf"({words}\s?){sign}(?=(?:\uc778|\uc5d0|\uc774)?(?![{WORD}]))"), rf"\1{reads}"
        return re.compile(rf"(?<![{WORD}]){sign}(?=\s?{_any(entry['before'])})"), reads

    return [pattern(entry) for entry in rules()["hanja"]["otherwise"]]


def _any(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"
