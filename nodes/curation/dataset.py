"""`dancheong curate`: a news dataset becomes an image folder of what is fit to learn from.

Rows are done in the order of the source by as many threads as there are cores, and written down one by one; a run that
is killed goes on where it stopped and ends with the same files.
"""

import csv
import dataclasses
import io
import json
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ground import UserError
from ..ground.journal import Journal
from ..ground.whole_file import write_whole, writing_whole
from ..news import BrokenPicture, Record, RefusedRow, count, decode, kind, records
from .fingerprints import Seen, fingerprint
from .standards import Standards

if TYPE_CHECKING:
    from ..watermark import Unmark
    from .relevance import Relevance

IN_FLIGHT = 4
"""Pictures per worker that are read or waiting: all that is held in memory."""
SECONDS_BETWEEN = 1.0


@dataclass(frozen=True)
class Curation:
    """What to curate and by which rules."""

    source: Path
    out: Path
    standards: Standards
    marks: tuple[Path, ...] = ()
    """Learned marks to un-blend where a picture carries one."""
    clip: Path | None = None
    """Folder of a CLIP in transformers' layout, to compare pictures with headlines."""
    min_relevance: float = 0.2
    workers: int = os.cpu_count() or 1


@dataclass(frozen=True)
class _Fit:
    """A picture that passed all rules that look at nothing but itself."""

    print_: int
    data: bytes
    ending: str
    removed: str
    relevance: float | None


def curate(curation: Curation, say: Callable[[str], None]) -> Counter:
    """Returns how many rows were kept, under "kept", and how many rejected for which reason.

    Raises:
        UserError: the source or the output folder cannot be used.
    """
    # Before anything is written: a mistyped source or mark must not claim the folder.
    total, unmark, relevance = count(curation.source), _unmark(curation), _relevance(curation)
    journal = Journal(curation.out, _settings(curation))
    try:
        done, seen = 0, Seen()
        for line in journal:
            done += 1
            if line["file"]:
                seen.add(int(line["hash"], 16), line["id"])
        if done:
            say(f"going on after {done:,} of {total:,} rows")
        _work(curation, unmark, relevance, journal, seen, _Clock(done, total, say), say)
        return _write_tables(curation.out, journal)
    finally:
        journal.close()


def _work(
    curation: Curation,
    unmark: "Unmark | None",
    relevance: "Relevance | None",
    journal: Journal,
    seen: Seen,
    clock: "_Clock",
    say: Callable[[str], None],
) -> None:
    waiting: deque[tuple[int, Record | RefusedRow, Future | None]] = deque()

    def finish() -> None:
        number, row, future = waiting.popleft()
        journal.add(_finished(curation, seen, number, row, future.result() if future else None))
        clock.tick(number)

    with ThreadPoolExecutor(curation.workers) as pool:
        try:
            for number, row in enumerate(records(curation.source), 1):
                if number <= clock.before:
                    continue
                fault = (
                    row.reason
                    if isinstance(row, RefusedRow)
                    else curation.standards.article_fault(row.topic, row.title, row.content)
                )
                if fault:
                    waiting.append(
                        (number, RefusedRow(row.row if isinstance(row, RefusedRow) else row.id, fault), None)
                    )
                else:
                    assert isinstance(row, Record)
                    data = _read(row)
                    future = (
                        pool.submit(_looked_at, curation, unmark, relevance, row.title, data)
                        if isinstance(data, bytes)
                        else None
                    )
                    waiting.append((number, row if future else RefusedRow(row.id, str(data)), future))
                while len(waiting) >= IN_FLIGHT * curation.workers:
                    finish()
            while waiting:
                finish()
        except KeyboardInterrupt:
            say("interrupted: the same command goes on from here")
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _unmark(curation: Curation) -> "Unmark | None":
    if not curation.marks:
        return None
    from ..watermark import Unmark  # brings PyTorch, which plain curation can do without

    return Unmark(curation.marks)


def _relevance(curation: Curation) -> "Relevance | None":
    if curation.clip is None:
        return None
    from .relevance import Relevance

    return Relevance(curation.clip)


def _read(row: Record) -> bytes | str:
    try:
        return row.read()
    except (UserError, OSError) as error:
        return str(error)


