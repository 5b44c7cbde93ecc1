"""What was kept as shards that others read: tar files as WebDataset has them, or parquet.

Pictures lie in the folder until their shard is whole, and only then go; so a run that is killed ends with the same
shards. In which order rows are kept decides what a shard holds, and that is the source's.
"""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from ..ground import MissingLibraryError, UserError
from ..ground.whole_file import writing_whole
from .tables import told

PICTURES = 1000
"""Of a shard: a few hundred megabytes of news pictures."""
BATCH = 32
"""Rows of parquet that are held at a time."""
FOLDER, WEBDATASET = "folder", "webdataset"
"""Forms of a dataset; the third is parquet."""
Line = dict[str, Any]
"""Of the journal."""


class Shards:
    """The shards of one curation, each written once it is full."""

    def __init__(self, out: Path, form: str) -> None:
        """Nothing is kept yet.

        Raises:
            MissingLibraryError: pyarrow is missing.
        """
        self._out = out
        self._ending, self._write = (".tar", _write_tar) if form == WEBDATASET else (".parquet", _parquet_writer())
        self._waiting: list[Line] = []
        self._count = 0

    def add(self, line: Line) -> None:
        """Take the next row that was kept; its picture lies in the folder, or in a shard that is whole."""
        self._waiting.append(line)
        if len(self._waiting) == PICTURES:
            self.finish()

    def finish(self) -> None:
        """Write what is left as the last shard.

        Raises:
            UserError: no space is left, and nothing is lost; or a shard that was whole is gone.
        """
        if not self._waiting:
            return
        path = self._out / f"news-{self._count:05}{self._ending}"
        if not path.exists():
            if not all((self._out / line["file"]).is_file() for line in self._waiting):
                raise UserError(
                    f"{path} is not there any more, nor are the pictures that were put into it: put it back, or choose "
                    "another folder."
                )
            with writing_whole(path) as file:
                self._write(file, self._out, self._waiting)
        for line in self._waiting:
            (self._out / line["file"]).unlink(missing_ok=True)
        self._waiting.clear()
        self._count += 1


def _write_tar(file: IO[bytes], out: Path, lines: list[Line]) -> None:
    """A sample is STEM.jpg, STEM.json, STEM.txt.

    `datasets` wants the same endings in every sample, so that a PNG is called .jpg too: readers go by what is in it.
    """
    # Such short names need none of the headers that Python would try for each.
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for line in lines:
            stem = Path(line["file"]).stem
            said = {"mark_left": "", **told(line), "file_name": line["file"]}  # `datasets` wants the same names, too
            text = json.dumps(said, ensure_ascii=False)
            parts = {"jpg": (out / line["file"]).read_bytes(), "json": text.encode(), "txt": line["text"].encode()}
            for ending, data in parts.items():
                member = tarfile.TarInfo(f"{stem}.{ending}")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))


def _parquet_writer() -> Callable[[IO[bytes], Path, list[Line]], None]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise MissingLibraryError("Writing parquet needs pyarrow: run `pip install pyarrow`.") from error
    texts = ("text", "topic", "content", "id", "url", "mark_removed", "mark_left")
    image = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    schema = pyarrow.schema(
        [("image", image), *((name, pyarrow.string()) for name in texts), ("relevance", pyarrow.float64())],
        # What tells `datasets` that the column holds pictures.
        metadata={"huggingface": json.dumps({"info": {"features": _features(texts)}})},
    )

    def write(file: IO[bytes], out: Path, lines: list[Line]) -> None:
        left: Iterator[Line] = iter(lines)
        with pyarrow.parquet.ParquetWriter(file, schema) as writer:
            while batch := list(islice(left, BATCH)):
                rows = [{**told(line), "image": _image(out, line)} for line in batch]
                writer.write_table(pyarrow.Table.from_pylist(rows, schema))

    return write


def _features(texts: tuple[str, ...]) -> dict[str, dict[str, str]]:
    strings = {name: {"dtype": "string", "_type": "Value"} for name in texts}
    return {"image": {"_type": "Image"}, **strings, "relevance": {"dtype": "float64", "_type": "Value"}}


def _image(out: Path, line: Line) -> dict[str, Any]:
    return {"bytes": (out / line["file"]).read_bytes(), "path": Path(line["file"]).name}
