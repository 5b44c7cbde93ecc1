"""Rows shared out among servers that may come and go.

Every slot of every server is a worker with a connection of its own. Rows wait in one line; a worker takes the first,
and puts it back where its server is lost: that row is run again, and what the first run made is not fetched.
"""

import asyncio
import time
import traceback
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from ...nodes.ground import UserError
from ...nodes.ground.journal import Journal
from ...nodes.ground.whole_file import write_whole
from .client import Client, Unable, Unreachable
from .execution import Interrupted, Result, fetch, follow, results, submit
from .interrupt import on_interrupt
from .sheet import Row
from .sheet_run import Ledger, Outcome, SheetRun, say

LOSSES = 3
"""So often may a server be lost under a row before the row itself is to blame."""
PAUSE_SECONDS = 2.0
"""Between two tries to reach a server."""
PATIENCE_SECONDS = 180.0
"""So long may no server at all answer; a restart takes up to a minute or two."""


class Place(Protocol):
    """Where a server is; it may be another address after the server was lost."""

    name: str
    """What the server is called for people."""

    async def url(self) -> str:
        """Its address now.

        Raises:
            Unreachable: it has none yet; it may have one later.
            LeftOut: it will have none.
        """
        ...


class LeftOut(UserError):
    """A server can do none of the rows."""


class Named:
    """A server that somebody else keeps, always at the same address."""

    def __init__(self, url: str) -> None:
        self.name = url

    async def url(self) -> str:
        """The address."""
        return self.name


async def run_sheet(sheet_run: SheetRun, places: Sequence[Place], queued: int) -> Outcome:
    """Do every row that is not done yet.

    Args:
        sheet_run: what to run.
        places: of the servers.
        queued: rows that each server has at once, running or waiting.

    Raises:
        UserError: a column that the workflow does not have, a folder of other results, or no server left.
        Interrupted: after Ctrl-C; what was queued is taken back, what is done stays done.
    """
    journal = Journal(sheet_run.out, {"workflow": sheet_run.identity()})
    try:
        ledger = Ledger(sheet_run, journal)
        await _any_answers(places)
        task = asyncio.current_task()
        assert task is not None
        try:
            with on_interrupt(task.cancel):
                await _Fleet(sheet_run, ledger).work([place for place in places for _ in range(queued)])
        except asyncio.CancelledError:
            raise Interrupted from None
        return ledger.outcome
    finally:
        journal.close()


async def _any_answers(places: Sequence[Place]) -> None:
    """A wrong address is said at once; of several servers some may come later."""

    async def look(place: Place) -> UserError | None:
        try:
            async with Client(await place.url()):
                return None
        except UserError as error:
            return error

    looks = [asyncio.ensure_future(look(place)) for place in places]
    try:
        for answer in asyncio.as_completed(looks):
            if await answer is None:
                return
    finally:
        for task in looks:
            task.cancel()
    raise next(filter(None, (task.result() for task in looks)))


