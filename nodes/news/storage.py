"""Where a dataset's files lie: a folder or a zip file. Nothing outside of it can be named."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import IO

from ..ground import UserError
from .foreign import DamagedFile, decoding, foreign, said, shown
from .names import Names, readable, unzipped_name

LARGEST = 200_000_000
"""Bytes that one file may unpack to, other than a table."""
LONGEST_PATH = 1000
"""Bytes: more is no name but the picture itself, as base64 writes it."""
DRIVE = re.compile("[A-Za-z]:")
Read = Callable[[], bytes]


class OutsideError(UserError):
    """A name leads out of the dataset."""


def inside(name: str) -> str:
    """A name as it stands in the dataset, with / between folders.

    Raises:
        OutsideError: absolute, with a drive letter, or with "..".
        UserError: no name of a file at all.
    """
    if "://" in name:
        raise UserError(f"its picture {shown(name)!r} is a web address: expected a file of the dataset")
    path = PurePosixPath(name.replace("\\", "/"))
    size = len(name.encode(errors="replace"))
    if size > LONGEST_PATH or "\0" in name:
        raise UserError(f"its picture {shown(name)!r} is no file's name ({size:,} bytes): expected a shorter one")
    if path.is_absolute() or ".." in path.parts or DRIVE.match(name):
        raise OutsideError(f"the picture's path {shown(name)!r} leads out of the dataset")
    return str(path)


def files_below(folder: Path, closed: Callable[[OSError], object] | None = None) -> Iterator[Path]:
    """Every file below a folder, in no order; links to folders are not entered, as they may lead anywhere.

    Args:
        closed: is told of a folder that this user may not look into.
    """
    for place, _, names in os.walk(folder, onerror=closed):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path):  # no pipe, no link to nowhere or to itself
                yield Path(path)


class Folder:
    """A folder on disk, with the zip files in it."""

    def __init__(self, path: Path) -> None:
        self._root = Path(os.path.realpath(path))
        self._folders: dict[str, Names] = {}
        self._zips: dict[str, dict[str, Zip | str]] = {}
        self.closed: list[OSError] = []
        """What `names` could not look into."""

    def __reduce__(self) -> tuple[type, tuple[Path]]:
        """A place in it goes to other processes as the folder's path and a name."""
        return Folder, (self._root,)

    def names(self) -> list[str]:
        """Every file but what systems leave behind, folder by folder, sorted."""
        self.closed = []
        listed = (path.relative_to(self._root).as_posix() for path in files_below(self._root, self.closed.append))
        return sorted(filter(_is_content, listed), key=lambda name: name.split("/"))

    def find(self, name: str) -> Read | None:
        """How to read a file; it may be called in another Unicode form or case, or lie in a zip file beside.

        Raises:
            UserError: several files are called so, or a zip file beside that might hold it is damaged.
        """
        real = name if os.path.isfile(self._root / name) else self._alike(name)
        if real is not None and os.path.isfile(self._root / real):
            return partial(self.read, real)
        return self._zipped(name)

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read piece by piece."""
        path = Path(os.path.realpath(self._root / name))
        if not path.is_relative_to(self._root):  # a link that leads out
            raise OutsideError(f"the path {shown(name)!r} leads out of the dataset")
        try:
            return foreign(path.open("rb"), f"the file {shown(readable(name))!r} cannot be read")
        except OSError as error:
            raise DamagedFile(f"the file {shown(readable(name))!r} cannot be read ({said(error)})") from error

    def read(self, name: str) -> bytes:
        """A file's whole content."""
        with self.open(name) as file:
            return _limited(file, name)

    def _alike(self, name: str) -> str | None:
        folder = ""
        for part in name.split("/"):
            if folder not in self._folders:
                self._folders[folder] = Names(self._entries(folder))
            real = self._folders[folder].find(part)
            if real is None:
                return None
            folder = f"{folder}/{real}" if folder else real
        return folder

    def _entries(self, folder: str) -> list[str]:
        try:
            return os.listdir(self._root / folder)
        except OSError:
            return []

    def _zipped(self, name: str) -> Read | None:
        """A file of a zip file that lies in the folder of `name` or above, under its whole name or the end of it."""
        damaged = ""
        for folder in map(str, PurePosixPath(name).parents):
            if folder not in self._zips:
                self._zips[folder] = self._opened_zips("" if folder == "." else folder)
            below = name if folder == "." else name[len(folder) + 1 :]
            for stem, file in self._zips[folder].items():
                if isinstance(file, str):
                    damaged = file
                elif found := file.find_below(below) or file.find_below(below.removeprefix(f"{stem}/")):
                    return found
        if damaged:
            raise UserError(f"the picture {shown(name)!r} is not there, and {damaged}")
        return None

    def _opened_zips(self, folder: str) -> dict[str, "Zip | str"]:
        """Stem -> the opened file, or why it cannot be opened."""
        found: dict[str, Zip | str] = {}
        for entry in sorted(self._entries(folder)):
            if entry.lower().endswith(".zip") and _is_content(entry):
                try:
                    found[entry[:-4]] = Zip(self._root / folder / entry)
                except DamagedFile as error:
                    found[entry[:-4]] = str(error)
        return found


class Zip:
    """A zip file, read without unpacking it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with decoding(f"{path.name} is damaged or no zip file"):
                self._file = zipfile.ZipFile(path)
                self._known = {unzipped_name(entry): entry for entry in self._file.infolist() if not entry.is_dir()}
        except DamagedFile as error:
            raise DamagedFile(f"{error}: get it again.") from error

    def __reduce__(self) -> "tuple[Callable[[Path], Zip], tuple[Path]]":
        """A place in it goes to other processes as the file's path and a name; each opens it once."""
        return _opened, (self._path.absolute(),)

    def names(self) -> list[str]:
        """Every file but what systems leave behind, sorted."""
        return sorted(filter(_is_content, self._known))

    def find(self, name: str) -> Read | None:
        """How to read a file; it may be called in another Unicode form or case."""
        real = name if name in self._known else self._names.find(name)
        return None if real is None else partial(self.read, real)

    def find_below(self, name: str) -> Read | None:
        """The same for a name that may lack the folders above it.

        Raises:
            UserError: several files are called so.
        """
        return self.find(name) or (self.find(full) if (full := self._ends.find(name)) else None)

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read piece by piece."""
        what = f"the file {shown(name)!r} cannot be unpacked"
        with decoding(what):
            return foreign(self._file.open(self._known[name]), what)

    def read(self, name: str) -> bytes:
        """A file's whole content."""
        with self.open(name) as file:
            return _limited(file, name)

    @cached_property
    def _names(self) -> Names:
        return Names(self._known)

    @cached_property
    def _ends(self) -> Names:
        """Every end of every name that begins after a folder, for the whole name."""
        ends = Names([])
        for name in self.names():
            parts = name.split("/")
            for place in range(1, len(parts)):
                ends.add("/".join(parts[place:]), name)
        return ends


Storage = Folder | Zip


@lru_cache(4)
def _opened(path: Path) -> Zip:
    return Zip(path)


def _is_content(name: str) -> bool:
    """Not hidden, and none of the halves that macOS packs beside its files."""
    return not any(part.startswith(".") or part in ("__MACOSX", "Thumbs.db") for part in name.split("/"))


def _limited(file: IO[bytes], name: str) -> bytes:
    # The size that a zip states may be a lie: what counts is what comes out.
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UserError(f"the file {shown(name)!r} is larger than {LARGEST // 1_000_000} MB")
    return data
