"""A finished English sentence of ours in another language.

The sources say plain English and mark nothing. Here a sentence is found again among the catalogue's msgids: the one
that fits with most of its letters wins, its values go into the msgstr, and those that are words of ours are translated
likewise. What fits nothing stays as it is: a path, a name, what another library says.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from . import catalogue
from .particles import fitted
from .patterns import QUOTES, Pattern, Said, inside_quotes, patterns, plain

LEAST_LETTERS = 4
"""A pattern of fewer letters fits what others say too: it needs a value that is a number or ours."""
KEPT = 4096
"""Texts whose translation is kept: reports repeat themselves."""
DEEPEST, MOST_PARTS = 4, 6
"""Values within values, and parts of a text that are one sentence of ours; a whole sentence may have more of them."""
SENTENCE_ENDS = re.compile(r"(?<=[.?!])\s+")
PARTS = re.compile(r"[,;:]\s+|(?<=[.?!])\s+|\s+(?:and|or)\s+|\s+(?=\()")
"""What stands between the parts of a value, as in a list."""


def translated(text: str, language: str) -> str:
    """A text of any number of lines and sentences in another language; indents and unknown parts stay."""
    return text if language == catalogue.SOURCE else _text(text, language)[1]


@lru_cache(KEPT)
def _text(text: str, language: str) -> Said:
    return _Reading(language).text(text)


class _Reading:
    """How a text is read; `near` are the patterns of which it has the longest literal."""

    def __init__(self, language: str) -> None:
        self._plain, self._patterns = plain(language), patterns(language)
        self._depth = 0
        self._known: dict[tuple[str, bool, int], Said] = {}

    def text(self, text: str) -> Said:
        """Line by line, or as one sentence of which a value has lines of its own, as what another program said."""
        near = _near(text, self._patterns)
        apart = self._lines(text, near)
        return max(apart, self._whole(text, near), key=lambda said: said[0]) if "\n" in text else apart

    def _lines(self, text: str, near: tuple[Pattern, ...]) -> Said:
        lines = [self._parts(line, SENTENCE_ENDS, _near(line, near)) for line in text.split("\n")]
        return sum(letters for letters, _ in lines), "\n".join(said for _, said in lines)

    def _value(self, text: str, near: tuple[Pattern, ...]) -> Said:
        if self._depth == DEEPEST or not text or text[0] in QUOTES or not any(map(str.isalpha, text)):
            return 0, text
        self._depth += 1
        try:
            near = _near(text, near)
            return self._lines(text, near) if "\n" in text else self._parts(text, PARTS, near, is_value=True)
        finally:
            self._depth -= 1

    def _parts(self, text: str, between: re.Pattern[str], near: tuple[Pattern, ...], is_value: bool = False) -> Said:
        """The best of all ways to read a text as one sentence of ours behind another, or as parts that stay."""
        inside = inside_quotes(text)
        spans = (found.span() for found in between.finditer(text) if found.start() not in inside)
        cuts = [(0, 0), *spans, (len(text), len(text))]
        best: list[Said] = [(0, "")]
        sentence = 0  # where it began
        for last in range(1, len(cuts)):
            ways: list[Said] = []
            nearest = range(max(0, last - MOST_PARTS), last)
            ends = last == len(cuts) - 1 or text[cuts[last][0] - 1] in ".?!"
            for first in (sentence, *nearest) if ends and sentence < nearest[0] else nearest:
                before, (begin, behind) = best[first], cuts[first]
                letters, said = self._whole(text[behind : cuts[last][0]], near, is_value)
                if letters or first == last - 1:
                    gap = text[begin:behind]
                    ways.append((before[0] + letters, before[1] + (self._gap(gap) if before[0] else gap) + said))
                if begin < behind:  # some begin with what separates others
                    letters, said = self._whole(text[begin : cuts[last][0]], near, is_value)
                    ways.append((before[0] + letters, before[1] + said))
            best.append(max(ways, key=lambda said: said[0]))
            sentence = last if ends else sentence
        return best[-1]

    def _gap(self, gap: str) -> str:
        """What joins two parts; a comma that stands for a word follows the part before it at once."""
        word = self._plain.get(gap.strip())
        return gap if word is None else f"{' ' * word[0].isalpha()}{word} "

    def _whole(self, text: str, near: tuple[Pattern, ...], is_value: bool = False) -> Said:
        """A text as one msgid; (0, itself) where it is none."""
        bare = text.strip()
        if not bare:
            return 0, text
        key = bare, is_value, self._depth
        if key not in self._known:
            self._known[key] = self._found(bare, near, is_value)
        letters, said = self._known[key]
        return letters, text.replace(bare, said) if letters else text

    def _found(self, bare: str, near: tuple[Pattern, ...], is_value: bool) -> Said:
        known = self._plain.get(bare)
        if known is not None:
            return sum(map(str.isalpha, bare)), known
        best = 0, bare
        for pattern in near:
            values = pattern.values(bare, lambda value: self._value(value, near)) if pattern.anchor in bare else None
            if values is None or (pattern.letters < LEAST_LETTERS and any(": " in one for _, one in values.values())):
                continue
            texts = {name: said for name, (_, said) in values.items()}
            # Of two ways that explain as much, the one that leaves brackets whole.
            torn = sum(text.count("(") != text.count(")") for text in texts.values())
            ours = sum(letters for letters, _ in values.values()) - torn
            sure = pattern.letters >= LEAST_LETTERS or (is_value and pattern.named)
            if pattern.letters + ours > best[0] and (sure or ours > 0 or any(map(_is_number, texts.values()))):
                best = pattern.letters + ours, fitted(pattern.msgstr.format(**texts)).strip()
        if not best[0] and bare.endswith("."):  # the sentence was put together of parts
            letters, said = self._whole(bare[:-1], near, is_value)
            return letters, f"{said}."
        return best


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _near(text: str, near: Iterable[Pattern]) -> tuple[Pattern, ...]:
    return tuple(pattern for pattern in near if pattern.anchor in text)
