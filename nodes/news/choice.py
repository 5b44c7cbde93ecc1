"""What of a folder or zip file is the dataset, where several things in it could be one."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..ground import UserError
from . import tables
from .layouts import is_picture
from .names import composed, readable
from .storage import Folder, Storage, Zip

NAMED = "metadata"
"""What a table is called that is the dataset's by its very name."""
ALWAYS = (".jsonl", ".json")
"""Tables of any name; others must hold pictures."""
MOST_PEEKED = 100
"""Tables that are not read, but looked into to tell of them."""
NOTES = "journal.jsonl"
"""A curation's own."""


@dataclass(frozen=True)
class Choice:
    """Tables come before pictures with captions, those before zip and parquet files, and those before tar files."""

    names: list[str]
    """Every file."""
    tables: list[str]
    shards: list[Path]
    """Zip, parquet or tar files, where these are the dataset."""
    left: list[str]
    """What could be a dataset too and is not read."""
    closed: list[str] = field(default_factory=list[str])
    """Folders that this user may not look into."""


def in_zip(storage: Zip) -> Choice:
    """What of a zip file is read."""
    names = storage.names()
    chosen, left = _tables(storage, names, False)
    return Choice(names, chosen, [], list(map(readable, left)))


def in_folder(path: Path) -> Choice:
    """What of a folder is read."""
    storage = Folder(path)
    names = storage.names()
    shards = [name for name in names if name.lower().endswith(".parquet")]
    zips = [name for name in names if name.lower().endswith(".zip") and "/" not in name]
    tars = [name for name in names if name.lower().endswith(".tar")]
    chosen, left = _tables(storage, names, bool(shards or zips or tars))
    closed = [readable(os.path.relpath(error.filename, os.path.realpath(path))) for error in storage.closed]
    if chosen:
        # A zip file of pictures only is where those of the table may lie.
        left += [*shards, *(name for name in zips if _has_tables(path / name)), *tars]
        return Choice(names, chosen, [], list(map(readable, left)), closed)
    if _has_captions(names):
        return Choice(names, [], [], list(map(readable, (*shards, *zips, *tars))), closed)
    found, others = ((*shards, *zips), tars) if shards or zips else (tars, [])
    return Choice(names, [], [path / name for name in found], list(map(readable, others)), closed)


def _tables(storage: Storage, names: list[str], has_others: bool) -> tuple[list[str], list[str]]:
    """The tables that are read, and those that are not."""
    found = [name for name in names if PurePosixPath(name).suffix.lower() in tables.FORMATS]
    if has_others:  # a curation's shards, with its notes beside
        found = [name for name in found if PurePosixPath(name).name != NOTES]
    chosen = [name for name in found if PurePosixPath(name).stem.casefold() == NAMED]
    if not chosen:
        chosen = [
            name
            for name in found
            if (not has_others and PurePosixPath(name).suffix.lower() in ALWAYS) or _holds_pictures(storage, name)
        ]
    first: dict[str, str] = {}
    for name in sorted(chosen, key=lambda name: tables.FORMATS.index(PurePosixPath(name).suffix.lower())):
        first.setdefault(composed(str(PurePosixPath(name).with_suffix(""))).casefold(), name)
    read = [name for name in chosen if name in first.values()]
    others = [name for name in found if name not in read and PurePosixPath(name).name != NOTES]
    if not read:
        return [], []
    # There may be a JSON file beside every picture.
    peeked = [name for name in others if name not in chosen][:MOST_PEEKED]
    return read, [name for name in others if name in chosen or (name in peeked and _holds_pictures(storage, name))]


def _holds_pictures(storage: Storage, name: str) -> bool:
    try:
        return tables.holds_pictures(storage, name)
    except UserError:
        return False


def _has_captions(names: list[str]) -> bool:
    texts = {name[:-4].casefold() for name in names if name.lower().endswith(".txt")}
    return any(is_picture(name) and os.path.splitext(name)[0].casefold() in texts for name in names)


def _has_tables(path: Path) -> bool:
    try:
        return bool(in_zip(Zip(path)).tables)
    except UserError:
        return False
