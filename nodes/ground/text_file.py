"""A text file as people's programs write it: UTF-8 with or without a mark, UTF-16 from Windows, CP949 from Excel."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from . import UserError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNMARKED = ("utf-8", "cp949")
"""Excel in Korea saves CSV in the second."""
JSON = (".json", ".jsonl")
"""UTF-8 by their standard, wherever the bytes may be read as such."""
BOTH_WAYS = re.compile(r"[\0-\x7f\xa1-\u023f]*")
"""Letters whose UTF-8 may be two bytes of a Hangul syllable in CP949."""
PIECE = 1 << 16
HEAD = 4096
SHARE = 0.1
"""Of ASCII letters in the first bytes of any table."""
ASCII = b"\t\n\r" + bytes(range(32, 127))
LONGEST = 1 << 24
"""Letters that a line may have: more is no line, but a file that would fill the memory."""
BROKEN = "\udcff"
"""Stands where bytes were no letter: no text may hold it, so that nobody takes it for one."""
REST = "\udcfe\n"
"""Stands for the rest of a line of more than `LONGEST` letters."""
_ERRORS = "dancheong.broken"


def _no_letter(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return BROKEN, error.end


codecs.register_error(_ERRORS, _no_letter)


def read(path: Path) -> str:
    """The file's text, line ends as they are.

    Raises:
        UserError: none of the encodings fits, or two do.
        OSError: it is not there, or cannot be read.
    """
    data = path.read_bytes()
    marked = _marked(data)
    for encoding in [marked] if marked else UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # what UTF-16 without its mark looks like
            continue
        if encoding == "utf-8" and path.suffix.lower() not in JSON:
            _check_one_way(data, str(path))
        return text
    raise UserError(
        f"{path} is neither UTF-8 nor CP949, nor UTF-16 with its mark: save it as UTF-8 (in Excel: CSV UTF-8)."
    )


def opened(file: IO[bytes], name: str) -> IO[str]:
    """The text of a file in which a few bytes may be damaged, to be read piece by piece; line ends as they are.

    The encoding is the one in which fewest bytes are no letters. Those that are none come as `BROKEN`.

    Args:
        file: it is read to its end, and then from its start.
        name: for errors; its ending tells JSON.

    Raises:
        UserError: it may be UTF-8 as well as CP949.
    """
    encoding = _likeliest(file, name)
    file.seek(0)
    return io.TextIOWrapper(file, encoding, _ERRORS, newline="")


def lines(text: IO[str]) -> Iterator[str]:
    """The lines of a text with their ends; of one that has too many letters the beginning, and `REST`."""
    while line := text.readline(LONGEST):
        if len(line) == LONGEST and line[-1] not in "\r\n":
            line += REST
            while (more := text.readline(LONGEST)) and more[-1] not in "\r\n":
                pass
        yield line


def _likeliest(file: IO[bytes], name: str) -> str:
    head = file.read(HEAD)
    marked = _marked(head) or _by_zeros(head)
    if marked:
        return marked
    wrong: dict[str, int] = {}
    for encoding in UNMARKED:
        wrong[encoding] = _broken(file, encoding)
        if not wrong[encoding]:
            break
    best = min(wrong, key=wrong.__getitem__)
    if best == "utf-8" and not name.lower().endswith(JSON):
        file.seek(0)
        beginning = file.read(PIECE)
        # Where more follows, the last line may be cut within a letter.
        _check_one_way(beginning[: beginning.rfind(b"\n") + 1] if len(beginning) == PIECE else beginning, name)
    return best


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without its mark: one half of each ASCII letter is zero, which no text in bytes has."""
    pairs = list(zip(head[::2], head[1::2], strict=False))
    little = sum(second == 0 and first in ASCII for first, second in pairs)
    big = sum(first == 0 and second in ASCII for first, second in pairs)
    if max(little, big) <= len(pairs) * SHARE:
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _broken(file: IO[bytes], encoding: str) -> int:
    """How many places of a file are no letters in this encoding."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(_ERRORS)
    count = 0
    with suppress(UserError):  # of a file that breaks off: who reads it is told at that place
        while piece := file.read(PIECE):
            count += decoder.decode(piece).count(BROKEN)
    return count + decoder.decode(b"", True).count(BROKEN)


def _check_one_way(data: bytes, name: str) -> None:
    """Whether what looks like accented letters may as well be syllables: "\\ud0a4" in CP949 is "\\u0170" in UTF-8.

    Raises:
        UserError: it may.
    """
    try:
        text, other = data.decode(), data.decode("cp949")
    except UnicodeDecodeError:
        return
    if text.isascii() or not BOTH_WAYS.fullmatch(text):
        return
    if all(letter.isascii() or "\uac00" <= letter <= "\ud7a3" for letter in other):
        raise UserError(
            f"{name} may be UTF-8 ({_first(text)!r}) or CP949 ({_first(other)!r}): save it as UTF-8 with its mark (in "
            "Excel: CSV UTF-8)."
        )


def _first(text: str) -> str:
    return next(letter for letter in text if not letter.isascii())
