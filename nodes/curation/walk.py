"""`dancheong curate`: a walk through a news dataset that can be killed at any row, and goes on there.

Rows are done in the order of the source by as many threads as there are cores, and written down one by one; a run that
is killed goes on where it stopped and ends with the same files.
"""

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from ..ground import UserError
from ..ground.journal import Journal
from ..ground.whole_file import write_whole
from ..news import Record, RefusedRow, count, left, records
from . import tables
from .curation import Curation
from .examination import Examination, Fit
from .fingerprints import Seen

IN_FLIGHT = 4
"""Pictures per worker that are read or waiting: all that is held in memory."""


class Walk:
    """One curation, begun or gone on with."""

    def __init__(self, curation: Curation) -> None:
        """Look at what is to be done and at what is done already.

        Raises:
            UserError: the source, a mark, the CLIP or the output folder cannot be used.
        """
        self._curation = curation
        # Before anything is written: a mistyped source or mark must not claim the folder.
        self.total = count(curation.source)
        """Rows of the source."""
        self.left = left(curation.source)
        """What lies in the source and could be a dataset too, but is not read."""
        self._examine = Examination(curation)
        self._journal = Journal(curation.out, curation.settings())
        self._seen = Seen(curation.standards.duplicate_bits)
        self.done = 0
        """Rows that were done when this walk began."""
        for line in self._journal:
            self.done += 1
            if line["file"]:
                self._seen.add(int(line["hash"], 16), line["id"])

    def finish(self, tell: Callable[[int], None]) -> Counter[str]:
        """Do every row that is left, and write the tables.

        Args:
            tell: is told after each row how many are done.

        Returns:
            How many rows were kept, under "kept", and how many rejected for which kind of reason.

        Raises:
            UserError: the source breaks off, or the folder can no longer be written.
        """
        waiting: deque[tuple[int, Record | RefusedRow, Future[Fit | str] | str]] = deque()

        def end() -> None:
            number, row, begun = waiting.popleft()
            self._journal.add(self._line(number, row, begun if isinstance(begun, str) else begun.result()))
            tell(number)

        rows = islice(enumerate(records(self._curation.source), 1), self.done, None)
        pool = ThreadPoolExecutor(self._curation.workers)
        try:
            for number, row in rows:
                waiting.append((number, row, self._begin(pool, row)))
                while len(waiting) >= IN_FLIGHT * self._curation.workers:
                    end()
            while waiting:
                end()
            return tables.write(self._curation.out, self._journal)
        finally:
            pool.shutdown(cancel_futures=True)
            self._journal.close()

    def _begin(self, pool: ThreadPoolExecutor, row: Record | RefusedRow) -> Future[Fit | str] | str:
        """The examination of a row's picture; a reason where it does not come to that."""
        if isinstance(row, RefusedRow):
            return row.reason
        fault = self._curation.standards.article_fault(row.topic, row.title, row.content)
        if fault:
            return fault
        try:
            data = row.read()
        except UserError as error:
            return str(error)
        return pool.submit(self._examine, row.title, data)

    def _line(self, number: int, row: Record | RefusedRow, verdict: Fit | str) -> dict[str, Any]:
        """The journal's line of one row; its picture is on disk before."""
        if isinstance(row, RefusedRow):
            return {"row": number, "id": row.row, "file": None, "reason": row.reason}
        fault = verdict if isinstance(verdict, str) else self._seen.take(verdict.print_, row.id)
        if isinstance(verdict, str) or fault:
            return {"row": number, "id": row.id, "file": None, "reason": fault}
        name = f"images/{number:07d}{verdict.ending}"
        write_whole(self._curation.out / name, verdict.data)
        write_whole((self._curation.out / name).with_suffix(".txt"), row.title.encode())
        line: dict[str, Any] = {"row": number, "id": row.id, "file": name, "hash": f"{verdict.print_:016x}"}
        line |= {"text": row.title, "topic": row.topic, "content": row.content, "url": row.url}
        line |= {"mark_removed": verdict.removed, **({"mark_left": verdict.left} if verdict.left else {})}
        return line if verdict.relevance is None else line | {"relevance": round(verdict.relevance, 4)}