def _looked_at(
    curation: Curation, unmark: "Unmark | None", relevance: "Relevance | None", title: str, data: bytes
) -> _Fit | str:
    """All that can be said of a picture by itself; a reason where it is not fit."""
    try:
        picture = decode(data)
    except BrokenPicture as error:
        return str(error)
    fault = curation.standards.file_fault(data) or curation.standards.picture_fault(picture)
    if fault:
        return fault
    cosine = relevance.score(picture, title) if relevance else None
    if cosine is not None and cosine < curation.min_relevance:
        return f"low relevance ({cosine:.3f}, at least {curation.min_relevance:.3f})"
    print_ = fingerprint(picture)
    removed, cleaned = unmark(picture) if unmark else ("", None)
    if cleaned is not None:
        return _Fit(print_, cleaned, ".png", removed, cosine)
    return _Fit(print_, data, _ending(data), "", cosine)


def _finished(
    curation: Curation, seen: Seen, number: int, row: Record | RefusedRow, fit: _Fit | str | None
) -> dict[str, Any]:
    """The journal's line of one row; its picture is on disk before."""
    if isinstance(row, RefusedRow):
        return {"row": number, "id": row.row, "file": None, "reason": row.reason}
    assert fit is not None
    if isinstance(fit, str):
        return {"row": number, "id": row.id, "file": None, "reason": fit}
    same = seen.near(fit.print_, curation.standards.duplicate_bits)
    if same is not None:
        return {"row": number, "id": row.id, "file": None, "reason": f"near-duplicate picture (of {same})"}
    name = f"images/{number:07d}{fit.ending}"
    write_whole(curation.out / name, fit.data)
    write_whole((curation.out / name).with_suffix(".txt"), row.title.encode())
    seen.add(fit.print_, row.id)
    line = {
        "row": number,
        "id": row.id,
        "file": name,
        "hash": f"{fit.print_:016x}",
        "text": row.title,
        "topic": row.topic,
    }
    line |= {"content": row.content, "url": row.url, "mark_removed": fit.removed}
    return line if fit.relevance is None else line | {"relevance": round(fit.relevance, 4)}


def _write_tables(out: Path, journal: Journal) -> Counter:
    """metadata.jsonl of what was kept, rejected.csv of the rest."""
    counts: Counter = Counter()
    with writing_whole(out / "metadata.jsonl") as kept, writing_whole(out / "rejected.csv") as rejected:
        rows = io.TextIOWrapper(rejected, encoding="utf-8-sig", newline="")
        table = csv.writer(rows)
        table.writerow(("row", "id", "reason"))
        for line in journal:
            if line["file"]:
                told = {key: value for key, value in line.items() if key not in ("row", "file", "hash")}
                kept.write(json.dumps({"file_name": line["file"], **told}, ensure_ascii=False).encode() + b"\n")
                counts["kept"] += 1
            else:
                table.writerow((line["row"], line["id"], line["reason"]))
                counts[kind(line["reason"])] += 1
        rows.detach()
    return counts


def _settings(curation: Curation) -> dict[str, Any]:
    """What decides the result: a folder made with anything else is not gone on with."""
    stamp = curation.source.stat() if curation.source.exists() else None
    return {
        "source": str(curation.source.resolve()),
        "source_size": stamp.st_size if stamp and curation.source.is_file() else None,
        "standards": dataclasses.asdict(curation.standards),
        "marks": [str(mark.resolve()) for mark in curation.marks],
        "clip": str(curation.clip.resolve()) if curation.clip else None,
        "min_relevance": curation.min_relevance if curation.clip else None,
    }


def _ending(data: bytes) -> str:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        return {"JPEG": ".jpg", "MPO": ".jpg"}.get(opened.format or "", f".{(opened.format or 'png').lower()}")


class _Clock:
    """Says how far the work is and when it will be done."""

    def __init__(self, done: int, total: int, say: Callable[[str], None]) -> None:
        self.before, self._total, self._say = done, total, say
        self._start = self._last = time.monotonic()

    def tick(self, number: int) -> None:
        now = time.monotonic()
        if now - self._last < SECONDS_BETWEEN and number != self._total:
            return
        self._last = now
        rate = (number - self.before) / max(now - self._start, 1e-3)
        left = int((self._total - number) / max(rate, 1e-3))
        self._say(
            f"{number:,} of {self._total:,} rows, {rate:.0f}/s, {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
        )


def lines(counts: Counter) -> Iterator[str]:
    """The summary for people."""
    yield f"{counts['kept']:,} of {sum(counts.values()):,} rows kept"
    for reason, rows in counts.most_common():
        if reason != "kept":
            yield f"{rows:,} rejected: {reason}"
