"""Read a pickle without running it: texts, numbers, containers and tensors come back, other objects as shells.

A training run's checkpoint holds, beside its tensors, whatever the run kept: settings of OmegaConf, NumPy's numbers,
dates. torch's own safe loader refuses them. Here no class that a file names is imported or called: one that only
describes becomes a shell, which keeps what was stored in it, and whatever would run is refused.
"""

import io
import json
import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

HARMLESS: dict[str, list[str]] = json.loads(Path(__file__).with_name("harmless_classes.json").read_text("utf-8"))
"""Module -> its classes that only describe; under "whole modules" those of which everything does."""
MODULES = tuple(HARMLESS.pop("whole modules"))
NUMBERS = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
"""What a storage of torch holds, by its class."""
MOST_BYTES, MOST_READS = 1 << 26, 4_000_000
"""DiffSTE's public file, moments and all, takes about 1 MB in 500,000 reads; a hostile one could fill the memory."""
SHORT = 64
"""Bytes of what is read of NumPy: its numbers. Its arrays are let go."""
KEYS = (str, bytes, int, float, bool, type(None))


class Refused(pickle.UnpicklingError):
    """The pickle asks for something that is neither tensor nor container nor shell; the text names it."""


@dataclass(frozen=True, eq=False)
class Storage:
    """Where in the file a tensor's numbers lie."""

    key: str
    dtype: torch.dtype
    bytes: int


@dataclass(frozen=True, eq=False)
class Stored:
    """A tensor that has not been read yet, as the file describes it."""

    storage: Storage
    dtype: torch.dtype
    offset: int
    """Numbers before its first, in the storage; so are the strides."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class Shell:
    """Stands for an object of a class that is not loaded; keeps its stored fields, does nothing."""

    arguments: tuple[Any, ...]
    fields: dict[Any, Any]

    def __new__(cls, *arguments: Any, **_: Any) -> "Shell":  # noqa: D102, a false alarm of the rule
        shell = super().__new__(cls)
        shell.arguments, shell.fields = arguments, {}
        return shell

    def __setitem__(self, key: Any, value: Any) -> None:
        self.fields[key] = value

    def append(self, _: Any) -> None:
        """A list's item, let go."""

    def extend(self, _: Any) -> None:
        """A list's items, let go."""


class Table(dict[Any, Any]):
    """Any of the kinds of dictionary; what it is made with is a function for what it lacks, and never called."""

    def __init__(self, *_: Any) -> None:
        super().__init__()


class Kind(Shell):
    """NumPy's dtype, of which only the name is read."""


class Pickle(io.BytesIO):
    """The bytes of one or more pickles, which end after so many reads."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: D102, BytesIO's own
        self._left -= 1
        if self._left < 0:
            raise pickle.UnpicklingError("it describes more than any checkpoint holds")
        return super().read(size)


class Unpickler(pickle._Unpickler):  # pyright: ignore[reportPrivateUsage]
    """Python's own reader, of which every step that would call into a foreign class is replaced.

    The one in C cannot be changed so. Dictionaries' keys are texts and numbers, as the hash of a tuple nested deep
    enough would end the process; under any other key a value is kept, and not found.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(pickle._Unpickler.dispatch)  # pyright: ignore[reportPrivateUsage]
    stack: list[Any]
    append: Callable[[Any], None]
    read: Callable[[int], bytes]
    pop_mark: Callable[[], list[Any]]

    def __init__(self, file: Pickle) -> None:
        super().__init__(file, encoding="utf-8")
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Tensors' own parts and shells, by names alone."""
        if (module, name) in MAKERS:
            return MAKERS[module, name]
        if module in ("torch", "torch.storage") and name in NUMBERS:
            return NUMBERS[name]
        if module == "torch" and isinstance(vars(torch).get(name), torch.dtype):
            return vars(torch)[name]
        if name in HARMLESS.get(module.replace("__builtin__", "builtins"), ()) or any(
            f"{module}.".startswith(f"{whole}.") for whole in MODULES
        ):
            return Shell
        raise Refused(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        """A storage: ("storage", what it holds, key, device, count)."""
        word, kind, key, _, count, *view = pid
        if word != "storage" or not isinstance(kind, torch.dtype) or any(part is not None for part in view):
            raise pickle.UnpicklingError("it names a storage in a way that torch does not")
        self.storages[str(key)] = Storage(str(key), kind, int(count) * kind.itemsize)
        return self.storages[str(key)]

    def _keep(self, target: Any, items: list[Any]) -> None:
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key if isinstance(key, KEYS) else Shell()] = value

    def _setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._keep(self.stack[-1], [key, value])

    def _setitems(self) -> None:
        items = self.pop_mark()
        self._keep(self.stack[-1], items)

    def _dict(self) -> None:
        items, found = self.pop_mark(), Table()
        self._keep(found, items)
        self.append(found)

    def _empty_set(self) -> None:
        self.append(Shell())

    def _additems(self) -> None:
        self.pop_mark()

    def _frozenset(self) -> None:
        self.pop_mark()
        self.append(Shell())

    def _bytearray(self) -> None:
        self.append(self.read(int.from_bytes(self.read(8), "little")))

    def _frame(self) -> None:
        self.read(8)

    def _build(self) -> None:
        """An object's state: kept by a shell, let go by all else."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Shell):
            self.stack[-1].fields.update(state if isinstance(state, dict) else {None: state})

    for code, step in {
        pickle.SETITEM: _setitem,
        pickle.SETITEMS: _setitems,
        pickle.DICT: _dict,
        pickle.EMPTY_SET: _empty_set,
        pickle.ADDITEMS: _additems,
        pickle.FROZENSET: _frozenset,
        pickle.BYTEARRAY8: _bytearray,
        pickle.FRAME: _frame,
        pickle.BUILD: _build,
    }.items():
        dispatch[code[0]] = step


def _tensor(storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> Stored:
    return Stored(storage, storage.dtype, offset, tuple(shape), tuple(strides))


def _tensor_of_kind(
    storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *more: Any
) -> Stored:
    _, _, dtype, *_ = more
    return Stored(storage, dtype, offset, tuple(shape), tuple(strides))


def _parameter(data: Stored, *_: Any) -> Stored:
    return data


def _encoded(text: str, encoding: str = "utf-8") -> Any:
    """Bytes as protocol 2 writes them."""
    if encoding != "latin1":
        raise Refused(f"it asks for _codecs.encode with {encoding!r}")
    return text.encode(encoding) if len(text) <= SHORT else Shell()


def _number(kind: Kind, data: Any = None) -> Any:
    """One of NumPy's numbers as Python's; what else NumPy calls a scalar as a shell."""
    code = kind.arguments[0]
    if not isinstance(data, bytes) or not re.fullmatch(r"[biuf]\d", code):
        return Shell()
    _, order, *_ = kind.fields[None]
    return np.frombuffer(data, np.dtype(code).newbyteorder(order))[0].item()


MAKERS: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): Table,
    ("collections", "defaultdict"): Table,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_tensor_v3"): _tensor_of_kind,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
    ("_codecs", "encode"): _encoded,
    ("numpy", "dtype"): Kind,
    ("numpy.core.multiarray", "scalar"): _number,
    ("numpy._core.multiarray", "scalar"): _number,
}
"""What a pickle may call: functions of this file, under the names of what they stand for."""
