"""`dancheong judge journeydb`: one task of JourneyDB's benchmark over the user's copy, into one JSON file."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...ground import UserError
from ...ground.journal import Journal
from ...ground.whole_file import write_whole
from ..bank import file_lines, parse
from ..folder_clip import FolderClip
from ..journey import dataset, files
from ..journey.record import Row
from . import answers, measures, styles
from .sentences import Sentences

USED = {
    "inversion": ("answers", "sentences"),
    "caption": ("answers", "sentences"),
    "style": ("clip", "styles"),
    "vqa": ("answers",),
}
"""Task -> what it looks at."""
TASKS = tuple(USED)


@dataclass(frozen=True)
class Judging:
    """What to judge."""

    task: str
    """One of `TASKS`."""
    source: Path
    """A split's folder, or its file of annotations."""
    out: Path
    """The folder of the result; where a task takes long, a killed run goes on there."""
    answers: Path | None = None
    """JSON lines of what a model said; for all tasks but style."""
    clip: Path | None = None
    """Folder of a CLIP in transformers' layout; for style."""
    styles: Path | None = None
    """Lines of category, tab, style; without it all styles of the split, in no categories."""
    sentences: Path | None = None
    """Folder of a sentence model; for inversion and caption."""

    def finish(self, tell: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
        """Judge, and write `result.json`.

        Args:
            tell: is told how many rows are done.

        Raises:
            UserError: what the task needs is not given, not there, or of another kind; or it uses not all that is.
        """
        for name in ("answers", "clip", "styles", "sentences"):
            if getattr(self, name) is not None and name not in USED[self.task]:
                raise UserError(f"The task {self.task} does not look at --{name}: leave it out.")
        split = files.find(self.source)
        refused: Counter[str] = Counter()
        rows = _rows(split, refused)
        found = self._style(split, rows, tell) if self.task == "style" else self._texts(rows, tell)
        result: dict[str, Any] = {"task": self.task, "source": split.annotations.name, **found}
        if refused:
            result["counts"]["lines refused"] = dict(refused)
        write_whole(self.out / "result.json", json.dumps(result, ensure_ascii=False, indent=1).encode() + b"\n")
        return result

    def _texts(self, rows: Iterator[Row], tell: Callable[[int], None]) -> dict[str, Any]:
        if self.answers is None:
            raise UserError(f"The task {self.task} judges what a model said: add --answers FILE.")
        said, broken = answers.read(self.answers)
        counted = _told(rows, tell)
        if self.task == "vqa":
            found: dict[str, Any] = answers.questions(counted, said)
        else:
            measures.check()
            sentences = Sentences(self.sentences) if self.sentences else None
            found = answers.descriptions(self.task, counted, said, sentences)
        found["counts"]["answers that are none"] = broken
        return found

    def _style(self, split: files.Source, rows: Iterator[Row], tell: Callable[[int], None]) -> dict[str, Any]:
        if self.clip is None:
            raise UserError("The task style compares pictures with styles: add --clip DIR, a CLIP of both halves.")
        # Millions of rows are held at once, without what this task does not look at.
        known = [replace(row, prompt="", caption="", questions=()) for row in rows]
        bank = parse(file_lines(self.styles) if self.styles else _styles(known))
        if not len(bank):
            raise UserError(
                "There is no style to look for: give --styles FILE with lines of category, tab, style. "
                f"{bank.told()}".strip()
            )
        # Before the folder is begun, which is this job's alone from then on.
        model = FolderClip(self.clip)
        named = {"source": str(split.annotations.resolve()), "clip": str(self.clip.resolve())}
        journal = Journal(self.out, {**named, "styles": bank.digest()})
        try:
            styles.walk(split, known, bank, model, journal, tell)
            found: dict[str, Any] = styles.result(journal)
        finally:
            journal.close()
        entries = set(bank)
        lacking = sum(style not in entries for row in known for style in row.styles)
        found["counts"] |= {"styles of the bank": len(bank), "styles that the bank lacks": lacking}
        return found


def _rows(split: files.Source, refused: Counter[str]) -> Iterator[Row]:
    for row in dataset.rows(split):
        if isinstance(row, Row):
            yield row
        else:
            refused[row.reason] += 1


def _told(rows: Iterator[Row], tell: Callable[[int], None]) -> Iterator[Row]:
    for done, row in enumerate(rows, 1):
        yield row
        tell(done)


def _styles(rows: list[Row]) -> Iterator[str]:
    yield from dict.fromkeys(style.replace("\t", " ") for row in rows for style in row.styles)
