"""Records of a JSON file, one by one without holding the file, whether it holds an array, lines or a wrapping."""

import io
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import IO, Any

from ..ground import text_file
from .columns import is_record, is_table
from .foreign import DamagedFile
from .json_reader import JsonReader, NoJsonError, parsed

CHUNK = 1 << 16
HEAD = 1 << 22
"""Letters in which they are looked for."""
LOOKED_AT = 20
"""Lines that tell whether each is a record."""
INVISIBLE = "\ufeff \t\r\n"
DEEPEST = 8
"""Objects within objects in which arrays of records are looked for."""
NO_RECORD = "it is no record: expected names and values in { }"


def rows(text: IO[str]) -> Iterator[tuple[str, dict | str]]:
    """Every record with its place, or what is wrong with it, of whatever is found: JSON Lines, `[..]`, `{"data": [..]}`
    or any other name above the array, `{"data": {..}}`, one record.

    Args:
        text: the opened file; it must be one that can be read again from its start.
    """
    head = _head(text)
    text.seek(0)
    if not head.strip(INVISIBLE):
        yield "the beginning", "it is no JSON (the file is empty)"
    if not _is_lines(head):
        yield from ((f"record {number}", row) for number, row in enumerate(_documents(JsonReader(text, CHUNK)), 1))
        return
    for number, line in enumerate(text_file.lines(text), 1):
        line = line.strip(INVISIBLE)
        if line:
            yield from ((f"line {number}", row) for row in _line(line))


def _head(text: IO[str]) -> str:
    """The first lines, whole."""
    head = ""
    with suppress(DamagedFile):  # who reads the records is told at that place
        while len(head) < HEAD and head.count("\n") <= LOOKED_AT and (piece := text.read(CHUNK)):
            head += piece
    return head


def _is_lines(head: str) -> bool:
    """Whether each line is a value of its own, however broken some may be."""
    lines = [line.strip() for line in head.strip(INVISIBLE).split("\n")[:LOOKED_AT] if line.strip()]
    if not lines or lines[0][-1] in "[{,":  # the beginning of a value that fills several lines
        return False
    first, *others = map(_value, lines)
    if isinstance(first, dict) and not others:
        return is_record(first)
    return not _is_array(first) and any(isinstance(other, dict) for other in others)


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _value(line: str) -> Any:
    """What a line is in JSON; None where it is nothing."""
    try:
        return parsed(line)
    except NoJsonError:
        return None


def _line(line: str) -> Iterator[dict | str]:
    try:
        value = parsed(line)
    except NoJsonError as error:
        yield _fault(error)
        return
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()):
        yield from _documents(JsonReader(io.StringIO(line), CHUNK))
    else:
        yield _unwrapped(value)


def _documents(reader: JsonReader) -> Iterator[dict | str]:
    """The records of all values in a text."""
    while reader.peek():
        try:
            if reader.peek() == "[":
                reader.skip()
                yield from _array(reader)
            elif reader.peek() == "{":
                own = yield from _object(reader, 0)
                if own is not None:
                    yield _unwrapped(own)
            else:
                yield _unwrapped(reader.value())
        except NoJsonError as error:
            yield _fault(error)
            if reader.to_next_record():
                yield from _array(reader, is_broken=True)


def _array(reader: JsonReader, count: int = 0, is_broken: bool = False) -> Iterator[dict | str]:
    """The records of an array of which the bracket and `count` records are read; in a broken text, all to its end."""
    while letter := reader.peek():
        if letter == "]" and not is_broken:
            reader.skip()
            return
        try:
            value = reader.value()
        except NoJsonError as error:
            # Behind a broken record, a bracket may close something in it as well as the array.
            if letter not in "]}":
                yield _fault(error)
            is_broken = True
            if not reader.to_next_record():
                return
        else:
            yield _unwrapped(value)
        count += 1
    reader.lost = True
    if count and not is_broken:
        yield "it is no JSON (the file breaks off here)"


def _object(reader: JsonReader, depth: int) -> Generator[dict | str, None, dict | None]:
    """The records of the arrays in an object that begins here.

    Returns:
        The object itself, where there are none.

    Raises:
        NoJsonError: it is broken.
    """
    reader.skip()
    own: dict[str, Any] | None = {}
    while (letter := reader.peek()) != "}":
        if reader.lost:
            return None
        if letter != '"':
            raise NoJsonError("Expecting property name enclosed in double quotes" if letter else "the file breaks off")
        name = reader.value()
        if reader.peek(" \t\r\n") != ":":
            raise NoJsonError("Expecting ':' delimiter")
        reader.skip()
        kind = reader.peek(" \t\r\n")
        if kind == "[":
            reader.skip()
            value = yield from _values(reader, name, own)
        elif kind == "{" and depth < DEEPEST:
            value = yield from _object(reader, depth + 1)
        else:
            value = reader.value()
        if value is None and kind in "[{":
            own = None
        elif own is not None:
            own[name] = value
    reader.skip()
    return own


def _values(reader: JsonReader, name: str, own: dict | None) -> Generator[dict | str, None, list[Any] | None]:
    """The records of an array under a name of `own`; returns its values where they are none."""
    values: list[Any] = []
    while (letter := reader.peek()) != "]":
        if not letter:
            raise NoJsonError("the file breaks off")
        values.append(reader.value())
        if _holds_records(values, name) and not is_table(own or {}):
            yield from map(_unwrapped, values)
            yield from _array(reader, len(values))
            return None
    reader.skip()
    return values if values or name != "data" else None


def _holds_records(values: list[Any], name: str) -> bool:
    last = values[-1]
    return isinstance(last, dict) and (name == "data" or is_table(last))


def _unwrapped(row: Any) -> dict | str:
    if isinstance(row, dict) and isinstance(row.get("data"), dict):
        row = row["data"]
    return row if isinstance(row, dict) else NO_RECORD


def _fault(error: NoJsonError) -> str:
    return f"it is no JSON ({error})"
