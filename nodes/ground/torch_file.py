"""PyTorch's files with whatever lies in them beside tensors: zip archives, the form before 2020, TorchScript programs.

torch.load runs a pickle, or refuses one that holds more than tensors; torch.jit.load runs what a program does when it
is loaded. Here neither is asked: the pickle is read by `unpickle`, and the tensors that are asked for are mapped.
"""

import math
import mmap
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from . import UserError
from .shells import Parameters, Refused, Shell, Stored
from .unpickle import MOST_BYTES, Pickle, Unpickler
from .weight_kinds import SCRIPT, archive_kind, refuse_other_kinds

MAGIC = 0x1950A86A20F9469CFC6C
"""The first of the five pickles in a file of before 2020."""
LOCAL_HEADER = 30
"""Bytes before a member's name in a zip archive."""
MOST_SHARED = 16
"""How often a file's bytes may be used: networks tie weights, and a view that repeats few numbers would fill the memory
as soon as it is copied."""
Place = Callable[[str], tuple[int, int]]
"""A storage's key -> where it begins in the file and ends."""


class Damaged(Exception):
    """A file does not hold what it says; the text says where."""


@dataclass(frozen=True)
class TorchFile:
    """An opened file. Its tensors stay on disk until they are used."""

    path: Path
    content: Any
    """The pickled object; `Stored` where a tensor was, `Shell` where an object was."""
    data: mmap.mmap
    place: Place

    def tensors(self, named: Mapping[Any, Any]) -> dict[str, torch.Tensor]:
        """Those of a mapping's values that are tensors, by their names.

        Raises:
            UserError: damaged.
        """
        stored = {name: value for name, value in named.items() if isinstance(name, str) and isinstance(value, Stored)}
        mapped = self._mapped(stored.values())
        return {name: mapped[value] for name, value in stored.items()}

    def loaded(self) -> Any:
        """The content with each tensor in its place, in dictionaries and lists within each other.

        Raises:
            UserError: damaged.
        """
        whole: list[Any] = [self.content]
        waiting: list[list[Any] | dict[Any, Any]] = [whole]
        seen: set[int] = set()
        places: list[tuple[Any, Any, Stored]] = []
        while waiting:
            container = waiting.pop()
            if id(container) in seen:
                continue
            seen.add(id(container))
            for key, value in container.items() if isinstance(container, dict) else enumerate(container):
                if isinstance(value, Parameters):
                    value = container[key] = value.fields.get("_parameters")
                if isinstance(value, Stored):
                    places.append((container, key, value))
                elif isinstance(value, list | dict):
                    waiting.append(value)
        mapped = self._mapped(stored for *_, stored in places)
        for container, key, stored in places:
            container[key] = mapped[stored]
        return whole[0]

    def _mapped(self, stored: Iterable[Stored]) -> dict[Stored, torch.Tensor]:
        wanted = dict.fromkeys(stored)
        try:
            if sum(math.prod(one.shape) * one.dtype.itemsize for one in wanted) > MOST_SHARED * len(self.data):
                raise Damaged("its tensors are larger than the file")
            flat: dict[tuple[str, torch.dtype], torch.Tensor] = {}
            return {one: self._tensor(one, flat) for one in wanted}
        except Exception as error:
            raise UserError(_refusal(self.path, error)) from error

    def _tensor(self, stored: Stored, flat: dict[tuple[str, torch.dtype], torch.Tensor]) -> torch.Tensor:
        """A tensor on the bytes of its storage, which are looked up once: thousands of tensors may share them."""
        if 0 in stored.shape:
            return torch.empty(stored.shape, dtype=stored.dtype)
        place = stored.storage.key, stored.dtype
        if place not in flat:
            start, end = self.place(stored.storage.key)
            found = torch.frombuffer(self.data, dtype=torch.uint8, count=end - start, offset=start)
            flat[place] = (found.clone() if start % stored.dtype.itemsize else found).view(stored.dtype)
        if flat[place].nbytes != stored.storage.bytes:
            raise Damaged(f"its storage {stored.storage.key} has another size than its tensors say")
        return flat[place].as_strided(stored.shape, stored.strides, stored.offset)


