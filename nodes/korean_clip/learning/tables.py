"""The rows of a file of sentence pairs, one by one, in the forms that people have them: TSV, CSV, JSON lines, JSON,
parquet and XLSX; a bad row costs itself."""

import csv
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ...ground import MissingLibraryError, UserError, delimited, scan, text_file

Row = tuple[str, str]
"""Korean, English."""
Choose = Callable[[list[str]], tuple[str, str]]
"""The names of both columns among those of a file."""
ENDINGS = (".tsv", ".csv", ".jsonl", ".json", ".parquet", ".xlsx")
DAMAGED = "damaged rows"
ROWS = 1024
"""Of parquet, held at a time."""
MOST_LINES = 20
"""Of one row of a CSV, whose cells may hold line ends: more is a quote that was not closed."""


def files(sources: Iterable[Path]) -> list[Path]:
    """The files that are meant: of a folder all that may hold pairs.

    Raises:
        UserError: one is not there, or of another kind.
    """
    found: list[Path] = []
    for source in sources:
        inside = (
            [path for path in scan.files(source) if path.suffix.lower() in ENDINGS] if source.is_dir() else [source]
        )
        if not inside:
            raise UserError(f"The folder {source} holds no sentence pairs: expected {', '.join(ENDINGS)}.")
        found += inside
    for path in found:
        if not path.is_file():
            raise UserError(f"{path} is not there: give a file of sentence pairs ({', '.join(ENDINGS)}), or a folder.")
        if path.suffix.lower() not in ENDINGS:
            raise UserError(f"{path} is no file of sentence pairs: expected {', '.join(ENDINGS)}.")
    return found


def rows(path: Path, choose: Choose) -> Iterator[Row | str]:
    """Both sentences of each row, or why it is none.

    Raises:
        UserError: the file cannot be read, or lacks a column.
        MissingLibraryError: a library for its kind.
    """
    read = {".jsonl": _json_lines, ".json": _json, ".parquet": _parquet, ".xlsx": _xlsx}
    yield from read.get(path.suffix.lower(), _delimited)(path, choose)


def _delimited(path: Path, choose: Choose) -> Iterator[Row | str]:
    # The limit is the whole process's: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), text_file.LONGEST))
    with open(path, "rb") as file:
        lines = text_file.lines(text_file.opened(file, path.name))
        first = next(lines, "").lstrip(delimited.INVISIBLE)
        separator = "\t" if path.suffix.lower() == ".tsv" else delimited.separator(first, len)
        names = [delimited.column(name) for name in next(csv.reader([first], delimiter=separator), [])]
        places = [names.index(name) for name in choose(names)]
        for cells in _cells(lines, separator, len(names)):
            if isinstance(cells, str) or len(cells) <= max(places):
                yield DAMAGED
            else:
                yield cells[places[0]], cells[places[1]]


def _cells(lines: Iterator[str], separator: str, columns: int) -> Iterator[list[str] | str]:
    """Rows of cells; of an open quote only the line in which it stands is lost.

    Between tabs a quote may as well be a letter, as corpora have it that know no quoting.
    """
    waiting: list[str] = []
    while True:
        taken: list[str] = []

        def row(taken: list[str] = taken) -> Iterator[str]:
            while len(taken) < MOST_LINES and (line := waiting.pop() if waiting else next(lines, "")):
                taken.append(line)
                yield line

        try:
            cells = next(csv.reader(row(), delimiter=separator, strict=True), None)
        except csv.Error:
            plain = taken[0].rstrip("\r\n").split(separator)
            cells = plain if separator == "\t" and len(plain) == columns else DAMAGED
            waiting.extend(reversed(taken[1:]))
        if cells is None:
            return
        if cells:
            yield cells


def _json_lines(path: Path, choose: Choose) -> Iterator[Row | str]:
    def values() -> Iterator[Any]:
        with open(path, "rb") as file:
            for line in text_file.lines(text_file.opened(file, path.name)):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except (ValueError, RecursionError):
                        yield None

    yield from _named(values(), choose)


def _json(path: Path, choose: Choose) -> Iterator[Row | str]:
    """A list of rows, or the first list in an object, as AI Hub has it under `data`; held whole."""
    try:
        found = json.loads(text_file.read(path))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON ({error}): get it again.") from error
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list):
        raise UserError(f"{path} holds no list of rows: expected a list of objects, or an object with one.")
    yield from _named(iter(found), choose)


def _named(values: Iterator[Any], choose: Choose) -> Iterator[Row | str]:
    """The first row with names says what the columns are called."""
    names: tuple[str, str] | None = None
    for value in values:
        if not isinstance(value, dict):
            yield DAMAGED
            continue
        if names is None:
            names = choose([str(name) for name in value])
        yield _text(value.get(names[0])), _text(value.get(names[1]))


def _parquet(path: Path, choose: Choose) -> Iterator[Row | str]:
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"{path.name} needs the package pyarrow: run `pip install pyarrow`, or save the pairs as JSON lines."
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            names = list(choose(file.schema_arrow.names))
            for batch in file.iter_batches(ROWS, columns=names):
                columns = [batch.column(name).to_pylist() for name in names]
                for korean, english in zip(*columns, strict=True):
                    yield _text(korean), _text(english)
    except (ArrowException, OSError) as error:
        raise UserError(
            f"{path} is damaged or no parquet file ({str(error).splitlines()[0]}): get it again."
        ) from error


def _xlsx(path: Path, choose: Choose) -> Iterator[Row | str]:
    """The first sheet, row by row: whole corpora lie in one."""
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"{path.name} needs the package openpyxl: run `pip install openpyxl`, or save the sheet as CSV UTF-8."
        ) from error
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        lines = book.worksheets[0].iter_rows(values_only=True)
        names = [delimited.column(_text(name)) for name in next(lines, ())]
        places = [names.index(name) for name in choose(names)]
        for cells in lines:
            korean, english = (_text(cells[place]) if place < len(cells) else "" for place in places)
            yield korean, english
        book.close()
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, IndexError, SyntaxError) as error:
        # openpyxl has no error of its own for what it cannot make sense of; the last is of XML.
        raise UserError(f"{path} is damaged or no .xlsx file ({error}): save it again, or as CSV UTF-8.") from error


def _text(value: Any) -> str:
    """What is no text, such as a number or nothing at all, is no sentence."""
    return value if isinstance(value, str) else ""
