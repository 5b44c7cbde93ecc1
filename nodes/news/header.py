"""A table's first line, and the lines below it as names and values."""

from ..ground.delimited import column
from ..ground.spreadsheet import ERRORS
from . import columns
from .foreign import shown


class Header:
    """The names of a table's columns."""

    def __init__(self, cells: list[str]) -> None:
        self.names = [column(cell) for cell in cells]
        things = [columns.thing_of(name) for name in self.names]
        self._place = things.index(columns.FILE) if columns.FILE in things else -1
        """Of the picture's column."""

    def fault(self) -> str | None:
        """Why no row of such a table can be used, or None."""
        own = [columns.meant(name) for name in self.names if columns.thing_of(name)]
        twice = [name for name in own if own.count(name) > 1]
        if twice:
            return f"its first line names the column {twice[0]!r} twice"
        if not columns.is_table(dict.fromkeys(self.names)):
            told = ", ".join(map(repr, map(shown, self.names[:6]))) or "nothing"
            return f"its first line names no picture and text: expected columns such as file_name and text, got {told}"
        return None

    def row(self, cells: list[str]) -> dict[str, str] | str:
        """Names and values, or what is wrong; cells that a line's end lacks are nothing."""
        while len(cells) > len(self.names) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(self.names):
            return f"it has {len(cells)} cells: expected {len(self.names)}, and quotes around commas"
        wrong = next((cell.strip() for cell in cells if ERRORS.fullmatch(cell.strip())), None)
        if wrong:
            return f"it holds a spreadsheet's error ({wrong}): expected values"
        return dict(zip(self.names, cells, strict=False))

    def picture(self, cells: list[str]) -> str:
        """The cell that names the picture, of a line with as many cells as this; "" of any other.

        A quote up to there is the end of a text that began in a line above.
        """
        if len(cells) != len(self.names) or any('"' in cell for cell in cells[: self._place + 1]):
            return ""
        return cells[self._place].strip()
