"""A sheet of jobs: one row, one job. CSV as spreadsheets save it, or JSONL."""

import csv
import hashlib
import io
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from .workflow import Setting

NAME = "name"
"""The column that names a row's results."""
ENCODINGS = ("utf-8-sig", "cp949")
"""Excel in Korea saves CSV in the second."""
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
NUMBERED = re.compile(r"(.+)-\d+")


@dataclass(frozen=True)
class Row:
    """One job."""

    name: str
    """What its results are called; unlike every other row's."""
    settings: tuple[Setting, ...]
    """What it changes in the workflow."""

    def fingerprint(self, search: list[Path]) -> str:
        """Changes with what the row says, and with the files here that it names."""
        files = [folder / value for _, value in self.settings if isinstance(value, str) for folder in search]
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files if _is_file(path)]
        return hashlib.sha256(json.dumps([self.settings, stats], ensure_ascii=False).encode()).hexdigest()


def read(path: Path) -> list[Row]:
    """The rows of a sheet.

    Args:
        path: `.csv`, its first line naming the columns, or `.jsonl`, one table a line. A column is `NODE.INPUT`, or
            `name`. An empty cell of a CSV, or null, leaves the workflow's own value.

    Raises:
        UserError: not there, another kind of file, damaged, without rows, or two rows of one name.
    """
    readers = {".csv": _csv, ".jsonl": _jsonl}
    if path.suffix.lower() not in readers:
        raise UserError(f"Expected a sheet of jobs as .csv or .jsonl, got {path}.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"There is no sheet {path}.") from None
    tables = readers[path.suffix.lower()](_decoded(path, data), path)
    digits = max(4, len(str(len(tables))))
    rows: list[Row] = []
    for number, table in enumerate(tables, 1):
        name = unicodedata.normalize("NFC", str(table.pop(NAME, "") or f"{number:0{digits}}").strip())
        rows.append(Row(name, tuple((target, value) for target, value in table.items() if value is not None)))
    if not rows:
        raise UserError(f"{path} has no rows: expected one a job.")
    _check_names([row.name for row in rows], path)
    return rows


def _decoded(path: Path, data: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"{path} is neither UTF-8 nor CP949: save the sheet as CSV UTF-8.")


def _csv(text: str, path: Path) -> list[dict[str, Any]]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        cells = [(lines.line_num, line) for line in lines if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise UserError(f"{path}, line {lines.line_num}: {error}; expected CSV.") from None
    if not header or "" in header or len(set(header)) < len(header):
        raise UserError(f"The first line of {path} must name every column, each once; got {', '.join(header)!r}.")
    for number, line in cells:
        if len(line) != len(header):
            raise UserError(f"{path}, line {number}: expected {len(header)} cells, got {len(line)}.")
    return [{key: cell or None for key, cell in zip(header, line, strict=True)} for _, line in cells]


def _jsonl(text: str, path: Path) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            table = json.loads(line)
        except ValueError as error:
            raise UserError(f"{path}, line {number} is no JSON: {error}.") from None
        if not isinstance(table, dict):
            raise UserError(f'{path}, line {number}: expected a table such as {{"9.title": "..."}}.')
        tables.append(table)
    return tables


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


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a long headline is no file name
        return False
