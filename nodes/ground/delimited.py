"""How a CSV file is laid out: what stands between its cells, and what its first line calls its columns."""

import csv
import io
import re
from collections.abc import Callable

SEPARATORS = ",;\t"
"""The first where nothing tells. Excel writes the second where the comma is a decimal's, the third as Unicode text."""
DECLARED = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""Excel's own first line."""
INVISIBLE = "\ufeff\u200b\u200e\u200f"
"""What clipboards and joined files leave at a cell's ends, besides blanks."""


def column(cell: str) -> str:
    """A column's name as it is meant."""
    return cell.strip().strip(INVISIBLE).strip()


def separator(text: str, known: Callable[[list[str]], int]) -> str:
    """The one by which a header falls into the most columns that are known.

    Args:
        text: begins with the header.
        known: how many of some names are columns.
    """

    def columns(candidate: str) -> int:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=candidate, strict=True), [])
        except csv.Error:
            return 0
        return known([name for name in map(column, header) if name])

    return max(SEPARATORS, key=columns)
