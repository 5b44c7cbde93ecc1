"""A sheet's run: what is to be done for every row, and what is done already.

What is finished stands in a journal beside the results; the same command goes on with the rest.
"""

import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from ...nodes.ground.journal import Journal
from ..language import warn
from . import workflow
from .editor_form import MissingNode
from .execution import UNCERTAIN
from .lacking import missing_file, missing_node
from .sheet import Row


@dataclass(frozen=True)
class SheetRun:
    """What to run."""

    document: dict[str, Any]
    """The workflow, as `workflow.load` gives it."""
    settings: list[workflow.Setting]
    """Changes that hold for every row."""
    rows: list[Row]
    search: list[Path]
    """Folders in which the files named by rows are looked up."""
    out: Path
    """Folder of the results and of the journal."""

    def prompt(self, row: Row, declared: dict[str, Any]) -> workflow.Prompt:
        """A row's own prompt, for a server that declares such nodes.

        Raises:
            UserError: a value that does not fit its input, or a cell that holds none.
        """
        if row.fault:
            raise UserError(row.fault)
        return workflow.prompt(self.document, [*self.settings, *row.settings], declared)

    def lacking(self, declared: dict[str, Any]) -> str | None:
        """What a server that declares such nodes lacks, so that no row is for it; None where it lacks nothing.

        Raises:
            UserError: a column that the workflow does not have: it is a mistake of the sheet, not of a server.
        """
        if not workflow.is_editor_form(self.document) and (missing := missing_node(self.document, declared)):
            return missing
        try:
            prompt = workflow.prompt(self.document, self.settings, declared)
        except MissingNode as error:
            return str(error)
        columns = dict.fromkeys(target for row in self.rows for target, _ in row.settings)
        return missing_file(prompt, declared, {workflow.find(prompt, target, declared) for target in columns})

    def check_name(self, row: Row) -> None:
        """Refuse a name that no file can have, before the work is done.

        Raises:
            UserError: names the row and how long it is.
        """
        try:
            os.lstat(self.out / f"{row.name}.txt")
        except FileNotFoundError:
            pass
        except OSError as error:
            size = len(row.name.encode())
            raise UserError(
                f"{row.name!r} cannot be a file name ({error.strerror}; it has {size} bytes, most systems take 255, "
                "ending included): shorten it in the name column."
            ) from error

    def identity(self) -> str:
        """Says of a folder of results whether they belong to this workflow with these settings."""
        text = json.dumps([self.document, self.settings], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Outcome:
    """How it went."""

    files: list[Path] = field(default_factory=list)
    """Written by this run."""
    kept: int = 0
    """Rows of earlier runs that were still good."""
    failed: dict[str, str] = field(default_factory=dict)
    """Row -> why it failed."""


@dataclass
class Attempt:
    """A row that is being done."""

    row: Row
    fingerprint: str
    """`Row.fingerprint` from before: a picture that is exchanged meanwhile is another job."""
    begun: float = field(default_factory=time.monotonic)


class Ledger:
    """What is done and what is left; each row ends with one line of the journal and one for the user."""

    def __init__(self, sheet_run: SheetRun, journal: Journal) -> None:
        self._run, self._journal = sheet_run, journal
        done = {line["row"]: line for line in journal if line["status"] == "done"}
        self.rows = [row for row in sheet_run.rows if not self._still_good(row, done.get(row.name))]
        """Those that are to be done."""
        self.left = len(self.rows)
        self.outcome = Outcome(kept=len(sheet_run.rows) - self.left)

    def begin(self, row: Row) -> Attempt:
        """Note when a row is begun, and with which files."""
        return Attempt(row, self._fingerprint(row))

    def done(self, attempt: Attempt, files: dict[Path, bool], url: str) -> None:
        """Note a row's results, once they are on disk.

        Args:
            files: each with whether it is known to be this row's.
        """
        self.outcome.files += files
        seconds = round(time.monotonic() - attempt.begun, 2)
        told: dict[str, Any] = {"files": [path.name for path in files], "server": url, "seconds": seconds}
        uncertain = [path.name for path, certain in files.items() if not certain]
        self._end(attempt, {**told, **({"unchecked": uncertain} if uncertain else {})}, "done")

    def failed(self, attempt: Attempt, reason: str) -> None:
        """Note why a row has no results."""
        self.outcome.failed[attempt.row.name] = reason
        self._end(attempt, {"error": reason}, "failed")

    def _end(self, attempt: Attempt, told: dict[str, Any], status: str) -> None:
        name, total = attempt.row.name, len(self._run.rows)
        self._journal.add({"row": name, "fingerprint": attempt.fingerprint, **told, "status": status})
        self.left -= 1
        remark = f" failed: {told['error']}" if "error" in told else ""
        if "unchecked" in told:
            remark = f" ({', '.join(told['unchecked'])}: {UNCERTAIN})"
        say(f"{total - self.left} of {total}: {name}{remark}")

    def _fingerprint(self, row: Row) -> str:
        while True:
            try:
                return row.fingerprint(self._run.search)
            except FileNotFoundError:  # a picture vanished between two looks at it; the next look finds none
                continue

    def _still_good(self, row: Row, line: dict[str, Any] | None) -> bool:
        return (
            line is not None
            and line["fingerprint"] == self._fingerprint(row)
            and all((self._run.out / name).is_file() for name in line["files"])
        )


def say(text: str) -> None:
    """One line for the user."""
    warn(f"dancheong: {text}")
