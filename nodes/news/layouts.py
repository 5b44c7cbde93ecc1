"""How datasets are written down: tables beside pictures, pictures with captions, folders named by topic."""

import io
from collections.abc import Iterator
from pathlib import PurePosixPath

from ..ground import MissingLibraryError, UserError, text_file
from . import tables
from .columns import FILE, ID, TOPIC, URL, Values
from .foreign import shown
from .names import readable
from .record import Record, RefusedRow
from .storage import Storage, inside

PICTURES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".avif", ".heic",
    ".heif", ".jxl", ".jp2", ".j2k", ".psd", ".tga", ".dds", ".ppm", ".pgm", ".hdr", ".exr", ".ico",
)  # fmt: skip
"""Endings of files that are taken for pictures; not all of them can be decoded, which is said."""
LONGEST_NAME = 255
"""Bytes, on usual file systems."""


def records(storage: Storage, name: str) -> Iterator[Record | RefusedRow]:
    """Every row of one table of the dataset; `name` ends in one of `tables.FORMATS`."""
    base = PurePosixPath(name).parent
    called = readable(name)
    try:
        for place, row in tables.rows(storage, name, is_picture):
            place = f"{called} {place}"
            yield _record(storage, base, place, Values(row)) if isinstance(row, dict) else RefusedRow(place, row)
    except MissingLibraryError:
        raise
    except UserError as error:
        yield RefusedRow(called, str(error))


def captioned(storage: Storage, names: list[str]) -> Iterator[Record | RefusedRow]:
    """Pictures without a table: the text from a .txt beside each, the topic from its folder."""
    for name in names:
        if not is_picture(name):
            continue
        path = PurePosixPath(readable(name))
        try:
            read_text = storage.find(str(PurePosixPath(name).with_suffix(".txt")))
            if read_text is None:
                reason = "it has no text: expected a table, or a .txt file of the same name beside it"
                yield RefusedRow(str(path), reason)
                continue
            text = text_file.opened(io.BytesIO(read_text()), f"{path.stem}.txt").read()
        except UserError as error:
            yield RefusedRow(str(path), str(error))
            continue
        row = {"file_name": str(path), "text": text, "topic": path.parent.name, "id": path.stem}
        yield _record(storage, PurePosixPath(), str(path), Values(row))


def is_picture(name: str) -> bool:
    """Whether a file is called as pictures are."""
    return name.lower().endswith(PICTURES)


def _record(storage: Storage, base: PurePosixPath, place: str, values: Values) -> Record | RefusedRow:
    fault = values.fault()
    if fault:
        return RefusedRow(place, fault)
    called = shown(values[ID]) or place
    title, content = values.words()
    if not title:
        return RefusedRow(called, "it has no title: expected a text, a title or a caption")
    if not values[FILE]:
        return RefusedRow(called, "it names no picture")
    try:
        name = str(base / inside(values[FILE]))
        read = storage.find(name)
    except UserError as error:
        return RefusedRow(called, str(error))
    if read is None:
        return RefusedRow(called, f"the picture {shown(readable(name))!r} is not there{_length(name)}")
    return Record(values[ID] or place, values[TOPIC], title, content, values[URL], readable(name), read)


def _length(name: str) -> str:
    size = max(len(part.encode(errors="replace")) for part in name.split("/"))
    return f" (a name of {size:,} bytes: files have at most {LONGEST_NAME})" if size > LONGEST_NAME else ""
