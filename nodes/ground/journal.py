"""What a long piece of work has done so far: one line per row, so that a killed run goes on where it stopped."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from . import UserError
from .whole_file import is_part, write_whole

LOCK = ".lock.part"
"""Held while a run works in the folder; what is left of it is no result, as of any part."""


class Journal:
    """A folder's `journal.jsonl`, and `settings.json` that says what the lines belong to."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        """Begin a folder's work, or go on with it.

        Args:
            folder: for the work and its results; it is made.
            settings: what decides the results, as JSON.

        Raises:
            UserError: another run works there, or the folder holds the work of other settings, or things that are not
                ours.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self._lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
        try:
            with suppress(NotImplementedError):  # a file system that knows no locks
                self._lock.acquire()
            self._begin(folder, settings)
        except Timeout as error:
            raise UserError(
                f"Another run is at work in {folder}: wait until it has ended, or choose another folder."
            ) from error
        except BaseException:
            self._lock.release()
            raise

    def _begin(self, folder: Path, settings: dict[str, Any]) -> None:
        described = folder / "settings.json"
        text = json.dumps(settings, ensure_ascii=False, indent=1, sort_keys=True)
        if described.exists():
            if described.read_text(encoding="utf-8") != text:
                raise UserError(
                    f"{folder} holds results of another source or other rules: choose another folder, or empty it."
                )
        elif any(not is_part(path) for path in folder.iterdir()):
            raise UserError(f"{folder} is not empty and no unfinished work of ours: choose another folder.")
        else:
            write_whole(described, text.encode())
        self._path.touch()
        self._cut_torn_line()
        self._file = self._path.open("a", encoding="utf-8")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every line so far, one at a time."""
        self._file.flush()
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def add(self, line: dict[str, Any]) -> None:
        """Write down that a row is done; the line is handed to the system before this returns.

        Raises:
            UserError: no space is left.
        """
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise UserError(
                f"{self._path} could not be written ({error.strerror}): free space; the same command goes on."
            ) from error

    def close(self) -> None:
        """Nothing more is added."""
        with suppress(OSError):  # what could not be written was said by `add`
            self._file.close()
        self._lock.release()

    def _cut_torn_line(self) -> None:
        """A killed process may leave half a line: its row is simply done again."""
        with self._path.open("r+b") as file:
            end = file.seek(0, 2)
            tail = b""
            while end and b"\n" not in tail:
                step = min(4096, end)
                end -= step
                file.seek(end)
                tail = file.read(step) + tail
            file.truncate(end + tail.rfind(b"\n") + 1)
