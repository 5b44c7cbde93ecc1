"""The rows of one table of a dataset, whatever program wrote it."""

import io
from collections.abc import Callable, Iterator
from typing import IO

from ..ground import spreadsheet, text_file
from . import columns, csv_table, json_file
from .foreign import DamagedFile, decoding, shown
from .header import Header
from .storage import LARGEST, Storage

FORMATS = (".jsonl", ".json", ".csv", ".tsv", ".xlsx")
"""The first counts where the same table is there in several."""
PEEKED = 3
"""Rows that tell what a table holds."""
Row = tuple[str, dict | str]
"""Where it stands, and its values or what is wrong with it."""


def rows(storage: Storage, name: str, is_picture: Callable[[str], bool]) -> Iterator[Row]:
    """Every row of a table; where the file breaks off or is none, one more says so.

    Args:
        is_picture: whether a text is the name of a picture.

    Raises:
        UserError: the file may be in either of two encodings, or needs a library that is not there.
    """
    place = "the beginning"
    try:
        with storage.open(name) as file:
            for place, row in _rows(file, name, is_picture):
                yield place, row
    except DamagedFile as error:
        yield f"after {place}", str(error)


def holds_pictures(storage: Storage, name: str) -> bool:
    """Whether the first rows of a table name pictures and texts."""
    for number, (_, row) in enumerate(rows(storage, name, bool)):
        if isinstance(row, dict) and columns.is_table(row):
            return True
        if number == PEEKED:
            break
    return False


def _rows(file: IO[bytes], name: str, is_picture: Callable[[str], bool]) -> Iterator[Row]:
    kind = name.lower()
    if kind.endswith(".xlsx"):
        data = io.BytesIO(file.read(LARGEST))
        with decoding(f"the file {shown(name)!r} is damaged or no .xlsx file"):
            lines = spreadsheet.lines(data, name)
        yield from _sheet(lines)
        return
    text = text_file.opened(file, name)
    if kind.endswith((".csv", ".tsv")):
        for number, row in csv_table.rows(text_file.lines(text), is_picture):
            yield f"line {number}", row
    else:
        yield from json_file.rows(text)


def _sheet(lines: list[tuple[int, list[str]]]) -> Iterator[Row]:
    header: Header | None = None
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if header:
            yield f"line {number}", header.row(cells)
            continue
        header = Header(cells)
        if fault := header.fault():
            yield f"line {number}", fault
            return
