"""Rows of JourneyDB with their pictures, in the order of the annotations."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from . import files, record
from .files import Source, Watch
from .record import Row


@dataclass(frozen=True)
class Refused:
    """A line that is no row, or a row without its picture."""

    number: int
    reason: str


def rows(source: Source) -> Iterator[Row | Refused]:
    """Every line, one at a time."""
    for number, line in enumerate(files.lines(source.annotations), 1):
        if line is None:
            yield Refused(number, "the file breaks off here: get it again")
            return
        found = record.read(number, line)
        yield Refused(number, found) if isinstance(found, str) else found


def some(source: Source, start: int, count: int) -> list[Row | Refused]:
    """`count` lines from `start`, counted from 0."""
    return list(islice(rows(source), start, start + count))


def with_pictures(
    source: Source, wanted: list[Row], watch: Watch = lambda share: None
) -> Iterator[tuple[Row, bytes | str]]:
    """Rows with the file of their picture, or why it is not there; shard by shard."""
    by_path: dict[str, list[Row]] = {}
    for row in wanted:
        by_path.setdefault(row.picture, []).append(row)
    for path, data in files.pictures(source, list(by_path), watch):
        for row in by_path[path]:
            yield row, data
