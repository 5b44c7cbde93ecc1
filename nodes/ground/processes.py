"""Work shared out among processes of this machine, each with a core; one that is killed has its piece done again."""

import pickle
import queue
import runpy
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context, resource_tracker
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from . import UserError

PROGRAM = str(Path(__file__).with_name("working.py"))
AHEAD = 2
"""Pieces per process that are under way or wait to be taken: all that is held in memory."""
TRIES = 3
"""So often may a process be lost over one piece."""
Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Processes:
    """Some processes, started when they are first needed and ended with the block."""

    def __init__(self, count: int) -> None:
        """Nothing is started yet.

        Args:
            count: of processes.
        """
        self._count = count
        self._threads = ThreadPoolExecutor(count, initializer=_deaf)
        """One for each process, which waits for it."""
        self._every = [_Process() for _ in range(count)]
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        for process in self._every:
            self._idle.put(process)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._every:
            process.end()
        self._threads.shutdown(cancel_futures=True)

    def map(self, work: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Result]]:
        """Each piece with what is made of it, in their order.

        Args:
            work: a function of a module, or `functools.partial` of one; what it takes and gives can be pickled.
            pieces: taken as they are needed.

        Raises:
            UserError: a piece ended every process that worked on it.
        """
        waiting: deque[tuple[Piece, Future[Result]]] = deque()
        for piece in pieces:
            task = pickle.dumps((work, piece), pickle.HIGHEST_PROTOCOL)
            waiting.append((piece, self._threads.submit(self._done, task)))
            if len(waiting) == AHEAD * self._count:
                first, result = waiting.popleft()
                yield first, result.result()
        for piece, result in waiting:
            yield piece, result.result()

    def _done(self, task: bytes) -> Any:
        process = self._idle.get()
        try:
            return process.done(task)
        finally:
            self._idle.put(process)


def _deaf() -> None:
    """What this thread starts does not hear Ctrl-C, which reaches every process of a terminal, from its beginning."""
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # or it is started on the way, and this thread hears again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


class _Process:
    """One of them; a new one takes its place where it is lost."""

    def __init__(self) -> None:
        self._pipe: Any = None
        self._ended = False
        self._lock = threading.Lock()

    def done(self, task: bytes) -> Any:
        for _ in range(TRIES):
            try:
                pipe = self._pipe or self._start()
                pipe.send_bytes(task)
                result, error, told = pipe.recv()
            except (EOFError, OSError):  # it was killed, or this block has ended
                self._part()
                if self._ended:
                    break
                continue
            if error is not None:
                raise error from RuntimeError(f"in a process:\n{told}")
            return result
        raise UserError(
            f"{TRIES} processes were killed over the same piece of work, as by a machine out of memory: give "
            "fewer with --workers; the same command goes on."
        )

    def end(self) -> None:
        with self._lock:
            self._ended = True
        self._part()

    def _part(self) -> None:
        with self._lock:
            if self._pipe is not None:
                self._process.kill()
                self._process.join()
                self._pipe = None

    def _start(self) -> Any:
        spawn = get_context("spawn")  # everywhere alike; a fork of a process with threads may hang
        with self._lock:
            if self._ended:
                raise EOFError
            pipe, other = spawn.Pipe()
            self._process = spawn.Process(
                target=runpy.run_path, args=(PROGRAM, {"pipe": other}, "__main__"), daemon=True
            )
            self._process.start()
            other.close()
            self._pipe = pipe
        return pipe
