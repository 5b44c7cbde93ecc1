"""What comes out of a pickle that is not run: tensors as the file describes them, shells, and NumPy's numbers."""

import pickle
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

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
    "QInt8Storage": torch.qint8,
    "QUInt8Storage": torch.quint8,
    "QInt32Storage": torch.qint32,
    "UntypedStorage": torch.uint8,
}
"""What a storage of torch holds, by its class."""
MOST_SIDES, MOST_NUMBERS = 64, 1 << 48
"""Of a tensor, as torch computes with, and along one side."""
SHORT = 64
"""Bytes of what is read of NumPy: its numbers. Its arrays are let go."""


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

    made_of: tuple[Any, ...]
    """The first thing that it was made with; what holds all of it could fill the memory."""
    fields: dict[Any, Any]

    def __new__(cls, *arguments: Any, **_: Any) -> "Shell":  # noqa: D102, a false alarm of the rule
        shell = super().__new__(cls)
        shell.made_of, shell.fields = arguments[:1], {}
        return shell

    def __str__(self) -> str:
        return "an object"

    def __setitem__(self, key: Any, value: Any) -> None:
        self.fields[key] = value

    def append(self, _: Any) -> None:
        """A list's item, let go."""

    def extend(self, _: Any) -> None:
        """A list's items, let go."""


class Parameters(Shell):
    """torch's ParameterDict, as textual inversion of 2022 saved it."""


class Table(dict[Any, Any]):
    """Any of the kinds of dictionary; what it is made with is a function for what it lacks, and never called."""

    def __init__(self, *_: Any) -> None:
        super().__init__()


class Kind(Shell):
    """NumPy's dtype, of which only the name is read."""


def _tensor(storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *more: Any) -> Stored:
    return _stored(storage, storage.dtype, offset, shape, strides, *more[2:])


def _tensor_of_kind(
    storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *more: Any
) -> Stored:
    _, _, dtype, *turned = more
    return _stored(storage, dtype, offset, shape, strides, *turned)


def _stored(
    storage: Storage,
    dtype: torch.dtype,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    turned: Any = None,
) -> Stored:
    if turned:
        raise pickle.UnpicklingError("it has a tensor whose numbers are stored as their conjugates or negatives")
    # The product of anything else, of texts or of a million sides, could take all memory or for ever.
    if len(shape) > MOST_SIDES or not all(type(side) is int and 0 <= side < MOST_NUMBERS for side in shape):
        raise pickle.UnpicklingError("it has a tensor whose shape is none")
    return Stored(storage, dtype, offset, shape, strides)


def _tensor_with_fields(make: Callable[..., Stored], _: Any, arguments: tuple[Any, ...], *__: Any) -> Stored:
    """A tensor that somebody gave a field of their own."""
    if make not in (_tensor, _tensor_of_kind, _parameter):
        raise pickle.UnpicklingError("it has a tensor that is made of none")
    return make(*arguments)


def _parameter(data: Stored, *_: Any) -> Stored:
    return data


def _sparse(_: Any, data: tuple[Any, ...], *__: Any) -> torch.Tensor:
    """Stands, with its shape, for a tensor that does not hold its numbers one by one."""
    return torch.empty(_sides(data[2]), device="meta")


def _meta(_: Any, size: Any, *__: Any) -> torch.Tensor:
    return torch.empty(_sides(size), device="meta")


def _quantised(_: Any, __: Any, size: Any, *___: Any) -> torch.Tensor:
    return torch.empty(_sides(size), device="meta")


def _sides(size: Any) -> tuple[int, ...]:
    return size.made_of[0] if isinstance(size, Shell) else size


def _encoded(text: str, encoding: Any = "utf-8") -> Any:
    """Bytes as protocol 2 writes them."""
    if encoding != "latin1":
        named = repr(encoding[:SHORT]) if isinstance(encoding, str) else "no encoding"
        raise Refused(f"it asks for _codecs.encode with {named}")
    return text.encode(encoding) if len(text) <= SHORT else Shell()


def _number(kind: Kind, data: Any = None) -> Any:
    """One of NumPy's numbers as Python's; what else NumPy calls a scalar as a shell."""
    (code,) = kind.made_of
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
    ("torch._tensor", "_rebuild_from_type_v2"): _tensor_with_fields,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
    ("torch._utils", "_rebuild_meta_tensor_no_storage"): _meta,
    ("torch._utils", "_rebuild_qtensor"): _quantised,
    ("torch._utils", "_rebuild_sparse_tensor"): _sparse,
    ("torch.nn.modules.container", "ParameterDict"): Parameters,
    ("_codecs", "encode"): _encoded,
    ("numpy", "dtype"): Kind,
    ("numpy.core.multiarray", "scalar"): _number,
    ("numpy._core.multiarray", "scalar"): _number,
}
"""What a pickle may call: functions of this file, under the names of what they stand for."""
