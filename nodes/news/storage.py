"""Where a dataset's files lie: a folder or a zip file. Nothing outside of it can be named."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from ..ground import UserError

LARGEST = 200_000_000
"""Bytes that one picture may unpack to."""


class OutsideError(UserError):
    """A name leads out of the dataset."""


def inside(name: str) -> str:
    """A name as it stands in the dataset, with / between folders.

    Raises:
        OutsideError: absolute, with a drive letter, or with "..".
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise OutsideError(f"the picture's path {name!r} leads out of the dataset")
    return str(path)


class Folder:
    """A folder on disk."""

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()

    def names(self) -> Iterator[str]:
        """Every file, folder by folder, sorted."""
        for path in sorted(self._root.rglob("*")):
            if os.path.isfile(path):  # where Path.is_file raises for what this user may not look at
                yield path.relative_to(self._root).as_posix()

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self._root / name).is_file()

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read piece by piece."""
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root):  # a link that leads out
            raise OutsideError(f"the picture's path {name!r} leads out of the dataset")
        return path.open("rb")

    def read(self, name: str) -> bytes:
        """A file's whole content."""
        with self.open(name) as file:
            return _limited(file, name)


class Zip:
    """A zip file, read without unpacking it."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise UserError(f"{path.name} is damaged or no zip file ({error}): get it again.") from error
        self._known = {entry.filename for entry in self._file.infolist() if not entry.is_dir()}

    def names(self) -> Iterator[str]:
        """Every file, sorted."""
        yield from sorted(self._known)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._known

    def open(self, name: str) -> IO[bytes]:
        """A file, to be read piece by piece."""
        return self._file.open(name)

    def read(self, name: str) -> bytes:
        """A file's whole content."""
        try:
            with self.open(name) as file:
                return _limited(file, name)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise UserError(f"the picture {name!r} cannot be unpacked ({error})") from error


Storage = Folder | Zip


def _limited(file: IO[bytes], name: str) -> bytes:
    # The size that a zip states may be a lie: what counts is what comes out.
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UserError(f"the picture {name!r} is larger than {LARGEST // 1_000_000} MB")
    return data
