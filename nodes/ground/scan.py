"""What lies below a folder that somebody else filled; one bad entry costs itself."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

Identity = tuple[int, int]
NOT_ENTERED = {".git"}
NUMBER = re.compile(r"(\d+)")


def walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder below `root`, itself first, with the names of the files in it.

    Links are followed, as ComfyUI does. What this user may not enter, links to nowhere, sockets, pipes and devices are
    left out: opening a pipe would wait for ever. A loop of links ends: no folder is entered again from within itself,
    and below one link each folder is entered once, so that not even folders that all link to each other take long.

    Yields:
        (folder, sorted names), folders in no order.
    """
    waiting: list[tuple[Path, frozenset[Identity], set[Identity] | None]] = [(root, frozenset(), None)]
    while waiting:
        folder, above, linked = waiting.pop()
        identity = _identity(folder)
        if identity is None or identity in above or (linked is not None and identity in linked):
            continue
        above |= {identity}
        if linked is not None:
            linked.add(identity)
        files: list[str] = []
        for entry in _entries(folder):
            kind = _kind(entry)
            if kind == stat.S_IFREG:
                files.append(entry.name)
            elif kind == stat.S_IFDIR and entry.name not in NOT_ENTERED:
                starts = linked is None and entry.is_symlink()
                waiting.append((folder / entry.name, above, set() if starts else linked))
        yield folder, files


def files(folder: Path) -> list[Path]:
    """The files in one folder, by name, and nothing else that lies there."""
    return [folder / entry.name for entry in _entries(folder) if _kind(entry) == stat.S_IFREG]


def natural(name: str) -> list[tuple[int, str]]:
    """By what names are sorted as people number them.

    >>> sorted(["10.png", "2.png"], key=natural)
    ['2.png', '10.png']
    """
    # Not `isdigit`: it takes a raised 2 for one, of which `int` makes nothing.
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in NUMBER.split(name)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _kind(entry: os.DirEntry[str]) -> int:
    """What a link leads to counts; 0 where that cannot be told."""
    try:
        # Most systems tell this with the name, where stat would ask the disk once more for every file.
        if entry.is_file(follow_symlinks=False):
            return stat.S_IFREG
        return stat.S_IFMT(os.stat(entry.path).st_mode)
    except OSError:
        return 0


def _identity(folder: Path) -> Identity | None:
    """By what a folder is known under every name; None for one that is gone."""
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return found.st_dev, found.st_ino
