"""`dancheong curate`: a walk through a news dataset that can be killed at any row, and goes on there.

Rows are examined by several processes, or on Ray by many machines, but come back in the order of the source; only
then it is decided which of near-duplicates stays, and each is written down. So a run that is killed goes on where it
stopped, and every way ends with the same files.
"""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

from ..ground import ray_cluster
from ..ground.journal import Journal
from ..ground.whole_file import write_whole
from ..news import Record, RefusedRow, count, left
from . import on_cores, tables
from .curation import Curation
from .examination import Fit, examination
from .fingerprints import Seen
from .shards import FOLDER, Shards


class Walk:
    """One curation, begun or gone on with."""

    def __init__(self, curation: Curation) -> None:
        """Look at what is to be done and at what is done already.

        Raises:
            UserError: the source, a mark, the CLIP, the Ray cluster or the output folder cannot be used.
        """
        self._curation = curation
        # Before anything is written: a mistyped source, mark or address must not claim the folder.
        if curation.ray is not None:
            ray_cluster.expect(curation.ray)
        self.total = count(curation.source)
        """Rows of the source."""
        self.left = left(curation.source)
        """What lies in the source and could be a dataset too, but is not read."""
        examination.cache_clear()  # its files may be others by now
        examination(curation)
        self._shards = Shards(curation.out, curation.form) if curation.form != FOLDER else None
        self._journal = Journal(curation.out, curation.settings())
        self._seen = Seen(curation.standards.duplicate_bits)
        self.done = 0
        """Rows that were done when this walk began."""
        for line in self._journal:
            self.done += 1
            if line["file"]:
                self._seen.add(int(line["hash"], 16), line["id"])
                self._keep(line)

    def finish(self, tell: Callable[[int], None], say: Callable[[str], None] = print) -> Counter[str]:
        """Do every row that is left, and write the tables.

        Args:
            tell: is told after each row how many are done.
            say: is told in a sentence what goes on without.

        Returns:
            How many rows were kept, under "kept", and how many rejected for which kind of reason.

        Raises:
            UserError: the source breaks off, the folder can no longer be written, or Ray cannot be used.
        """
        try:
            with closing(self._verdicts(say)) as verdicts:
                for number, (row, verdict) in enumerate(verdicts, self.done + 1):
                    line = self._line(number, row, verdict)
                    self._journal.add(line)
                    if line["file"]:
                        self._keep(line)
                    tell(number)
            if self._shards:
                self._shards.finish()
            return tables.write(self._curation.out, self._journal, self._shards is None)
        finally:
            self._journal.close()

    def _verdicts(self, say: Callable[[str], None]) -> Generator[tuple[Record | RefusedRow, Fit | str], None, None]:
        if self._curation.ray is None:
            return on_cores.verdicts(self._curation, self.done, self.total - self.done)
        from . import on_ray

        return on_ray.verdicts(self._curation, self.done, say)

    def _keep(self, line: dict[str, Any]) -> None:
        if self._shards:
            self._shards.add(line)

    def _line(self, number: int, row: Record | RefusedRow, verdict: Fit | str) -> dict[str, Any]:
        """The journal's line of one row; its picture is on disk before."""
        if isinstance(row, RefusedRow):
            return {"row": number, "id": row.row, "file": None, "reason": row.reason}
        fault = verdict if isinstance(verdict, str) else self._seen.take(verdict.print_, row.id)
        if isinstance(verdict, str) or fault:
            return {"row": number, "id": row.id, "file": None, "reason": fault}
        name = f"images/{number:07d}{verdict.ending}"
        write_whole(self._curation.out / name, verdict.data)
        if self._shards is None:
            write_whole((self._curation.out / name).with_suffix(".txt"), row.title.encode())
        line: dict[str, Any] = {"row": number, "id": row.id, "file": name, "hash": f"{verdict.print_:016x}"}
        line |= {"text": row.title, "topic": row.topic, "content": row.content, "url": row.url}
        line |= {"mark_removed": verdict.removed, **({"mark_left": verdict.left} if verdict.left else {})}
        return line if verdict.relevance is None else line | {"relevance": round(verdict.relevance, 4)}
