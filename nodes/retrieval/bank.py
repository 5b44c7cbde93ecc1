"""A bank: phrases or styles by category, as many as a file has, kept as bytes and numbers.

A line is `category<TAB>words`, or words alone. 150,000 lines are 150,000 Python objects only while they are read.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np

from ..ground import UserError, text_file
from ..ground.delimited import column

LONGEST = 500
"""Letters of one entry: CLIP reads about as many, and more is no phrase."""


@dataclass(frozen=True)
class Bank(Sequence[str]):
    """Entries in their order; no entry stands twice in a category."""

    letters: bytes
    """All entries, one behind the other."""
    ends: np.ndarray
    """`[N]` int64: where each ends."""
    categories: np.ndarray
    """`[N]` int32: places in `names`."""
    names: tuple[str, ...]
    """The categories, in the order in which they first came; "" for entries without one."""
    left_out: Counter[str]
    """Why lines are no entries, and how many."""

    def __len__(self) -> int:
        """How many entries."""
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """One entry, or a list of some."""
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        start = int(self.ends[place - 1]) if place else 0
        return self.letters[start : int(self.ends[place])].decode()

    def category(self, place: int) -> str:
        """Of an entry."""
        return self.names[self.categories[place]]

    def digest(self) -> str:
        """SHA-256 of the entries in their order, whatever their categories: what decides their vectors."""
        return hashlib.sha256(self.ends.tobytes() + self.letters).hexdigest()

    def told(self) -> str:
        """What was left out, in a line for a report; "" where that is nothing."""
        if not self.left_out:
            return ""
        counted = "; ".join(f"{count:,} x {reason}" for reason, count in self.left_out.most_common())
        return f"Lines left out: {self.left_out.total():,} ({counted})."


def parse(lines: Iterable[str]) -> Bank:
    """A bank of lines.

    >>> bank = parse(["light\\tbacklight", "", "fog", "light\\tbacklight"])
    >>> bank[:], bank.category(0), dict(bank.left_out)
    (['backlight', 'fog'], 'light', {'twice in its category': 1})
    """
    letters, ends, categories = bytearray(), [], []
    names: dict[str, int] = {}
    seen: set[tuple[int, str]] = set()
    left_out: Counter[str] = Counter()
    for line in lines:
        if not line.strip():
            continue
        first, *more = map(column, line.split("\t"))
        category, entry = (first, more[0]) if more else ("", first)
        number = names.get(category, len(names))
        fault = _fault(entry, more)
        if not fault and (number, entry) in seen:
            fault = "twice in its category"
        if fault:
            left_out[fault] += 1
            continue
        names.setdefault(category, number)
        seen.add((number, entry))
        letters += entry.encode()
        ends.append(len(letters))
        categories.append(number)
    places, numbers = np.array(ends, np.int64), np.array(categories, np.int32)
    return Bank(bytes(letters), places, numbers, tuple(names), left_out)


def file_lines(path: Path) -> Iterator[str]:
    """The lines of a text file in UTF-8, UTF-16 or CP949.

    Raises:
        UserError: it cannot be read, or may be in two encodings.
    """
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise UserError(
            f"{path} could not be read ({error.strerror}): give a text file with lines of category, tab, words."
        ) from error
    with file:
        yield from text_file.lines(text_file.opened(file, path.name))


def _fault(entry: str, more: list[str]) -> str:
    """Why a line is no entry, or ""."""
    if not entry:
        return "nothing behind the category"
    if len(more) > 1 and any(more[1:]):
        return "more than two columns"
    if len(entry) > LONGEST:
        return f"longer than {LONGEST} letters"
    if text_file.BROKEN in entry or "\ufffd" in entry or any("\ud800" <= letter <= "\udfff" for letter in entry):
        return "damaged letters"
    return ""
