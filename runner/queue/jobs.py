"""Many jobs on one or several servers: every row has one result and one line of its own, whatever servers go through.

A row that was running where a connection broke off is run again; what the first run made is not fetched.

Every slot of every server is a worker with a connection of its own. Rows wait in one line; a worker takes the first,
and puts it back where its server is lost. What is finished stands in the journal beside the results.
"""

import asyncio
import hashlib
import json
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from ...nodes.ground.journal import Journal
from ...nodes.ground.whole_file import write_whole
from . import workflow
from .client import Client, Unreachable
from .run import Interrupted, content, made, outputs, submit
from .sheet import Row

LOSSES = 3
"""So often may a server be lost under a row before the row itself is to blame."""
PAUSE_SECONDS = 2.0
"""Between two tries to reach a server."""
PATIENCE_SECONDS = 180.0
"""So long may no server at all answer; a restart takes up to a minute or two."""


@dataclass
class Order:
    """What to do.

    document: the workflow, as `workflow.load` gives it.
    settings: changes that hold for every row.
    rows: the sheet.
    search: folders in which the files named by rows are looked up.
    out: folder of the results and of the journal.
    """

    document: dict[str, Any]
    settings: list[workflow.Setting]
    rows: list[Row]
    search: list[Path]
    out: Path


@dataclass
class Outcome:
    """How it went: files of this run, rows of earlier runs that were still good, and row -> why it failed."""

    files: list[Path] = field(default_factory=list)
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)


async def run_sheet(order: Order, urls: list[str], queued: int) -> Outcome:
    """Do every row that is not done yet.

    Args:
        queued: rows that each server has at once, running or waiting.

    Raises:
        UserError: a column that the workflow does not have, a folder of other results, or no server left.
        Interrupted: after Ctrl-C; what was queued is taken back, what is done stays done.
    """
    journal = Journal(order.out, {"workflow": _identity(order)})
    try:
        fleet = _Fleet(order, journal)
        await _any_answers(urls)
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            await fleet.work([url for url in urls for _ in range(queued)])
        except asyncio.CancelledError:
            raise Interrupted from None
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        return fleet.outcome
    finally:
        journal.close()


async def _any_answers(urls: list[str]) -> None:
    """A wrong address is said at once; of several servers some may come later."""

    async def look(url: str) -> None:
        async with Client(url):
            pass

    answers = await asyncio.gather(*map(look, urls), return_exceptions=True)
    if all(isinstance(answer, BaseException) for answer in answers):
        raise next(answer for answer in answers if isinstance(answer, BaseException))