def read(path: Path) -> TorchFile:
    """Open what torch.save wrote, in a zip archive or as before 2020.

    Raises:
        UserError: something else, which is named; damaged; or a pickle that asks for what would run.
    """
    return _read(path, script=False)


def read_program(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a TorchScript program, named as its state_dict() names them; the program is not loaded.

    Raises:
        UserError: as `read`.
    """
    file = _read(path, script=True)
    found: dict[str, Any] = {}
    waiting, seen = [("", file.content)], set[int]()
    while waiting:
        prefix, module = waiting.pop()
        if isinstance(module, Shell) and id(module) not in seen:
            seen.add(id(module))
            found |= {f"{prefix}{name}": value for name, value in module.fields.items()}
            waiting += [(f"{prefix}{name}.", value) for name, value in module.fields.items()]
    return file.tensors(found)


def is_program(path: Path) -> bool:
    """Whether a file is a TorchScript program."""
    return archive_kind(path) == SCRIPT


def _read(path: Path, script: bool) -> TorchFile:
    refuse_other_kinds(path)
    if not script and is_program(path):
        raise UserError(f"{path.name} is {SCRIPT}, which would have to run: get its weights as .safetensors.")
    try:
        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return TorchFile(path, *(_zipped(path, data) if data[:2] == b"PK" else _old(data)))
    except Exception as error:  # a damaged file makes every reader raise errors of many kinds
        raise UserError(_refusal(path, error)) from error


def _zipped(path: Path, data: mmap.mmap) -> tuple[Any, mmap.mmap, Place]:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.partition("/")[2]: info for info in archive.infolist()}
        if len(members) != len(archive.infolist()):
            raise Damaged("it has two members of one name")
        if min(info.header_offset for info in members.values()):
            raise Damaged("something stands before its first member")

    def place(name: str) -> tuple[int, int]:
        info = members[name]
        header = info.header_offset
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise Damaged(f"its member {name} is compressed or locked, as torch never writes it")
        name_length, extra_length = (int.from_bytes(data[header + at : header + at + 2], "little") for at in (26, 28))
        start = header + LOCAL_HEADER + name_length + extra_length
        end = start + info.file_size
        with memoryview(data) as view, view[start:end] as part:
            # torch can leave the checksums out, and writes 0 then.
            if len(part) != info.file_size or (info.CRC and zlib.crc32(part) != info.CRC):
                raise Damaged(f"its member {name} is not what was written")
        return start, end

    start, end = place("data.pkl")
    if end - start > MOST_BYTES:
        raise Damaged(f"what describes its tensors takes {(end - start) / 1e6:,.0f} MB")
    if "byteorder" in members and data[slice(*place("byteorder"))] != b"little":
        raise Damaged("it was written on a machine of the other byte order")
    content = Unpickler(Pickle(data[start:end])).load()
    return content, data, lambda key: place(f"data/{key}")


def _old(data: mmap.mmap) -> tuple[Any, mmap.mmap, Place]:
    pickles = Pickle(data[:MOST_BYTES])
    magic, _, system = (Unpickler(pickles).load() for _ in range(3))
    if magic != MAGIC or not system["little_endian"]:
        raise Damaged("it does not begin as torch begins one")
    reader = Unpickler(pickles)
    content, keys = reader.load(), Unpickler(pickles).load()
    places: dict[str, tuple[int, int]] = {}
    at = pickles.tell()
    for key in keys:
        storage = reader.storages[key]
        start = at + 8
        at = start + int.from_bytes(data[at:start], "little") * storage.dtype.itemsize
        places[key] = start, at
    if at > len(data):
        raise Damaged(f"{at - len(data):,} bytes are missing at its end")
    return content, data, places.__getitem__


def _refusal(path: Path, error: Exception) -> str:
    if isinstance(error, Refused):
        return f"{path.name} was refused, as {error}, which loading would run: take the file from its authors."
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{path.name} is damaged or cut off, or no weight file ({said}): get it again."
