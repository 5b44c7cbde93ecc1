"""Rows examined by the cores of one machine: in this process, or by several where there are rows enough."""

from collections.abc import Generator
from functools import partial
from itertools import islice

from ..ground.processes import Processes
from ..news import Record, RefusedRow, records
from .curation import Curation
from .examination import Fit, examination, examined

PIECE = 16
"""Rows that a process is given at once, and has in memory with their pictures."""
WORTH, WORTH_SLOW = 200, 20
"""Rows for which another process is worth its start; the second where a CLIP or marks make them slow."""


def verdicts(curation: Curation, done: int, left: int) -> Generator[tuple[Record | RefusedRow, Fit | str], None, None]:
    """The rows after the first `done`, in the order of the source, each with its picture or why it is not fit.

    Args:
        curation: what to do.
        done: rows that are done.
        left: rows that are not.

    Raises:
        UserError: the source breaks off, or processes are killed again and again.
    """
    rows = islice(records(curation.source), done, None)
    workers = min(curation.workers, left // (WORTH_SLOW if curation.clip or curation.marks else WORTH))
    if workers < 2:
        for row in rows:
            yield row, examined(curation, row)
        return
    examination.cache_clear()  # each process has its own
    pieces = iter(lambda: list(islice(rows, PIECE)), [])
    with Processes(workers) as processes:
        for piece, found in processes.map(partial(_all_examined, curation), pieces):
            yield from zip(piece, found, strict=True)


def _all_examined(curation: Curation, rows: list[Record | RefusedRow]) -> list[Fit | str]:
    return [examined(curation, row) for row in rows]
