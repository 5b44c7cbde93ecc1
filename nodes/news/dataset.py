"""A news dataset, whatever its layout, row by row."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..ground import UserError
from . import layouts, parquet
from .record import Record, RefusedRow
from .storage import Folder, Storage, Zip


def records(path: Path) -> Iterator[Record | RefusedRow]:
    """Every row in the order of the source; a row that cannot be used says why and stops nothing.

    Args:
        path: a .zip, a .parquet, a .json or .jsonl or .csv beside its pictures, or a folder of these. Read are
            metadata.csv and metadata.jsonl (Hugging Face's image folders), MmoRPG's raw JSON (`data`: id, topic, text =
            Title [SEP] Content, img, url), parquet with picture bytes, and pictures with a .txt each.

    Raises:
        UserError: none of these, or damaged as a whole.
    """
    if path.suffix == ".zip":
        yield from _stored(Zip(path), path.name)
    elif path.suffix == ".parquet":
        yield from parquet.records(path)
    elif path.is_file():
        if path.suffix not in (".json", ".jsonl", ".csv"):
            raise UserError(f"{path.name} is no dataset: expected .zip, .parquet, .json, .jsonl, .csv or a folder.")
        yield from layouts.records(Folder(path.parent), path.name)
    elif path.is_dir():
        yield from _folder(path)
    else:
        raise UserError(f"There is no dataset {path.name!r}: expected a file or a folder.")


def count(path: Path) -> int:
    """How many rows `records` will give."""
    if path.suffix == ".parquet":
        return parquet.count(path)
    shards = _shards(path) if path.is_dir() else []
    return sum(map(count, shards)) if shards else sum(1 for _ in records(path))


def _shards(path: Path) -> list[Path]:
    """The parquet and zip files that a folder consists of; none where it has a table of its own."""
    if any((path / table).is_file() for table in layouts.TABLES):
        return []
    found = [*sorted(path.rglob("*.parquet")), *sorted(path.glob("*.zip"))]
    return [file for file in found if os.path.isfile(file)]


def _folder(path: Path) -> Iterator[Record | RefusedRow]:
    shards = _shards(path)
    for shard in shards:
        yield from records(shard)
    if not shards:
        yield from _stored(Folder(path), path.name)


def _stored(storage: Storage, called: str) -> Iterator[Record | RefusedRow]:
    names = list(storage.names())
    for tables in (layouts.TABLES, (".json", ".jsonl")):
        found = [
            name
            for name in names
            if name.rsplit("/", 1)[-1] in tables or (tables[0] == ".json" and name.endswith(tables))
        ]
        if found:
            for name in found:
                yield from layouts.records(storage, name)
            return
    if not any(name.lower().endswith(layouts.PICTURES) for name in names):
        raise UserError(
            f"{called} holds no dataset: expected metadata.csv or metadata.jsonl, JSON records, parquet files, or "
            "pictures with a .txt each."
        )
    yield from layouts.captioned(storage)
