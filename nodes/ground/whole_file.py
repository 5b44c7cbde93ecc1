"""A file is written whole or not at all."""

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from . import UserError


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that `path` appears, or changes, only once everything is on disk; an error leaves no rest."""
    with writing_whole(path) as file:
        file.write(data)


@contextmanager
def writing_whole(path: Path) -> Generator[IO[bytes], None, None]:
    """The same for what is written piece by piece.

    Raises:
        UserError: what the system says, and what to do.
    """
    part = path.with_name(new_part())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "xb") as file:
            yield file
        part.replace(path)
    except BaseException as error:
        # A folder that is a file has no file to remove, and says so again.
        with suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            path = path.parent if is_part(path) else path  # nobody chose a part's name
            raise UserError(
                f"{path} could not be written ({error.strerror or error}): free space, or choose another place."
            ) from error
        raise


def new_part() -> str:
    """What a file is called until it is whole: short, as a name of its own may have all the bytes that are allowed."""
    return f".{uuid.uuid4().hex[:12]}.part"


def is_part(path: Path) -> bool:
    """Whether a killed process may have left this file."""
    return path.name.startswith(".") and path.suffix == ".part"


def named(part: Path, path: Path) -> bool:
    """Give a finished file its name, at once and whole; False, and nothing done, where another file has that name.

    Raises:
        OSError: no file can have that name there.
    """
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        try:
            path.open("xb").close()
        except FileExistsError:
            return False
        part.replace(path)
        return True
    part.unlink()
    return True
