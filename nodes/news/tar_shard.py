"""Tar shards as WebDataset writes them (https://github.com/webdataset/webdataset): files of one stem are one sample."""

import json
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from .columns import ID, TOPIC, URL, Values
from .foreign import DamagedFile, decoding, shown
from .layouts import is_picture
from .record import Record, RefusedRow
from .storage import LARGEST

TEXTS = ("json", "txt")
"""Endings of files that say what the picture shows."""
Content = Callable[[tarfile.TarFile, tarfile.TarInfo], bytes | None]


def records(path: Path) -> Iterator[Record | RefusedRow]:
    """The samples of a shard, one by one; what comes after a damage is refused in one row.

    Raises:
        DamagedFile: no tar file.
    """
    with _opened(path) as tar:
        try:
            for key, files in _samples(tar, _content):
                yield _record(f"{path.name} {key}", key, files)
        except DamagedFile as error:
            yield RefusedRow(f"the rest of {path.name}", f"{error}: get it again")


def count(path: Path) -> int:
    """How many rows it has, without reading pictures; errors as for `records`."""
    number = 0
    with _opened(path) as tar:
        try:
            for _ in _samples(tar, lambda tar, member: None):
                number += 1
        except DamagedFile:
            number += 1
    return number


def _opened(path: Path) -> tarfile.TarFile:
    try:
        with decoding(f"{path.name} is damaged or no tar file"):
            return tarfile.open(path)
    except DamagedFile as error:
        raise DamagedFile(f"{error}: get it again.") from error


def _samples(tar: tarfile.TarFile, content: Content) -> Iterator[tuple[str, dict[str, bytes | None]]]:
    """Each sample's name, and its files by their endings."""
    key, files = "", dict[str, bytes | None]()
    while True:
        with decoding("this part of the file is damaged"):
            member = tar.next()
        if member is None:
            break
        name = PurePosixPath(member.name)
        stem, _, ending = name.name.partition(".")
        if not member.isfile() or not stem or "__MACOSX" in name.parts:
            continue
        if files and key != str(name.with_name(stem)):
            yield key, files
            files = {}
        key = str(name.with_name(stem))
        if ending.lower() in TEXTS or is_picture(f".{ending}"):
            files[ending.lower()] = content(tar, member)
    if files:
        yield key, files
    if not _ends(tar):
        raise DamagedFile("the file breaks off")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    """A file's content; None for one that is too large."""
    if member.size > LARGEST:
        return None
    with decoding("this part of the file is damaged"):
        file = tar.extractfile(member)
        return file.read() if file else b""


def _ends(tar: tarfile.TarFile) -> bool:
    """Whether its own end follows: Python takes a header that it cannot read for the end too."""
    file: Any = tar.fileobj
    with decoding("this part of the file is damaged"):
        file.seek(tar.offset)
        return file.read(tarfile.BLOCKSIZE) == bytes(tarfile.BLOCKSIZE)


def _record(place: str, key: str, files: dict[str, bytes | None]) -> Record | RefusedRow:
    ending = next((ending for ending in files if ending not in TEXTS), None)
    if ending is None:
        return RefusedRow(place, "it holds no picture")
    data = files[ending]
    if data is None:
        return RefusedRow(place, f"its picture is larger than {LARGEST // 1_000_000} MB")
    try:
        values = Values({"text": (files.get("txt") or b"").decode(errors="replace"), **_told(files.get("json"))})
    except DamagedFile as error:
        return RefusedRow(place, str(error))
    fault = values.fault()
    if fault:
        return RefusedRow(place, fault)
    title, content = values.words()
    if not title:
        return RefusedRow(shown(values[ID]) or place, "it has no title: expected a .txt, or a text in its .json")
    called = values[ID] or PurePosixPath(key).name
    return Record(called, values[TOPIC], title, content, values[URL], f"{key}.{ending}", partial(bytes, data))


def _told(data: bytes | None) -> dict[str, Any]:
    with decoding("its .json is damaged"):
        told: Any = json.loads(data or b"{}")
    return told if isinstance(told, dict) else {}
