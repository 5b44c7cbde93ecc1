"""Sentence pairs that can be learned from: named columns, clean text, and a reason for each that is left out."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ...ground import UserError
from ...ground.delimited import column
from ...ground.text_file import BROKEN, REST
from . import tables

FORMS: list[dict[str, str]] = json.loads(Path(__file__).with_name("forms.json").read_text(encoding="utf-8"))
"""What both columns are called where people have them, in the order in which they are looked for."""
LONGEST = 1000
"""Letters of a sentence."""
RATIO = 3.0
"""Most bytes of UTF-8 of one side for each of the other: a syllable has three, and says what three Latin letters do."""
SHORT = 12
"""Bytes, up to which the lengths of two translations say nothing."""
EMPTY, NO_LETTERS, LONG, UNEQUAL, TWICE = "empty", "bytes that are no letters", "too long", "length ratio", "duplicates"
REASONS = (EMPTY, NO_LETTERS, LONG, UNEQUAL, TWICE, tables.DAMAGED)
HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Pair:
    """A sentence in both languages, NFC and on one line."""

    korean: str
    english: str

    @property
    def key(self) -> int:
        """64 bits by which a duplicate is told."""
        return _bits(f"{self.korean}\0{self.english}")

    def is_held_out(self, share: float) -> bool:
        """Whether it is only measured; by its English alone, so that no translation of it is learned from."""
        return _bits(self.english) < share * 2**64


@dataclass(frozen=True)
class Source:
    """Files, and what their columns are called."""

    files: tuple[Path, ...]
    korean: str | None = None
    """The column; None for one of `FORMS`."""
    english: str | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason -> rows, as they were met."""
    read: Counter[str] = field(default_factory=Counter)
    """File -> its rows."""

    def pairs(self, tell: Callable[[int], None] = lambda rows: None) -> Iterator[Pair]:
        """Every clean pair, duplicates among them; the others are counted.

        Args:
            tell: is told how many rows are read, now and then.
        """
        self.left_out.clear()
        self.read.clear()
        number = 0
        for path in self.files:
            for row in tables.rows(path, lambda names, path=path: self._columns(path, names)):
                number += 1
                self.read[path.name] += 1
                if not number % tables.ROWS:
                    tell(number)
                found = row if isinstance(row, str) else cleaned(*row)
                if isinstance(found, Pair):
                    yield found
                else:
                    self.left_out[found] += 1
        tell(number)

    def _columns(self, path: Path, names: list[str]) -> tuple[str, str]:
        known = {column(name).casefold(): name for name in reversed(names)}
        asked = [{"korean": self.korean, "english": self.english}] if self.korean and self.english else FORMS
        for form in asked:
            found = [known.get(column(form[side] or "").casefold()) for side in ("korean", "english")]
            if found[0] is not None and found[1] is not None:
                return found[0], found[1]
        wanted = ", or ".join(f"{form['korean']} and {form['english']}" for form in asked)
        raise UserError(
            f"{path.name} has the columns {', '.join(names) or 'of no name'}: expected {wanted}; name yours with "
            "--korean-column and --english-column."
        )


def opened(sources: Iterable[Path], korean: str | None, english: str | None) -> Source:
    """Files of pairs that are there.

    Raises:
        UserError: one is not, or only one column is named.
    """
    if bool(korean) != bool(english):
        raise UserError("Name both columns, --korean-column and --english-column, or neither.")
    return Source(tuple(tables.files(sources)), korean, english)


def cleaned(korean: str, english: str) -> Pair | str:
    """A pair, or why it is none."""
    if max(len(korean), len(english)) > LONGEST:
        return LONG
    both = korean + english
    if BROKEN in both or REST[0] in both or "\0" in both or "\ufffd" in both or HALF.search(both):
        return NO_LETTERS
    pair = Pair(_line(korean), _line(english))
    lengths = sorted(len(text.encode()) for text in (pair.korean, pair.english))
    if not lengths[0]:
        return EMPTY
    if lengths[1] > max(RATIO * lengths[0], SHORT):
        return UNEQUAL
    return pair


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _bits(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