class _Fleet:
    def __init__(self, sheet_run: SheetRun, ledger: Ledger) -> None:
        self._run, self._ledger = sheet_run, ledger
        self._waiting = deque(ledger.rows)
        self._losses: Counter[str] = Counter()
        self._failed_at: dict[str, str] = {}
        """Row -> the server that could not do it: another one tries; where it cannot either, the row is to blame."""
        self._doubted: set[str] = set()
        """Servers that could not do a row and have done none since: at a second one, they are to blame."""
        self._finished = asyncio.Event()
        self._servers = 0
        self._checked = False
        self._left_out: dict[str, LeftOut] = {}
        """By the server's name."""
        self._connected: Counter[str] = Counter()
        """Workers of every server."""
        self._heard = time.monotonic()

    async def work(self, places: list[Place]) -> None:
        """A worker a place, until no row is left."""
        if not self._ledger.left:
            return
        self._servers = len({place.name for place in places})
        workers = {asyncio.ensure_future(self._worker(place)) for place in places}
        ended = asyncio.ensure_future(self._finished.wait())
        try:
            while workers and not ended.done():
                # A worker ends before the work does only with an error, or where its server is left out.
                await asyncio.wait([ended, *workers], return_when=asyncio.FIRST_COMPLETED)
                for worker in [worker for worker in workers if worker.done()]:
                    worker.result()
                    workers.remove(worker)
            if not ended.done():
                raise next(iter(self._left_out.values()))
        finally:
            for task in (ended, *workers):
                task.cancel()
            await asyncio.gather(ended, *workers, return_exceptions=True)

    async def _worker(self, place: Place) -> None:
        lost = False
        while True:
            try:
                async with Client(await place.url()) as client:
                    declared = await client.object_info()
                    lost = False
                    lacking = self._lacking(declared)
                    if lacking:
                        raise LeftOut(f"{place.name} can do no row. {lacking}")
                    self._connected[place.name] += 1
                    try:
                        while place.name not in self._left_out:  # by another of its workers
                            if (row := self._next(place)) is not None:
                                await self._take(row, place, client, declared)
                            else:  # another server may still lose one
                                await asyncio.sleep(PAUSE_SECONDS / 10)
                        return
                    finally:
                        self._connected[place.name] -= 1
                        self._heard = time.monotonic()
            except LeftOut as error:
                self._leave_out(place, error)
                return
            except Unreachable as error:
                if not lost:
                    say(f"{place.name} is not there; trying again ({error})")
                lost = True
                await self._wait_for_server(error)

    def _lacking(self, declared: dict[str, Any]) -> str | None:
        """What a server lacks; a column that another server knows is no mistake of the sheet."""
        try:
            lacking = self._run.lacking(declared)
        except UserError as error:
            if not self._checked:
                raise
            return str(error)
        self._checked = self._checked or not lacking
        return lacking

    def _leave_out(self, place: Place, error: LeftOut) -> None:
        known = place.name in self._left_out
        self._left_out[place.name] = error
        if not known and len(self._left_out) < self._servers:  # of the last one the run's own end tells
            say(f"{error} The others go on.")

    async def _wait_for_server(self, error: Unreachable) -> None:
        if not self._connected.total() and time.monotonic() - self._heard >= PATIENCE_SECONDS:
            raise UserError(f"{error} {self._ledger.left} rows are left; the same command goes on with them.")
        await asyncio.sleep(PAUSE_SECONDS)

    def _next(self, place: Place) -> Row | None:
        """The first row that waits; what a server could not do it tries again only where no other one is there."""
        is_alone = self._connected.total() == self._connected[place.name]
        fresh = (row for row in self._waiting if self._failed_at.get(row.name) != place.name)
        row = next(fresh, self._waiting[0] if self._waiting and is_alone else None)
        if row is not None:
            self._waiting.remove(row)
        return row

    async def _take(self, row: Row, place: Place, client: Client, declared: dict[str, Any]) -> None:
        """One row, to the journal."""
        attempt = self._ledger.begin(row)
        try:
            files = await self._do(client, row, declared)
        except Unreachable as error:
            self._losses[row.name] += 1
            if self._losses[row.name] < LOSSES:
                self._waiting.appendleft(row)
            else:
                self._ledger.failed(attempt, f"{LOSSES} times a server was lost while it ran: {error}")
            raise
        except Unable as error:
            is_last = len({place.name, *self._left_out}) == self._servers
            if is_last or row.name in self._failed_at:
                self._ledger.failed(attempt, str(error))
            else:
                self._failed_at[row.name] = place.name
                self._waiting.appendleft(row)
                if place.name in self._doubted:
                    raise LeftOut(
                        f"{place.name} can do no more rows ({error}): see whether its disk is full."
                    ) from error
                self._doubted.add(place.name)
        except Interrupted:
            self._ledger.failed(attempt, f"it was interrupted on {client.url}")
        except UserError as error:
            self._ledger.failed(attempt, str(error))
        except asyncio.CancelledError:
            self._waiting.appendleft(row)
            raise
        except Exception as error:  # a bug that one row meets costs one row; its traceback is kept
            traceback.print_exc()
            self._ledger.failed(attempt, f"{type(error).__name__}: {error}")
        else:
            self._doubted.discard(place.name)
            self._ledger.done(attempt, files, client.url)
        finally:
            if not self._ledger.left:
                self._finished.set()

    async def _do(self, client: Client, row: Row, declared: dict[str, Any]) -> dict[Path, bool]:
        """The row's files, and whether each is known to be this row's."""
        self._run.check_name(row)
        job = await submit(client, self._run.prompt(row, declared), declared, self._run.search)
        try:
            shown = await follow(client, job, _silent)
        except asyncio.CancelledError:
            with suppress(Unreachable):  # where the server is gone too, the end is still an end
                await client.cancel(job.id)
            raise
        files: dict[Path, bool] = {}
        for result in sorted(results(shown), key=_place):
            made = await fetch(client, job, result)
            suffix = Path(made.name).suffix if made.name else ".txt"
            number = sum(path.suffix == suffix for path in files) + 1
            path = self._run.out / f"{row.name}{f'-{number}' if number > 1 else ''}{suffix}"
            write_whole(path, made.data)
            files[path] = made.certain
        return files


def _place(result: Result) -> tuple[tuple[int, str], ...]:
    """A result's node in the natural order of ids; inside a subgraph they are OUTER:INNER."""
    return tuple((len(part), part) for part in result[0].split(":"))


def _silent(_kind: str, _data: dict[str, Any]) -> None:
    """Rows have one line each, at their end."""
