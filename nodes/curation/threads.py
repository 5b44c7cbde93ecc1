"""Rows examined by the threads of one machine."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from ..news import Record, RefusedRow, records
from .curation import Curation
from .examination import Examination, Fit, picture_file

IN_FLIGHT = 4
"""Pictures per worker that are read or waiting: all that is held in memory."""


def verdicts(
    curation: Curation, examine: Examination, done: int
) -> Generator[tuple[Record | RefusedRow, Fit | str], None, None]:
    """The rows after the first `done`, in the order of the source, each with its picture or why it is not fit.

    Raises:
        UserError: the source breaks off.
    """
    waiting: deque[tuple[Record | RefusedRow, Future[Fit | str] | str]] = deque()
    pool = ThreadPoolExecutor(curation.workers)

    def begin(row: Record | RefusedRow) -> Future[Fit | str] | str:
        if isinstance(row, RefusedRow):
            return row.reason
        data = picture_file(row, curation.standards)
        return data if isinstance(data, str) else pool.submit(examine, row.title, data)

    def first() -> tuple[Record | RefusedRow, Fit | str]:
        row, begun = waiting.popleft()
        return row, begun if isinstance(begun, str) else begun.result()

    try:
        for row in islice(records(curation.source), done, None):
            waiting.append((row, begin(row)))
            while len(waiting) >= IN_FLIGHT * curation.workers:
                yield first()
        while waiting:
            yield first()
    finally:
        pool.shutdown(cancel_futures=True)
