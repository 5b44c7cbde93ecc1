"""Where JourneyDB's annotations and pictures lie, and what streams out of them."""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from ...ground import UserError, scan

ANNOTATIONS = re.compile(r"\.jsonl(\.tgz|\.tar\.gz|\.gz)?$", re.IGNORECASE)
SHARDS = (".tgz", ".tar.gz", ".tar")
BROKEN = (EOFError, OSError, zlib.error, tarfile.TarError)
"""What a file that breaks off ends in, by its kind."""
LONGEST = 1 << 22
"""Letters of a line: more is no annotation, but a file that would fill the memory."""

Watch = Callable[[float], None]
"""Is told now and then which share of the work was done since."""


@dataclass(frozen=True)
class Source:
    """One split."""

    annotations: Path
    """.jsonl, alone or in an archive."""

    @property
    def places(self) -> list[Path]:
        """Folders in which pictures and shards are looked for."""
        beside = self.annotations.parent
        return [beside / "imgs", beside, beside.parent / "imgs"]


def find(path: Path) -> Source:
    """The split that a file or folder is.

    Raises:
        UserError: nothing is there, no annotations, or those of several splits.
    """
    if not path.exists():
        raise UserError(f"There is no dataset {path.name!r}: expected a file or a folder.")
    if path.is_file():
        if not ANNOTATIONS.search(path.name):
            raise UserError(f"{path.name} is no file of annotations: expected .jsonl, .jsonl.tgz or .jsonl.gz.")
        return Source(path)
    found = [folder / name for folder, names in scan.walk(path) for name in names if ANNOTATIONS.search(name)]
    # Of two of one split, the later release has other paths of pictures, which are those of the shards.
    later = [each for each in found if "repath" in each.name]
    found = [each for each in found if each in later or each.parent not in {other.parent for other in later}]
    if len(found) == 1:
        return Source(found[0])
    if not found:
        raise UserError(f"{path.name} holds no annotations: expected a file such as train_anno_repath.jsonl.tgz.")
    names = ", ".join(sorted(str(each.relative_to(path)) for each in found)[:6])
    raise UserError(f"{path.name} holds {len(found)} files of annotations ({names}): give the name of one.")


def lines(path: Path) -> Iterator[str | None]:
    """The lines of annotations, one at a time; None last where the file breaks off.

    Raises:
        UserError: it may not be read.
    """
    try:
        raw = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise UserError(f"{path} could not be read ({error.strerror}): look at its rights.") from error
    with raw:
        try:
            # What comes out of a stream can only be read on, as bytes.
            readline = _unpacked(raw, path)
            while line := readline(LONGEST):
                if line.strip():
                    yield line.decode("utf-8", "replace").removeprefix("\ufeff")
        except BROKEN:
            yield None


def _unpacked(raw: IO[bytes], path: Path) -> Callable[[int], bytes]:
    """`readline` of the file itself, or of the first .jsonl of an archive."""
    name = path.name.lower()
    if not name.endswith((".tgz", ".tar.gz")):
        return (gzip.GzipFile(fileobj=raw) if name.endswith(".gz") else raw).readline
    for member in (archive := tarfile.open(fileobj=raw, mode="r|gz")):  # noqa: SIM115
        if member.isfile() and member.name.endswith(".jsonl") and not Path(member.name).name.startswith("._"):
            inside = archive.extractfile(member)
            assert inside is not None
            return inside.readline
    raise tarfile.TarError


def pictures(source: Source, wanted: list[str], watch: Watch = lambda share: None) -> Iterator[tuple[str, bytes | str]]:
    """The files of pictures, each under its path, or why it is not there; in the order of shards, not of `wanted`.

    A shard is read from its beginning to the last picture that is wanted of it, once; nothing is unpacked to the disk.
    """
    shards: dict[Path | None, dict[str, list[str]]] = {}
    for path in wanted:
        loose = _loose(source, path)
        if loose is not None:
            yield path, loose
            watch(1 / len(wanted))
        else:
            # Some archives have other folders before the name, which is the same everywhere.
            shards.setdefault(_shard(source, path), {}).setdefault(path.rsplit("/", 1)[-1], []).append(path)
    for shard, names in shards.items():
        paths = [path for alike in names.values() for path in alike]
        if shard is None:
            for path in paths:
                yield path, f"its shard is missing ({path.split('/', 1)[0]}.tgz)"
                watch(1 / len(wanted))
        else:
            yield from _of_shard(shard, names, partial(_weighed, watch, len(paths) / len(wanted)))


def _loose(source: Source, path: str) -> bytes | str | None:
    """A picture that lies there as a file, or why it cannot be read; None where there is no such file."""
    for place in source.places:
        try:
            return (place / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):  # or no file's name at all
            continue
        except OSError as error:
            return f"it could not be read ({error.strerror})"
    return None


def _weighed(watch: Watch, weight: float, share: float) -> None:
    watch(share * weight)


def _shard(source: Source, path: str) -> Path | None:
    folder = path.split("/", 1)[0]
    for place in source.places:
        for ending in SHARDS:
            for name in (place / f"{folder}{ending}", place.with_name(f"{place.name}{ending}")):
                if name.is_file():
                    return name
    return None


def _of_shard(shard: Path, names: dict[str, list[str]], watch: Watch) -> Iterator[tuple[str, bytes | str]]:
    why, left = f"it is not in its shard ({shard.name})", {path: None for alike in names.values() for path in alike}
    try:
        with open(shard, "rb") as raw, tarfile.open(fileobj=_Watched(raw, watch), mode="r|*") as archive:
            for member in archive:
                path = _meant(member.name, names) if member.isfile() else None
                if path in left and (inside := archive.extractfile(member)):
                    data = inside.read()
                    del left[path]
                    yield path, data
                if not left:
                    return
    except PermissionError:
        why = f"its shard cannot be read ({shard.name}): look at its rights"
    except BROKEN:
        why = f"its shard breaks off before it ({shard.name})"
    for path in left:
        yield path, why


def _meant(member: str, names: dict[str, list[str]]) -> str | None:
    """Which picture a file of an archive is: of several with its name, the one whose folders it has, too."""
    alike = names.get(member.rsplit("/", 1)[-1], [])
    return alike[0] if len(alike) == 1 else next((path for path in alike if f"/{member}".endswith(f"/{path}")), None)


class _Watched(io.RawIOBase):
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], watch: Watch) -> None:
        self._file, self._watch = file, watch
        self._size = max(1, file.seek(0, 2))
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._watch(len(data) / self._size)
        return data
