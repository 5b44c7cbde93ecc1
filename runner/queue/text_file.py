"""A text file as people's programs write it: UTF-8 with or without a mark, UTF-16 from Windows, CP949 from Excel."""

import codecs
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


def read(path: Path) -> str:
    """The file's text, line ends as they are.

    Raises:
        UserError: none of the encodings fits.
        OSError: it is not there, or cannot be read.
    """
    data = path.read_bytes()
    marked = [encoding for mark, encoding in MARKS if data.startswith(mark)]
    for encoding in marked[:1] or UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # what UTF-16 without its mark looks like
            return text
    raise UserError(
        f"{path} is neither UTF-8 nor CP949, nor UTF-16 with its mark: save it as UTF-8 (in Excel: CSV UTF-8)."
    )
