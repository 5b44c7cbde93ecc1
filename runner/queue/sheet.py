"""A sheet of jobs: one row, one job. CSV and XLSX as spreadsheets save them, or JSONL."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from ...nodes.ground.spreadsheet import ERRORS
from . import local_file
from .sheet_file import SPREADSHEETS, tables
from .workflow import Setting

NAME = "name"
"""The column that names a row's results."""
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
NUMBERED = re.compile(r"(.+)-\d+")


@dataclass(frozen=True)
class Row:
    """One job."""

    name: str
    """What its results are called; unlike every other row's."""
    settings: tuple[Setting, ...]
    """What it changes in the workflow."""
    fault: str = ""
    """Why it cannot be a job, in a sentence; "" where it can."""

    def fingerprint(self, search: list[Path]) -> str:
        """Changes with what the row says, and with the files here that it names."""
        named = [value for _, value in self.settings if isinstance(value, str)]
        files = [path for value in named for folder in search for path in local_file.candidates(value, folder)]
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
        said = json.dumps([self.settings, stats], ensure_ascii=False)
        return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def read(path: Path, fields: Collection[str] = ()) -> list[Row]:
    """The rows of a sheet.

    Args:
        path: `.csv` (or `.tsv`, `.txt`) or `.xlsx`, the first line naming the columns, or `.jsonl`, one table a line. A
            column is `NODE.INPUT`, or `name`. An empty cell, or null, leaves the workflow's own value.
        fields: other names that a column may have, in lower case.

    Raises:
        UserError: not there, another kind of file, damaged, without rows, or two rows of one name. A row with a value
            that is none keeps its place, and says so in `fault`.
    """
    try:
        read_tables = tables(path, fields)
    except FileNotFoundError:
        raise UserError(f"There is no sheet {path}.") from None
    if not read_tables:
        raise UserError(f"{path} has no rows: expected one a job.")
    digits = max(4, len(str(len(read_tables))))
    is_spreadsheet = path.suffix.lower() in SPREADSHEETS
    rows = [_row(table, f"{number:0{digits}}", is_spreadsheet) for number, table in enumerate(read_tables, 1)]
    _check_names([row.name for row in rows], path)
    return rows


def _row(table: dict[str, Any], number: str, is_spreadsheet: bool) -> Row:
    settings = tuple((target, value) for target, value in table.items() if target != NAME and value is not None)
    faults = [
        f"{column!r} holds {fault}" for column, value in table.items() if (fault := _fault(value, is_spreadsheet))
    ]
    named = table.get(NAME)
    # A row whose very name is an error is called by its number.
    name = number if named in (None, "") or _fault(named, is_spreadsheet) else str(named)
    fault = f"In the sheet, {'; '.join(faults)}: expected a value, or an empty cell." if faults else ""
    return Row(unicodedata.normalize("NFC", name.strip()), settings, fault)


def _fault(value: Any, is_spreadsheet: bool) -> str:
    """What is wrong with a cell, "" where nothing is."""
    if is_spreadsheet and isinstance(value, str) and ERRORS.fullmatch(value.strip()):
        return f"the spreadsheet's error {value.strip()}"
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:  # infinite, no number, or half of a surrogate pair
        return f"{value!r}, which is neither a number nor a text"
    return ""


def _check_names(names: list[str], path: Path) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if FORBIDDEN.search(name) or name.strip(". ") == "":
            raise UserError(f"{path}, row {number}: {name!r} cannot be a file name; change it in the name column.")
        if name.casefold() in seen:
            raise UserError(f"{path}: rows {seen[name.casefold()]} and {number} are both called {name!r}.")
        seen[name.casefold()] = number
    for name, number in seen.items():
        # A row's second file of a kind is called NAME-2.
        stem = NUMBERED.fullmatch(name)
        if stem and stem[1] in seen:
            raise UserError(
                f"{path}, row {number}: {name!r} would be mixed up with further results of {stem[1]!r}; rename one."
            )
