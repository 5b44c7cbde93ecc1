"""The pairs of a run as token ids on the disk, so that a million of them take no more memory than a thousand."""

import json
from array import array
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ...ground import UserError
from ...ground.whole_file import write_whole, writing_whole
from .encoder import TextEncoder
from .pairs import TWICE, Source

KOREAN, ENGLISH, MEANT = "korean", "english", "meant"
"""The Korean sentence and the English one in the student's pieces, and the English one in the teacher's."""
FEWEST = 8
"""Pairs to learn from and to measure by, each."""


@dataclass(frozen=True)
class Sentences:
    """Rows of token ids of different lengths, read from the disk where they are asked for."""

    ids: np.ndarray
    bounds: np.ndarray
    """int64: row N lies between the bounds N and N + 1."""

    def __getitem__(self, row: int) -> np.ndarray:
        """int32, start and end included."""
        return self.ids[self.bounds[row] : self.bounds[row + 1]]


@dataclass(frozen=True)
class Corpus:
    """What was made of the files."""

    korean: Sentences
    english: Sentences
    meant: Sentences
    seen: np.ndarray
    """int64: rows to learn from."""
    unseen: np.ndarray
    """int64: rows that are only measured."""
    counts: dict[str, Any]
    """How many rows were read, kept, held out and left out, by reason."""


def settings_of(source: Source, student: TextEncoder, teacher: TextEncoder, held_out: float) -> dict[str, Any]:
    """What a corpus is made of, by which it is known again; the files by what is in them."""
    return {
        "files": [_digest(path) for path in source.files],
        "columns": [source.korean, source.english],
        "held out": held_out,
        "tokenizers": [one.tokenizer.fingerprint() for one in (student, teacher)],
        "positions": student.positions,
    }


def made(
    folder: Path,
    source: Source,
    student: TextEncoder,
    teacher: TextEncoder,
    settings: Mapping[str, Any],
    tell: Callable[[int], None] = lambda rows: None,
) -> Corpus:
    """The corpus of a folder, made there where it is not yet.

    Args:
        settings: of `settings_of`.

    Raises:
        UserError: too few pairs are left.
    """
    described = folder / "corpus.json"
    known: dict[str, Any] = json.loads(described.read_text(encoding="utf-8")) if described.is_file() else {}
    if known.get("settings") != settings:
        counts = _make(folder, source, student, teacher, settings["held out"], tell)
        known = {"settings": settings, "counts": counts}
        write_whole(described, json.dumps(known, ensure_ascii=False).encode())
    korean, english, meant = (_sentences(folder, name) for name in (KOREAN, ENGLISH, MEANT))
    seen, unseen = (_read(folder / name, np.int64) for name in ("seen", "unseen"))
    corpus = Corpus(korean, english, meant, seen, unseen, known["counts"])
    if min(len(corpus.seen), len(corpus.unseen)) < FEWEST:
        raise UserError(
            f"{len(corpus.seen):,} pairs are left to learn from and {len(corpus.unseen):,} to measure by, of "
            f"{known['counts']['read']:,} rows ({told(known['counts']['left out'])}): expected {FEWEST} of each; give "
            "more, or change --held-out."
        )
    return corpus


def told(left_out: dict[str, int]) -> str:
    """The reasons in words, such as `3 duplicates, 1 empty`."""
    return ", ".join(f"{count:,} {reason}" for reason, count in left_out.items()) or "none left out"


def _make(
    folder: Path,
    source: Source,
    student: TextEncoder,
    teacher: TextEncoder,
    held_out: float,
    tell: Callable[[int], None],
) -> dict[str, Any]:
    keys, held, cut = array("Q"), array("B"), 0
    with ExitStack() as stack:
        writers = {name: _Writer(stack, folder, name) for name in (KOREAN, ENGLISH, MEANT)}
        for pair in source.pairs(tell):
            keys.append(pair.key)
            held.append(pair.is_held_out(held_out))
            said = {
                KOREAN: student.ids(pair.korean),
                ENGLISH: student.ids(pair.english),
                MEANT: teacher.ids(pair.english),
            }
            cut += any(len(ids) > student.positions for ids in said.values())
            for name, ids in said.items():
                writers[name].add(ids)
        for writer in writers.values():
            writer.end()
    # Of what is there several times the first is kept, in the order of the files.
    rows = np.sort(np.unique(np.asarray(keys), return_index=True)[1]).astype(np.int64)
    is_held = np.asarray(held, bool)[rows]
    for name, some in (("seen", rows[~is_held]), ("unseen", rows[is_held])):
        write_whole(folder / name, some.tobytes())
    left_out = dict(source.left_out)
    if len(keys) > len(rows):
        left_out[TWICE] = len(keys) - len(rows)
    return {"read": sum(source.read.values()), "kept": len(rows), "held out": int(is_held.sum()), "left out": left_out,
            "cut": cut, "files": dict(source.read)}  # fmt: skip


class _Writer:
    """Sentences, as they come."""

    def __init__(self, stack: ExitStack, folder: Path, name: str) -> None:
        self._ids = stack.enter_context(writing_whole(folder / f"{name}.ids"))
        self._bounds = stack.enter_context(writing_whole(folder / f"{name}.bounds"))
        self._at = 0

    def add(self, ids: list[int]) -> None:
        self._ids.write(np.asarray(ids, np.int32).tobytes())
        self._bounds.write(self._at.to_bytes(8, "little"))
        self._at += len(ids)

    def end(self) -> None:
        self._bounds.write(self._at.to_bytes(8, "little"))


def _sentences(folder: Path, name: str) -> Sentences:
    return Sentences(_read(folder / f"{name}.ids", np.int32), _read(folder / f"{name}.bounds", np.int64))


def _read(path: Path, kind: type) -> np.ndarray:
    # An empty file cannot be mapped.
    return np.memmap(path, kind, "r") if path.stat().st_size else np.zeros(0, kind)


def _digest(path: Path) -> str:
    digest = sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()