class _Fleet:
    def __init__(self, order: Order, journal: Journal) -> None:
        self._order, self._journal = order, journal
        self.outcome = Outcome()
        done = {line["row"]: line for line in journal if line["status"] == "done"}
        self._waiting: deque[Row] = deque()
        for row in order.rows:
            line = done.get(row.name)
            if line and line["fingerprint"] == row.fingerprint(order.search) and _present(order.out, line["files"]):
                self.outcome.kept += 1
            else:
                self._waiting.append(row)
        self._left = len(self._waiting)
        self._losses: dict[str, int] = {}
        self._finished = asyncio.Event()
        self._checked = False
        self._connected = 0
        self._heard = time.monotonic()

    async def work(self, urls: list[str]) -> None:
        if not self._left:
            return
        workers = [asyncio.ensure_future(self._worker(url)) for url in urls]
        ended = asyncio.ensure_future(self._finished.wait())
        try:
            # A worker ends before the work does only with an error.
            done, _ = await asyncio.wait([ended, *workers], return_when=asyncio.FIRST_COMPLETED)
            for worker in done - {ended}:
                worker.result()
        finally:
            for task in (ended, *workers):
                task.cancel()
            await asyncio.gather(ended, *workers, return_exceptions=True)

    async def _worker(self, url: str) -> None:
        lost = False
        while True:
            try:
                async with Client(url) as client:
                    declared = await client.object_info()
                    lost = False
                    self._check_columns(declared)
                    self._connected += 1
                    try:
                        while True:
                            await self._take(client, declared)
                    finally:
                        self._connected -= 1
                        self._heard = time.monotonic()
            except Unreachable as error:
                if not lost:
                    _say(f"{url} is not there; trying again ({error})")
                lost = True
                await self._wait_for_server(error)

    async def _wait_for_server(self, error: Unreachable) -> None:
        if not self._connected and time.monotonic() - self._heard >= PATIENCE_SECONDS:
            raise UserError(f"{error} {self._left} rows are left; the same command goes on with them.")
        await asyncio.sleep(PAUSE_SECONDS)

    def _check_columns(self, declared: dict[str, Any]) -> None:
        """A column that the workflow does not have is a mistake of the sheet, not of a row."""
        if not self._checked:
            prompt = workflow.prompt(self._order.document, self._order.settings, declared)
            for target in dict.fromkeys(target for row in self._order.rows for target, _ in row.settings):
                workflow.find(prompt, target)
            self._checked = True

    async def _take(self, client: Client, declared: dict[str, Any]) -> None:
        """One row, from the line to the journal."""
        while not self._waiting:  # another server may still lose one
            await asyncio.sleep(PAUSE_SECONDS / 10)
        row = self._waiting.popleft()
        entry: dict[str, Any] = {"row": row.name, "fingerprint": row.fingerprint(self._order.search)}
        begun = time.monotonic()
        try:
            files = await self._do(client, row, declared)
        except Unreachable as error:
            self._losses[row.name] = self._losses.get(row.name, 0) + 1
            if self._losses[row.name] < LOSSES:
                self._waiting.appendleft(row)
            else:
                self._end(row, {**entry, "error": f"{LOSSES} times a server was lost while it ran: {error}"})
            raise
        except Interrupted:
            self._end(row, {**entry, "error": f"it was interrupted on {client.url}"})
        except UserError as error:
            self._end(row, {**entry, "error": str(error)})
        except asyncio.CancelledError:
            self._waiting.appendleft(row)
            raise
        else:
            self.outcome.files += files
            seconds = round(time.monotonic() - begun, 2)
            names = [path.name for path in files]
            self._end(row, {**entry, "files": names, "server": client.url, "seconds": seconds})

    async def _do(self, client: Client, row: Row, declared: dict[str, Any]) -> list[Path]:
        prompt = workflow.prompt(self._order.document, [*self._order.settings, *row.settings], declared)
        prompt_id = await submit(client, prompt, declared, self._order.search)
        try:
            shown = await outputs(client, prompt, prompt_id, _silent)
        except asyncio.CancelledError:
            with suppress(Unreachable):  # where the server is gone too, the end is still an end
                await client.cancel(prompt_id)
            raise
        files: list[Path] = []
        for _, result in sorted(made(shown), key=_place):
            suffix = ".txt" if isinstance(result, str) else Path(result["filename"]).suffix
            number = sum(path.suffix == suffix for path in files) + 1
            files.append(self._order.out / f"{row.name}{f'-{number}' if number > 1 else ''}{suffix}")
            write_whole(files[-1], await content(client, result))
        return files

    def _end(self, row: Row, entry: dict[str, Any]) -> None:
        failure = entry.get("error")
        self._journal.add({**entry, "status": "failed" if failure else "done"})
        if failure:
            self.outcome.failed[row.name] = failure
        self._left -= 1
        total = len(self._order.rows)
        _say(f"{total - self._left} of {total}: {row.name}" + (f" failed: {failure}" if failure else ""))
        if not self._left:
            self._finished.set()


def _identity(order: Order) -> str:
    text = json.dumps([order.document, order.settings], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _present(folder: Path, names: list[str]) -> bool:
    return all((folder / name).is_file() for name in names)


def _place(result: tuple[str, dict | str]) -> tuple[tuple[int, str], ...]:
    """A result's node in the natural order of ids; inside a subgraph they are OUTER:INNER."""
    return tuple((len(part), part) for part in result[0].split(":"))


def _silent(_prompt: workflow.Prompt, _kind: str, _data: dict) -> None:
    """Rows have one line each, at their end."""


def _say(text: str) -> None:
    print(f"dancheong: {text}", file=sys.stderr, flush=True)
