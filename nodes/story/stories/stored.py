"""What datasets keep in NumPy's files and in pickles, of which nothing is run: what names a class comes as a shell."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from ...ground import UserError
from ...ground.unpickle import MOST_BYTES, Pickle, Unpickler

DAMAGED = (OSError, EOFError, ValueError, AttributeError, LookupError, TypeError, OverflowError, RecursionError,
           pickle.UnpicklingError)  # fmt: skip
"""What reading a file raises that is none of these, or asks for what would run."""
CONTENT = 4
"""Place of an array's values in what NumPy stores of it, after version, shape, kind and order."""


def plain(path: Path) -> np.ndarray:
    """A file of numbers or texts.

    Raises:
        UserError: missing, or something else.
    """
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def objects(path: Path) -> list[Any]:
    """The values of a file that NumPy wrote as objects, one after the other.

    Raises:
        UserError: missing, something else, or a pickle that asks for what would run.
    """
    try:
        with path.open("rb") as file:
            np.lib.format.read_magic(file)
            np.lib.format.read_array_header_1_0(file)
            shell: Any = _loaded(file.read(MOST_BYTES))
        return list(shell.fields[None][CONTENT])
    except DAMAGED as error:
        raise _unreadable(path, error) from error


def array(shell: Any) -> np.ndarray:
    """An array of whole numbers that stands inside of `objects`; a list of them as it is.

    Raises:
        UserError: something else.
    """
    if isinstance(shell, list):
        return np.array(shell, np.int64)
    try:
        _, _, kind, _, data = shell.fields[None]
        (code,) = kind.made_of
        return np.frombuffer(data, {"i8": np.int64, "i4": np.int32}[code]).astype(np.int64)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise UserError(
            "Expected whole numbers that say which stories are for training, got something else."
        ) from error


def unpickled(path: Path) -> Any:
    """The value of a pickle.

    Raises:
        UserError: missing, or a pickle that asks for what would run.
    """
    try:
        return _loaded(path.read_bytes()[:MOST_BYTES])
    except DAMAGED as error:
        raise _unreadable(path, error) from error


def _loaded(data: bytes) -> Any:
    return Unpickler(Pickle(data)).load()


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(f"{path.name} could not be read ({error}): get it again.")
