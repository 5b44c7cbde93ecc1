"""How datasets are written down: tables beside pictures, raw JSON, pictures with captions, folders named by topic."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO

from . import json_file
from .record import Record, RefusedRow, title_and_content
from .storage import OutsideError, Storage, inside

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
TABLES = ("metadata.jsonl", "metadata.csv")
FILE, TEXT, TITLE, CONTENT, TOPIC, ID = (
    ("file_name", "img", "image", "file", "path"),
    ("text", "caption"),
    ("title", "headline"),
    ("content", "body", "article"),
    ("topic", "category", "label", "section"),
    ("id", "news_id", "article_id"),
)
"""Names under which tables hold a thing, most usual first."""

Row = tuple[str, dict | str]
"""Where it stands, and its values or what is wrong with it."""


def records(storage: Storage, name: str) -> Iterator[Record | RefusedRow]:
    """Every row of one table of the dataset; `name` ends in .jsonl, .csv or .json."""
    base = PurePosixPath(name).parent
    with storage.open(name) as file:
        for place, row in _rows(file, name):
            yield _record(storage, base, f"{name} {place}", row)


def captioned(storage: Storage) -> Iterator[Record | RefusedRow]:
    """Pictures without a table: the text from a .txt beside each, the topic from its folder."""
    for name in storage.names():
        path = PurePosixPath(name)
        if path.suffix.lower() not in PICTURES:
            continue
        caption = str(path.with_suffix(".txt"))
        if not storage.has(caption):
            yield RefusedRow(name, "it has no text: expected a table, or a .txt file of the same name beside it")
            continue
        text = storage.read(caption).decode("utf-8-sig", "replace")
        topic = path.parent.name
        yield _record(
            storage, PurePosixPath(), name, {"file_name": name, "text": text, "topic": topic, "id": path.stem}
        )


def first(row: dict, names: Iterable[str]) -> str:
    """The first of these columns that holds a word or a number, as text; "" where none does."""
    for name in names:
        value = row.get(name)
        if value is not None and not isinstance(value, dict | list | bytes) and str(value).strip():
            return str(value).strip()
    return ""


def words_of(row: dict) -> tuple[str, str]:
    """Title and content of a row."""
    title, content = title_and_content(first(row, TEXT))
    return first(row, TITLE) or title, first(row, CONTENT) or content


def _record(storage: Storage, base: PurePosixPath, place: str, row: dict | str) -> Record | RefusedRow:
    if isinstance(row, str):
        return RefusedRow(place, row)
    called = first(row, ID) or place
    title, content = words_of(row)
    if not title:
        return RefusedRow(called, "it has no title: expected a text, a title or a caption")
    file = first(row, FILE)
    if not file:
        return RefusedRow(called, "it names no picture")
    try:
        name = inside(str(base / inside(file)))
    except OutsideError as error:
        return RefusedRow(called, str(error))
    if not storage.has(name):
        return RefusedRow(called, f"the picture {name!r} is not there")
    return Record(called, first(row, TOPIC), title, content, first(row, ("url",)), name, lambda: storage.read(name))


def _rows(file: IO[bytes], name: str) -> Iterator[Row]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    if name.endswith(".csv"):
        yield from ((f"row {number}", row) for number, row in enumerate(csv.DictReader(text), 2))
    elif name.endswith(".jsonl"):
        for number, line in enumerate(text, 1):
            if line.strip():
                yield f"line {number}", json_file.parsed(line)
    else:
        yield from ((f"record {number}", row) for number, row in enumerate(json_file.rows(text), 1))
