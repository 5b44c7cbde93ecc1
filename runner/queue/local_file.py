"""A file that a workflow or a sheet names, among the files of this machine."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from ...nodes.ground import UserError

SERVER_FOLDERS = ("[input]", "[output]", "[temp]")
"""ComfyUI's own notes behind a name: such a file lies on the server."""


def found(name: str, folders: Iterable[Path]) -> Path | None:
    """The file of that name, the first folder first; None where it is nowhere here.

    Raises:
        UserError: more than one file may be meant.
    """
    for folder in folders:
        files = candidates(name, folder)
        if len(files) > 1:
            raise UserError(
                f"{len(files)} files in {folder} are called {name!r}, in different Unicode forms: rename all but one."
            )
        if files:
            return files[0]
    return None


def candidates(name: str, folder: Path) -> list[Path]:
    """The files of that name in a folder: the one as written, else those whose names are the same to people.

    macOS writes Hangul in names as single letters (NFD), others as syllables (NFC).
    """
    if name.endswith(SERVER_FOLDERS):
        return []
    if _is_file(folder / name):
        return [folder / name]
    if name.isascii():
        return []
    wanted = Path(name)
    places = [folder / wanted.anchor]
    for part in wanted.relative_to(wanted.anchor).parts:
        places = [entry for place in places for entry in _entries(place, part)]
    return [place for place in places if _is_file(place)]


def _entries(folder: Path, name: str) -> list[Path]:
    """What in a folder has this name: the one as written, else those in another form."""
    try:
        if (folder / name).exists():
            return [folder / name]
        plain = unicodedata.normalize("NFC", name)
        return [entry for entry in folder.iterdir() if unicodedata.normalize("NFC", entry.name) == plain]
    except (OSError, ValueError):
        return []


def _is_file(path: Path) -> bool:
    """A long headline is no file name, and a locked folder shows no file."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
