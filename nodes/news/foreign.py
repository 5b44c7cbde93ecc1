"""What somebody else's file may do to its reader, and how its texts are shown."""

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from ..ground import UserError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_SHOWN = 80
"""Letters of a name or a reason that a report shows."""


class DamagedFile(UserError):
    """A file of a dataset cannot be read as what it says it is; others beside it can."""


@contextmanager
def decoding(what: str) -> Generator[None, None, None]:
    """The one place where foreign files meet the libraries that decode them.

    These have no common error: over damaged bytes Pillow, zipfile, pyarrow and their codecs raise whatever their
    parsers stumble on. So anything that is raised in here is the file's fault, and nothing of ours belongs in here but
    what says itself what is wrong, by a `UserError`.

    Args:
        what: "the picture 'a.jpg' cannot be unpacked".

    Raises:
        DamagedFile: with the decoder's own words.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise DamagedFile(f"{what} ({said(error)})") from error


def said(error: BaseException) -> str:
    """An error's own words in one short line; its kind where it has none."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return "it needs more memory than there is"
    words = str(error).strip().splitlines()
    return shown(words[0]) if words else type(error).__name__


def shown(text: str) -> str:
    """A foreign text as a report may show it: short, and of letters that can be written."""
    text = text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."


class _Decoding(io.RawIOBase):
    """A file whose every read is a decoding."""

    def __init__(self, file: IO[bytes], what: str) -> None:
        self._file, self._what = file, what

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        with decoding(self._what):
            data = self._file.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        with decoding(self._what):
            return self._file.seek(offset, whence)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def foreign(file: IO[bytes], what: str) -> IO[bytes]:
    """An opened file that raises nothing but `DamagedFile`, which begins with `what`, however it is read."""
    return io.BufferedReader(_Decoding(file, what))
