"""The msgids of a catalogue as patterns: which values a finished sentence has where."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from string import Formatter

from . import catalogue

QUOTES = "'\"`"
QUOTED = re.compile(r"(?<!\w)(?:'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`)(?!\w)")
SEPARATORS = ("", " ")
"""What is no border between two values: the text of both is one, until it is known what each of them says."""
OWN = re.compile(r"(path|folder|file|out)\d*")
"""Values of these names are the user's: a folder may be called `none`."""
MOST_CUTS = 12
"""That are tried between two values; what stands farther behind belongs to the second."""

Said = tuple[int, str]
"""How many letters of a text are a catalogue's own, and what it says in the other language."""


@dataclass(frozen=True)
class Pattern:
    """One msgid with values, and its msgstr."""

    literals: tuple[str, ...]
    """What stands before, between and behind the runs of values."""
    runs: tuple[tuple[str, ...], ...]
    """Of each run the names and separators in turn."""
    anchor: str
    """The longest literal: what lacks it fits not."""
    letters: int
    """Of all literals, outside of quotes: a command that is quoted reads the same in every language."""
    named: bool
    """Whether it begins with a word of its own."""
    verbatim: frozenset[str]
    """Values that are never ours: the msgid quotes them, the msgstr says `!s` of them, or their name is `OWN`."""
    msgstr: str

    def values(self, text: str, say: Callable[[str], Said]) -> dict[str, Said] | None:
        """What each value says; None where the text is another one.

        Args:
            say: a value in the other language.
        """
        found = self._shared(text, inside_quotes(text)) or self._shared(text, frozenset())
        if found is None and self.literals[-2:] == (self.literals[-2].rstrip() + " ", ""):
            found = self._shared(text + " ", frozenset())  # an empty last value has taken the blank along
        if found is None:
            return None
        said: dict[str, Said] = {}
        for run, shared in zip(self.runs, found, strict=True):
            said |= self._apart(shared, run, say)
        return said

    def _shared(self, text: str, passed: Iterable[int]) -> list[str] | None:
        """The text of each run: every literal where it comes first, as no later place would leave more for the rest.

        Args:
            passed: places where no literal begins.
        """
        first, *middle, last = self.literals
        if not (text.startswith(first) and text.endswith(last)):
            return None
        at, end, found = len(first), len(text) - len(last), list[str]()
        for literal in middle:
            place = text.find(literal, at, end)
            while place in passed:
                place = text.find(literal, place + 1, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(literal)
        return [*found, text[at:end]] if at <= end else None

    def _apart(self, text: str, run: tuple[str, ...], say: Callable[[str], Said]) -> dict[str, Said]:
        """The values of one run, cut where the most of them is ours."""
        name, rest = run[0], run[2:]
        own: Callable[[str], Said] = (lambda value: (0, value)) if name in self.verbatim else say
        if not rest:
            return {name: own(text)}
        ways = ({name: own(text[:at])} | self._apart(text[at + len(run[1]) :], rest, say) for at in _cuts(text, run[1]))
        return max(ways, key=lambda way: sum(letters for letters, _ in way.values()))


def inside_quotes(text: str) -> frozenset[int]:
    """Places in a text at which nothing of ours begins or ends."""
    return frozenset(at for found in QUOTED.finditer(text) for at in range(found.start() + 1, found.end() - 1))


def _cuts(text: str, separator: str) -> list[int]:
    """Where two values may meet, outside of quotes, the likeliest first."""
    inside = inside_quotes(text)
    if separator:
        spaces = [at for at, letter in enumerate(text) if letter == separator and at not in inside][:MOST_CUTS]
        # A quoted value begins one.
        return sorted(spaces, key=lambda at: text[at + 1 : at + 2] not in QUOTES) or [len(text)]
    borders = [at for at in range(1, len(text)) if not text[at].isalnum() and at not in inside][:MOST_CUTS]
    return [len(text), *borders, 0]


def named(msgid: str) -> list[str]:
    """The names of a msgid's values."""
    return [name for _, name, _, _ in Formatter().parse(msgid) if name]


@cache
def plain(language: str) -> dict[str, str]:
    """Every msgid without values."""
    return {msgid.format(): msgstr.format() for msgid, msgstr in catalogue.read(language).items() if not named(msgid)}


@cache
def patterns(language: str) -> tuple[Pattern, ...]:
    """Every msgid with values, the most literal first."""
    made = [_pattern(msgid, msgstr) for msgid, msgstr in catalogue.read(language).items() if named(msgid)]
    return tuple(sorted(made, key=lambda pattern: (-pattern.letters, -sum(map(len, pattern.literals)))))


def _pattern(msgid: str, msgstr: str) -> Pattern:
    parsed = Formatter().parse(msgstr)
    verbatim = {name for _, name, _, conversion in parsed if name and (conversion == "s" or OWN.fullmatch(name))}
    literals, runs = list[str](), list[tuple[str, ...]]()
    for literal, name in _pieces(msgid):
        if literal[-1:] in QUOTES and literal:
            verbatim.add(name)
        if runs and literal in SEPARATORS and name:
            runs[-1] = (*runs[-1], literal, name)
            continue
        literals.append(literal)
        if name:
            runs.append((name,))
    letters = sum(map(str.isalpha, QUOTED.sub("", "".join(literals))))
    words = bool(literals[0].strip())
    return Pattern(tuple(literals), tuple(runs), max(literals, key=len), letters, words, frozenset(verbatim), msgstr)


def _pieces(msgid: str) -> Iterator[tuple[str, str]]:
    """Each literal with the name of the value behind it; the parser cuts literals at doubled brackets, too."""
    before = ""
    for literal, name, _, _ in Formatter().parse(msgid):
        before += literal
        if name:
            yield before, name
            before = ""
    yield before, ""
