"""Whether a dataset is still what it was when a node read it."""

import hashlib
import os
from pathlib import Path

from ..host import models
from .choice import NAMED
from .storage import files_below

HOLDERS = (".zip", ".parquet", ".tar")
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
    for path in sorted(files_below(folder)):
        digest.update(os.fsencode(path) + f"\n{models.identity(path)}\n".encode())
        if path.suffix.lower() in HOLDERS or path.stem.casefold() == NAMED:
            opened.append(path)
    return models.stamp(*opened) + digest.hexdigest()
