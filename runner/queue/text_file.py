"""A text file as people's programs write it: UTF-8 with or without a mark, UTF-16 from Windows, CP949 from Excel."""

import codecs
import re
from pathlib import Path

from ...nodes.ground import UserError

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


def read(path: Path) -> str:
    """The file's text, line ends as they are.

    Raises:
        UserError: none of the encodings fits, or two do.
        OSError: it is not there, or cannot be read.
    """
    data = path.read_bytes()
    marked = [encoding for mark, encoding in MARKS if data.startswith(mark)]
    for encoding in marked[:1] or UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # what UTF-16 without its mark looks like
            continue
        if encoding == "utf-8" and path.suffix.lower() not in JSON and _is_hangul_too(data, text):
            raise UserError(
                f"{path} may be UTF-8 ({_first(text)!r}) or CP949 ({_first(data.decode('cp949'))!r}): save it as UTF-8 "
                "with its mark (in Excel: CSV UTF-8)."
            )
        return text
    raise UserError(
        f"{path} is neither UTF-8 nor CP949, nor UTF-16 with its mark: save it as UTF-8 (in Excel: CSV UTF-8)."
    )


def _is_hangul_too(data: bytes, text: str) -> bool:
    """Whether what looks like accented letters may as well be syllables: "\\ud0a4" in CP949 is "\\u0170" in UTF-8."""
    if text.isascii() or not BOTH_WAYS.fullmatch(text):
        return False
    try:
        other = data.decode("cp949")
    except UnicodeDecodeError:
        return False
    return all(letter.isascii() or "\uac00" <= letter <= "\ud7a3" for letter in other)


def _first(text: str) -> str:
    return next(letter for letter in text if not letter.isascii())
