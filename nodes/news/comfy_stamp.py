"""Whether a dataset is still what it was when a node read it."""

import hashlib
import os
from pathlib import Path

from ..ground import scan
from ..host import models

HOLDERS = (".zip", ".parquet")
"""Files of which one holds many rows, so that their content is looked at as well."""


def stamp(source: Path) -> str:
    """A text that changes when anything that is read of a dataset is replaced, its pictures in sub-folders included.

    Pictures are told apart by what the file system notes, as there may be 100,000 of them: none is opened.
    """
    if source.suffix.lower() in HOLDERS:
        return models.stamp(source)
    # The pictures of a table lie beside it.
    folder = source if source.is_dir() else source.parent
    opened = [source] if source.is_file() else []
    digest = hashlib.sha256()
    for place, names in sorted(scan.walk(folder)):
        for name in names:
            path = place / name
            digest.update(os.fsencode(path) + f"\n{_identity(path)}\n".encode())
            if name.lower().endswith(HOLDERS) or os.path.splitext(name)[0].casefold() == "metadata":
                opened.append(path)
    return models.stamp(*opened) + digest.hexdigest()


def _identity(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
