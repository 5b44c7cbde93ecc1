"""Names of files as one system writes and another reads them: in two Unicode forms, in CP949, in any case."""

import os
import re
import unicodedata
import zipfile
from collections.abc import Iterable

from ..ground import UserError
from .foreign import shown

JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+")
UTF8_FLAG = 0x800


def composed(text: str) -> str:
    """A text with its syllables in one piece, which macOS takes apart; all other letters as they are."""
    return JAMO.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def readable(name: str) -> str:
    """A name that a disk holds as bytes in CP949, as a text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(name).decode("cp949")
        except UnicodeDecodeError:
            return shown(name)
    return name


def unzipped_name(entry: zipfile.ZipInfo) -> str:
    """A zip member's name. One that does not say to be UTF-8 is that or CP949, as Windows in Korea packs it."""
    if entry.flag_bits & UTF8_FLAG or entry.filename.isascii():
        return entry.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return entry.filename


class Names:
    """Names that are found again in either Unicode form, and in another case where that is not two files."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, dict[str, str]] = {}
        for name in names:
            self.add(name, name)

    def add(self, name: str, stands_for: str) -> None:
        """One more; the names of one file may be many."""
        whole = unicodedata.normalize("NFC", readable(name))
        self._names.setdefault(whole.casefold(), {})[stands_for] = whole

    def find(self, name: str) -> str | None:
        """What a name stands for, or None.

        Raises:
            UserError: for more than one thing.
        """
        whole = unicodedata.normalize("NFC", name)
        alike = self._names.get(whole.casefold(), {})
        exact = [one for one, written in alike.items() if written == whole]
        found = exact or list(alike)
        if len(found) > 1:
            names = " and ".join(repr(shown(one)) for one in found[:2])
            raise UserError(f"its picture {shown(name)!r} may be {names}: expected a name that only one file has")
        return found[0] if found else None
