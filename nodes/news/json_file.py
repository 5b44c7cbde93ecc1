"""Records of a JSON file, one by one without holding the file wherever that can be done."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

CHUNK = 1 << 16


def rows(text: IO[str]) -> Iterator[dict | str]:
    """Every record of `[..]`, `{"data": [..]}` or `{"data": {..}}`, or what is wrong with it.

    Args:
        text: the opened file; it must be one that can be read again from its start.
    """
    buffer = text.read(CHUNK)
    start = buffer.find("[")
    opening = buffer[: start if start >= 0 else len(buffer)].strip()
    if start >= 0 and (not opening or _only_data(opening)):
        yield from _array(text, buffer[start + 1 :])
    else:
        yield from _below_data(text)


def parsed(line: str) -> dict | str:
    """The record that a text is, or what is wrong with it."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return f"it is no JSON ({error.msg})"
    return _unwrapped(row)


def _unwrapped(row: Any) -> dict | str:
    if isinstance(row, dict) and isinstance(row.get("data"), dict):
        row = row["data"]
    return row if isinstance(row, dict) else "it is no record: expected names and values in { }"


def _only_data(opening: str) -> bool:
    return "".join(opening.split()) == '{"data":'


def _array(text: IO[str], buffer: str) -> Iterator[dict | str]:
    """The records of an array whose opening bracket lies before the buffer."""
    decoder = json.JSONDecoder()
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            row, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError as error:
            more = text.read(max(CHUNK, len(buffer)))
            if not more:
                if buffer:
                    yield f"the file ends or breaks off here ({error.msg})"
                return
            buffer += more
            continue
        yield _unwrapped(row)
        buffer = buffer[end:]


def _below_data(text: IO[str]) -> Iterator[dict | str]:
    """Records below other entries: streamed where ijson is there; else, or where it fails, the file is read whole."""
    done = 0
    try:
        import ijson
    except ModuleNotFoundError:
        pass
    else:
        text.seek(0)
        with suppress(ijson.JSONError):  # as at NaN, which is no JSON by the book: json below takes it, or says why not
            for row in ijson.items(_Encoded(text), "data.item", use_float=True):
                done += 1
                yield _unwrapped(row)
            if done:
                return
    text.seek(0)
    found = parsed(text.read())
    records = found.get("data") if isinstance(found, dict) else None
    yield from map(_unwrapped, records[done:]) if isinstance(records, list) else (found,)


class _Encoded:
    """An opened text as the bytes that ijson wants, whatever encoding errors and marks were in the file."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text

    def read(self, size: int) -> bytes:
        """The next `size` letters."""
        return self._text.read(size).encode()
