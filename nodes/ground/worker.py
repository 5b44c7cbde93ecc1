"""A helper process that answers one request at a time in lines of JSON, and may die at any moment."""

import atexit
import json
import queue
import subprocess
import tempfile
import threading
import time
from typing import Any

from . import UserError

POLL_SECONDS = 0.1
LAST_WORDS = 300
"""Characters of the process's log that an error quotes."""


class WorkerError(UserError):
    """The process could not be started, died, or did not answer in the agreed form; it is stopped then."""


class Worker:
    """Started by the first request, used by all later ones, ended by `stop`, by a fault, or with this process."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], seconds_to_start: float) -> None:
        """Nothing is started yet.

        Args:
            name: how errors call it.
            command: the program and its arguments.
            environment: its variables.
            seconds_to_start: until its first line, {"ready": ...}.
        """
        self.name = name
        self._command, self._environment, self._seconds_to_start = command, environment, seconds_to_start
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._log: Any = None
        self._turn = threading.Lock()
        atexit.register(self.stop)

    def ask(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """The answer to a line of JSON and the bytes that follow it.

        Raises:
            WorkerError: no answer, or none that can be understood; the next request starts a new process.
            UserError: the process answered that it could not do it.
        """
        with self._turn:
            try:
                process = self._running()
                assert process.stdin is not None
                process.stdin.write(json.dumps(head).encode() + b"\n" + body)
                process.stdin.flush()
                answer = self._answer(process, None)
            except WorkerError:
                self.stop()
                raise
            except OSError as error:
                raise self._fault(f"broke off ({error})") from error
        if "error" in answer:
            raise UserError(f"{self.name} could not read the picture: {answer['error']}")
        return answer

    def stop(self) -> None:
        """End the process; safe at any time, from any thread."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115, read when the process has failed
        self._lines = queue.Queue()
        try:
            process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=self._environment
            )
        except OSError as error:
            raise WorkerError(f"{self.name} could not be started ({error}).") from error
        self._process = process
        threading.Thread(target=_collect, args=(process.stdout, self._lines), daemon=True).start()
        if "ready" not in self._answer(process, time.monotonic() + self._seconds_to_start):
            raise self._fault("did not begin as agreed")
        return process

    def _answer(self, process: subprocess.Popen[bytes], deadline: float | None) -> dict[str, Any]:
        while True:
            try:
                line = self._lines.get(timeout=POLL_SECONDS)
                break
            except queue.Empty:
                if deadline is not None and time.monotonic() > deadline:
                    raise self._fault(f"was not ready after {self._seconds_to_start:.0f} s") from None
                if self._process is not process:
                    raise WorkerError(f"{self.name} was stopped.") from None
        if not line:
            code = process.wait()
            raise self._fault("was killed, as by a machine out of memory" if code < 0 else f"ended with code {code}")
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise self._fault(f"answered with something else than JSON: {line[:60]!r}")
        return answer

    def _fault(self, what: str) -> WorkerError:
        self.stop()
        return WorkerError(f"{self.name} {what}; the next run starts it anew. Its last words: {_tail(self._log)}")


def _collect(stream: Any, lines: "queue.Queue[bytes]") -> None:
    """Every line as it comes, then b"" for the end."""
    try:
        for line in stream:
            lines.put(line)
    except ValueError:  # closed by stop()
        pass
    lines.put(b"")


def _tail(log: Any) -> str:
    log.seek(0)
    return " ".join(log.read().decode(errors="replace").split())[-LAST_WORDS:] or "none"
