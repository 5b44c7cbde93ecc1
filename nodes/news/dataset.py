"""A news dataset, whatever its layout, row by row."""

from collections.abc import Iterator
from pathlib import Path

from ..ground import MissingLibraryError, UserError
from . import choice, layouts, parquet, tables, tar_shard
from .choice import Choice
from .record import Record, RefusedRow
from .storage import Folder, Storage, Zip

COUNTING = {".parquet": parquet.count, ".tar": tar_shard.count}
"""How rows are counted without reading their pictures."""


def records(path: Path) -> Iterator[Record | RefusedRow]:
    """Every row in the order of the source; a row that cannot be used says why and stops nothing.

    Args:
        path: a .zip, .parquet or .tar, a .json, .jsonl, .csv, .tsv or .xlsx beside its pictures, or a folder of these.
            Read are metadata.csv, .jsonl and the like (Hugging Face's image folders), MmoRPG's raw JSON (`data`: id,
            topic, text = Title [SEP] Content, img, url), parquet with picture bytes, WebDataset's tar files, and
            pictures with a .txt each.

    Raises:
        UserError: none of these, or damaged as a whole.
    """
    kind = path.suffix.lower()
    if path.is_dir():
        found = choice.in_folder(path)
        yield from _closed(found)
        for shard in found.shards:
            yield from piece_records(shard)
        if not found.shards:
            yield from _stored(Folder(path), path.name, found)
    elif not path.is_file():
        raise UserError(f"There is no dataset {path.name!r}: expected a file or a folder.")
    elif kind == ".zip":
        zip_file = Zip(path)
        yield from _stored(zip_file, path.name, choice.in_zip(zip_file))
    elif kind == ".parquet":
        yield from parquet.records(path)
    elif kind == ".tar":
        yield from tar_shard.records(path)
    elif kind in tables.FORMATS:
        yield from layouts.records(Folder(path.parent), path.name)
    else:
        raise UserError(
            f"{path.name} is no dataset: expected .zip, .parquet, .tar, {', '.join(tables.FORMATS)} or a folder."
        )


def pieces(path: Path) -> tuple[list[RefusedRow], list[Path]]:
    """What `records` gives first, and what it reads then, one after the other: shards where there are some."""
    found = choice.in_folder(path) if path.is_dir() else None
    return (_closed(found), found.shards) if found and found.shards else ([], [path])


def piece_records(piece: Path) -> Iterator[Record | RefusedRow]:
    """The rows of one of several pieces; a damaged one costs only itself."""
    try:
        yield from records(piece)
    except MissingLibraryError:
        raise
    except UserError as error:
        yield RefusedRow(piece.name, str(error))


def piece_count(piece: Path) -> int:
    """How many rows `piece_records` will give."""
    counting = COUNTING.get(piece.suffix.lower())
    if counting is None:
        return sum(1 for _ in piece_records(piece))
    try:
        return counting(piece)
    except MissingLibraryError:
        raise
    except UserError:
        return 1


def count(path: Path) -> int:
    """How many rows `records` will give."""
    first, parts = pieces(path)
    if parts != [path]:
        return len(first) + sum(map(piece_count, parts))
    counting = COUNTING.get(path.suffix.lower()) if path.is_file() else None
    return counting(path) if counting else sum(1 for _ in records(path))


def left(path: Path) -> list[str]:
    """What lies in a source and could be a dataset as well, but is not read, as `records` chose something else."""
    if path.is_dir():
        return choice.in_folder(path).left
    if path.suffix.lower() == ".zip":
        return choice.in_zip(Zip(path)).left
    return []


def _closed(found: Choice) -> list[RefusedRow]:
    return [RefusedRow(name, "the folder is closed to this user: give the right to read it") for name in found.closed]


def _stored(storage: Storage, called: str, found: Choice) -> Iterator[Record | RefusedRow]:
    for table in found.tables:
        yield from layouts.records(storage, table)
    if found.tables:
        return
    if not any(map(layouts.is_picture, found.names)):
        raise UserError(
            f"{called} holds no dataset: expected metadata.csv or metadata.jsonl, JSON records, parquet files, or "
            "pictures with a .txt each."
        )
    yield from layouts.captioned(storage, found.names)
