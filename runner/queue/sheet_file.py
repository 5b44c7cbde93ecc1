"""A sheet's file as tables: column -> value, one for each row, whichever program wrote it."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError, delimited, text_file

Table = dict[str, Any]
"""Column -> value; None where the cell is empty."""
Line = tuple[int, list[str]]
"""A line's number in the file, and its cells."""


def tables(path: Path, fields: Collection[str] = ()) -> list[Table]:
    """The rows of a sheet.

    Args:
        fields: names that columns may have besides `NODE.INPUT` and `name`, in lower case: by its columns a CSV file
            is told what stands between them.

    Raises:
        UserError: another kind of file, or damaged; says where.
        FileNotFoundError: it is not there.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"Expected a sheet of jobs as .csv, .xlsx or .jsonl, got {path}.")
    return reader(path, fields)


def _csv(path: Path, fields: Collection[str]) -> list[Table]:
    text = text_file.read(path).lstrip("\ufeff")
    told = delimited.DECLARED.match(text)
    body = text[told.end() :] if told else text
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # a cell may hold a whole text
    separator = told[1] if told else delimited.separator(body, partial(_settings, fields))
    lines = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    skipped = 1 if told else 0
    try:
        return _with_header([(lines.line_num + skipped, line) for line in lines], path)
    except csv.Error as error:
        raise UserError(f"{path}, line {lines.line_num + skipped}: {error}; expected CSV.") from None


def _settings(fields: Collection[str], names: list[str]) -> int:
    """How many columns a header has, if all of them are such as `9.title`, or an app's fields."""
    plain = [unicodedata.normalize("NFC", name).casefold() for name in names]
    return len(names) if all("." in name or name == "name" or name in fields for name in plain) else 0


def _with_header(lines: list[Line], path: Path) -> list[Table]:
    """Lines of text as tables; a column without name and values, and cells that a line's end lacks, are nothing."""
    written = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    header = [delimited.column(cell) for cell in written[0][1]] if written else []
    rows = written[1:]
    for number, cells in rows:
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(header):
            raise UserError(f"{path}, line {number}: expected {len(header)} cells, got {len(cells)}.")
        cells += [""] * (len(header) - len(cells))
    used = [place for place, name in enumerate(header) if name or any(cells[place].strip() for _, cells in rows)]
    names = [header[place] for place in used]
    if not names or "" in names or len(set(names)) < len(names):
        raise UserError(f"The first line of {path} must name every column, each once; got {', '.join(names)!r}.")
    return [{header[place]: cells[place] or None for place in used} for _, cells in rows]


def _jsonl(path: Path, _: Collection[str]) -> list[Table]:
    found: list[Table] = []
    # Not splitlines: a text in JSON may hold U+2028 and the like as they are.
    for number, line in enumerate(text_file.read(path).split("\n"), 1):
        line = line.strip("\ufeff \t\r")
        if not line:
            continue
        try:
            table = json.loads(line, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{path}, line {number} is no JSON: {error}.") from None
        if not isinstance(table, dict):
            raise UserError(f'{path}, line {number}: expected a table such as {{"9.title": "..."}}.')
        found.append(table)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> Table:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands twice in one table")
    return table


def _xlsx(path: Path, _: Collection[str]) -> list[Table]:
    from ...nodes.ground.spreadsheet import lines

    return _with_header(lines(path, str(path)), path)


READERS: dict[str, Callable[[Path, Collection[str]], list[Table]]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _csv,
    ".xlsx": _xlsx,
    ".jsonl": _jsonl,
}
SPREADSHEETS = READERS.keys() - {".jsonl"}
"""Those whose cells are what a spreadsheet shows."""
