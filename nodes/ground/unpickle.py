"""Read a pickle without running it: texts, numbers, containers and tensors come back, other objects as shells.

A training run's checkpoint holds, beside its tensors, whatever the run kept: settings of OmegaConf, NumPy's numbers,
dates. torch's own safe loader refuses them. Here no class that a file names is imported or called: one that only
describes becomes a shell, which keeps what was stored in it, and whatever would run is refused.
"""

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import torch

from .shells import MAKERS, NUMBERS, Refused, Shell, Storage, Table

HARMLESS: dict[str, list[str]] = json.loads(Path(__file__).with_name("harmless_classes.json").read_text("utf-8"))
"""Module -> its classes that only describe; under "whole modules" those of which everything does."""
MODULES = tuple(HARMLESS.pop("whole modules"))
MOST_BYTES, MOST_READS = 1 << 26, 4_000_000
"""A file in DiffSTE's layout with all its moments takes 0.5 MB in 252,166 reads; a hostile one fills the memory."""
MOST_ARGUMENTS = 8
"""That are looked at; a call with a million, made a million times, would take for ever."""
KEYS = (str, bytes, int, float, bool, type(None))


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
        raise Refused(f"it asks for {' '.join(f'{module}.{name}'.split())[:100]}")

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

    def _reduce(self) -> None:
        arguments = self.stack.pop()
        self.stack[-1] = self.stack[-1](*arguments[:MOST_ARGUMENTS])

    def _newobj(self) -> None:
        arguments, kind = self.stack.pop(), self.stack.pop()
        self.append(kind.__new__(kind, *arguments[:MOST_ARGUMENTS]))

    def _newobj_ex(self) -> None:
        self.stack.pop()
        self._newobj()

    def _build(self) -> None:
        """An object's state: kept by a shell, let go by all else."""
        state = self.stack.pop()
        if isinstance(self.stack[-1], Shell):
            self.stack[-1].fields = state if isinstance(state, dict) else {None: state}

    for code, step in {
        pickle.SETITEM: _setitem,
        pickle.SETITEMS: _setitems,
        pickle.DICT: _dict,
        pickle.EMPTY_SET: _empty_set,
        pickle.ADDITEMS: _additems,
        pickle.FROZENSET: _frozenset,
        pickle.BYTEARRAY8: _bytearray,
        pickle.FRAME: _frame,
        pickle.REDUCE: _reduce,
        pickle.NEWOBJ: _newobj,
        pickle.NEWOBJ_EX: _newobj_ex,
        pickle.BUILD: _build,
    }.items():
        dispatch[code[0]] = step
