"""Model files as loaders offer them: listed, found, refused with a remedy, and stamped so that a new one is read."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..ground import UserError, scan
from . import folders

SAMPLES, SAMPLE = 16, 4096
"""So many bytes at so many places of a file tell it from another of its size; its beginning is always among them."""


@dataclass(frozen=True)
class ModelFolder:
    """A folder under models/ and the files in it that a loader offers.

    A loader names its input in both of its `validate_inputs` and `fingerprint_inputs`, and answers with `check` and
    `stamp`. Naming an input switches ComfyUI's own check of it off, whose "not in list" does not say what to do.
    """

    folder: str
    kind: str
    """What lies there: "inpaint model"."""
    remedy: str
    """What to do where it is not there: "run `dancheong models get lama`"."""
    endings: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Of files that the loader offers beside those that ComfyUI lists in that folder."""
    parts: Callable[[Path], tuple[Path, ...]] = field(default=lambda path: (path,), kw_only=True)
    """All files that are read with one of them, itself among them."""

    def names(self) -> list[str]:
        """What a loader offers, relative to the folder."""
        return list(self._offered())

    def find(self, name: object) -> Path | None:
        """The file or folder of a name that is offered; None for any other."""
        return self._offered().get(str(name))

    def path(self, name: object) -> Path:
        """The same for what is to be read.

        Raises:
            UserError: it is not there.
        """
        found = self.find(name)
        if found is None:
            raise UserError(self._missing(name))
        return found

    def check(self, name: object) -> bool | str:
        """The answer of `validate_inputs`: True, or what to do; None, as a linked name comes here, is not known yet."""
        return True if name is None or self.find(name) is not None else self._missing(name)

    def stamp(self, *names: object) -> str:
        """The answer of `fingerprint_inputs`: another text as soon as one of the files is another.

        A linked name is not known yet and comes as None: then every file that is offered counts. One that is not there
        raises nothing, as ComfyUI would only run the node to hear of it again.
        """
        offered = self._offered()
        found = [offered.get(str(name)) for name in (offered if None in names else names)]
        return stamp(*(part for path in found if path is not None for part in self.parts(path)))

    def _offered(self) -> dict[str, Path]:
        """Name -> file or folder."""
        return folders.files(self.folder, self.endings)

    def _missing(self, name: object) -> str:
        what = f"There is no {self.kind} {name!r} in" if name else f"No {self.kind} is chosen from"
        return f"{what} models/{self.folder}: {self.remedy}, and reload the editor."


def listed(folder: str) -> list[Path]:
    """Every file of a model folder, for what finds its files itself."""
    return list(folders.files(folder).values())


def stamp(*paths: Path) -> str:
    """A text that changes when a file is replaced, also by one of its size and date; a folder stands for its files."""
    digest = hashlib.sha256()
    for path in (file for each in paths for file in _files(each)):
        digest.update(os.fsencode(path) + f"\n{identity(path)}\n".encode())
        for part in _sample(path):
            digest.update(part)
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    return scan.files(path) if os.path.isdir(path) else [path]


def identity(path: Path) -> tuple[int, ...]:
    """What the file system notes: `cp -p` keeps size and date, but not the time of the change; renaming no inode."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _sample(path: Path) -> Iterator[bytes]:
    """Some of the content, as not every file system tells the truth of its files; nothing of what cannot be read."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            for number in range(SAMPLES):
                file.seek(size * number // SAMPLES)
                yield file.read(SAMPLE)
    except OSError:
        return
