"""JSON values out of a text that is read in pieces, and the way on behind one that is none."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO, Any

from ..ground.text_file import LONGEST

BETWEEN = " \t\r\n,\ufeff"
NEXT = re.compile(r"[},]\s*\{")
"""What stands before a record in an array of them, or in lines."""
CUT = 12
"""Letters of the longest token that may be cut at a piece's end, such as an escape or a name for infinity."""


WIDE = 500
"""Letters between two records, at most."""


class NoJsonError(ValueError):
    """What stands here is no JSON."""


@contextmanager
def _no_json() -> Generator[None, None, None]:
    try:
        yield
    except RecursionError as error:
        raise NoJsonError("nested too deep") from error
    except json.JSONDecodeError as error:
        raise NoJsonError(error.msg) from error
    except ValueError as error:  # a number of thousands of digits
        raise NoJsonError(str(error)) from error


def parsed(text: str) -> Any:
    """The value that a text is.

    Raises:
        NoJsonError: it is none.
    """
    with _no_json():
        return json.loads(text)


class JsonReader:
    """A place in a text."""

    def __init__(self, text: IO[str], chunk: int) -> None:
        """
        Args:
            chunk: letters that are read at once.
        """
        self._text = text
        self._chunk = chunk
        self._buffer = ""
        self._at = 0
        self._ended = False
        self.lost = False
        """Whether the text ended where a record was awaited, which is said once."""

    def peek(self, skipped: str = BETWEEN) -> str:
        """The next letter that is none of `skipped`; "" at the end."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in skipped:
                    return self._buffer[self._at]
                self._at += 1
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go on behind the letter that `peek` told."""
        self._at += 1

    def value(self) -> Any:
        """The value that begins here; the place is behind it afterwards, and unchanged by an error.

        Raises:
            NoJsonError: there is none.
        """
        while True:
            try:
                with _no_json():
                    value, end = _DECODER.raw_decode(self._buffer, self._at)
            except NoJsonError as error:
                cause = error.__cause__
                is_cut = isinstance(cause, json.JSONDecodeError) and (
                    cause.msg.startswith("Unterminated") or cause.pos > len(self._buffer) - CUT
                )
                if is_cut and self._more():
                    continue
                raise
            # A number at the end may go on in the next piece.
            if end < len(self._buffer) or not self._more():
                self._at = end
                return value

    def to_next_record(self) -> bool:
        """Go to the next object that follows a comma or another object; False where there is none."""
        self._at += 1
        while not (found := NEXT.search(self._buffer, self._at)):
            self._at = max(self._at, len(self._buffer) - WIDE)
            if not self._more():
                self._at, self.lost = len(self._buffer), True
                return False
        self._at = found.end() - 1
        return True

    def _more(self) -> bool:
        """Read on; False at the text's end, or where one value is longer than any may be."""
        waiting = len(self._buffer) - self._at
        if self._ended or waiting > LONGEST:
            return False
        piece = self._text.read(max(self._chunk, waiting))
        self._ended = not piece
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0
        return bool(piece)


_DECODER = json.JSONDecoder()
