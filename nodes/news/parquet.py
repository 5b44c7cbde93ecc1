"""Parquet shards as Hugging Face's `datasets` writes them: the picture's bytes stand in the row."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..ground import MissingLibraryError
from .columns import FILE, ID, TOPIC, URL, Values
from .foreign import DamagedFile, decoding, shown
from .record import Record, RefusedRow

ROWS = 32
"""Held at a time."""
Names = dict[str, list[str]]
"""Column -> what its numbers stand for."""


def records(path: Path) -> Iterator[Record | RefusedRow]:
    """The rows of a parquet file, one by one; the rows of a damaged part are refused.

    Raises:
        MissingLibraryError: pyarrow is missing.
        DamagedFile: no parquet file.
    """
    with _parquet(path) as file:
        names = _names(file.schema_arrow.metadata or {})
        number = 0
        for group in range(file.num_row_groups):
            end = number + file.metadata.row_group(group).num_rows
            try:
                for row in _rows(file, group):
                    number += 1
                    place = f"{path.name} row {number}"
                    yield RefusedRow(place, row) if isinstance(row, str) else _record(place, _named(row, names))
            except DamagedFile as error:
                for lost in range(number + 1, end + 1):
                    yield RefusedRow(f"{path.name} row {lost}", str(error))
            number = end


def count(path: Path) -> int:
    """How many rows it has, without reading them; errors as for `records`."""
    with _parquet(path) as file:
        return file.metadata.num_rows


@contextmanager
def _parquet(path: Path) -> Generator[Any, None, None]:
    try:
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            "Reading parquet needs pyarrow, which ComfyUI does not ship: run `pip install pyarrow`."
        ) from error
    try:
        with decoding(f"{path.name} is damaged or no parquet file"):
            file = pyarrow.parquet.ParquetFile(path)
    except DamagedFile as error:
        raise DamagedFile(f"{error}: get it again.") from error
    with file:
        yield file


def _rows(file: Any, group: int) -> Iterator[dict[str, Any] | str]:
    """The rows of a group, or what is wrong with one.

    Raises:
        DamagedFile: none can be read from here to the group's end.
    """
    with decoding("this part of the file is damaged"):
        batches = file.iter_batches(ROWS, row_groups=[group])
    while True:
        with decoding("this part of the file is damaged"):
            batch = next(batches, None)
        if batch is None:
            return
        for place in range(batch.num_rows):
            try:
                with decoding("the row is damaged"):
                    row = batch.slice(place, 1).to_pylist()[0]
            except DamagedFile as error:
                row = str(error)
            yield row


def _names(metadata: dict[bytes, bytes]) -> Names:
    """What the numbers of Hugging Face's ClassLabel columns stand for, as the file's schema tells it."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return {
            column: [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):  # not theirs
        return {}


def _named(row: dict[str, Any], names: Names) -> dict[str, Any] | str:
    """The row with names in the place of numbers, or what is wrong with it; -1 stands for no label."""
    told = dict(row)
    for column, labels in names.items():
        number = row.get(column)
        if not isinstance(number, int):
            continue
        if number >= len(labels) or number < -1:
            return f"its {shown(column)} {number} has no name: the file names {len(labels)}"
        told[column] = labels[number] if number >= 0 else None
    return told


def _record(place: str, row: dict[str, Any] | str) -> Record | RefusedRow:
    if isinstance(row, str):
        return RefusedRow(place, row)
    values = Values(row)
    fault = values.fault()
    if fault:
        return RefusedRow(place, fault)
    called = shown(values[ID]) or place
    title, content = values.words()
    if not title:
        return RefusedRow(called, "it has no title: expected a text, a title or a caption")
    for value in values.raw(FILE):
        data = value.get("bytes") if isinstance(value, dict) else value
        if isinstance(data, bytes) and data:
            read = partial(bytes, data)
            return Record(values[ID] or place, values[TOPIC], title, content, values[URL], place, read)
    return RefusedRow(called, "it holds no picture: expected a column of bytes, as in an image dataset")
