"""A CSV table whose rows fail one by one: an open quote ends where the next row begins."""

import csv
from collections.abc import Callable, Iterator

from ..ground import delimited, text_file
from . import columns
from .header import Header

MOST_LINES = 1000
"""Of one row, whose cells may hold line ends."""


def rows(lines: Iterator[str], is_picture: Callable[[str], bool]) -> Iterator[tuple[int, dict | str]]:
    """Every row with the number of its line, and its values or what is wrong with it.

    Args:
        lines: with their ends.
        is_picture: whether a cell is the name of a picture: a line with as many cells as the header and such a name is
            a row, whatever quote is open above it.
    """
    # The limit is the whole process's: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), text_file.LONGEST))
    table = _Table(lines)
    header = table.header()
    if isinstance(header, str):
        yield table.number, header
        return
    if fault := header.fault():
        yield table.number, fault
        return

    def begins_row(line: str) -> bool:
        try:
            return is_picture(header.picture(next(csv.reader([line], delimiter=table.separator, strict=True), [])))
        except csv.Error:
            return False

    while (cells := table.next(begins_row)) is not None:
        if isinstance(cells, str):
            yield table.number, cells
        elif any(cell.strip() for cell in cells):
            yield table.number, header.row(cells)


class _Table:
    """A table's lines as cells."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        """Lines that were looked at and belong to rows to come, the next one last."""
        self._read = 0
        self.number = 0
        """The line in which the last row began."""
        self.separator = ","

    def header(self) -> Header | str:
        """The first line that says something, or what is wrong with it; finds out what separates cells."""
        first = ""
        while not first.strip(delimited.INVISIBLE + " \r\n") and (line := self._line()):
            first = line.lstrip(delimited.INVISIBLE)
        told = delimited.DECLARED.fullmatch(first)
        if first and not told:
            self._put_back([first])
        self.separator = told[1] if told else delimited.separator(first, columns.known)
        cells = self.next(lambda line: False)
        return cells if isinstance(cells, str) else Header(cells or [])

    def next(self, begins_row: Callable[[str], bool]) -> list[str] | str | None:
        """The next row's cells, or what is wrong with it; None at the end."""
        taken: list[str] = []
        closed = True

        def row() -> Iterator[str]:
            nonlocal closed
            while line := self._line():
                if taken and (len(taken) == MOST_LINES or begins_row(line)):
                    self._put_back([line])
                    closed = False
                    return
                taken.append(line)
                yield line

        begin = self._read + 1
        try:
            cells = next(csv.reader(row(), delimiter=self.separator, strict=True), None)
            fault = None
        except csv.Error as error:
            cells, fault = None, str(error)
        self.number = begin
        if fault is None:
            return cells
        # Only the first line is bad for sure: the others may be rows of their own.
        self._put_back(taken[1:])
        if not closed or fault == "unexpected end of data":
            return "a quote in it is opened and not closed"
        return f"it is no CSV ({fault})"

    def _line(self) -> str:
        line = self._again.pop() if self._again else next(self._lines, "")
        self._read += bool(line)
        return line

    def _put_back(self, lines: list[str]) -> None:
        self._again += reversed(lines)
        self._read -= len(lines)
