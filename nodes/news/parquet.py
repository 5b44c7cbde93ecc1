"""Parquet shards as Hugging Face's `datasets` writes them: the picture's bytes stand in the row."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..ground import UserError
from .layouts import FILE, ID, TOPIC, first, words_of
from .record import Record, RefusedRow

ROWS = 32
"""Held at a time."""


def records(path: Path) -> Iterator[Record | RefusedRow]:
    """The rows of a parquet file, one by one.

    Raises:
        UserError: pyarrow is missing.
        UserError: no parquet file.
    """
    with _parquet(path) as file:
        number = 0
        for batch in file.iter_batches(ROWS):
            for row in batch.to_pylist():
                number += 1
                yield _record(f"{path.name} row {number}", row)


def count(path: Path) -> int:
    """How many rows it has, without reading them; errors as for `records`."""
    with _parquet(path) as file:
        return file.metadata.num_rows


@contextmanager
def _parquet(path: Path) -> Generator[Any, None, None]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise UserError(
            "Reading parquet needs pyarrow, which ComfyUI does not ship: run `pip install pyarrow`."
        ) from error
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path.name} is damaged or no parquet file ({error}): get it again.") from error


def _record(place: str, row: dict[str, Any]) -> Record | RefusedRow:
    called = first(row, ID) or place
    title, content = words_of(row)
    if not title:
        return RefusedRow(called, "it has no title: expected a text, a title or a caption")
    for name in FILE:
        value = row.get(name)
        data = value.get("bytes") if isinstance(value, dict) else value
        if isinstance(data, bytes) and data:
            return Record(called, first(row, TOPIC), title, content, first(row, ("url",)), place, partial(bytes, data))
    return RefusedRow(called, "it holds no picture: expected a column of bytes, as in an image dataset")
