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
MOST_NESTED, MOST_PARTS = 100, 1_000_000
"""Tuples within each other, and their parts, counted as often as they stand there: where they become keys, as torch's
own reader lets them, their hash goes down to each, and deep enough it ends the process."""
KEYS = (str, bytes, int, float, bool, type(None))


class Pickle(io.BytesIO):
    """The bytes of one or more pickles, which end after so many reads."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._left = MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes; each call counts."""
        self._left -= 1
        if self._left < 0:
            raise pickle.UnpicklingError("it describes more than any checkpoint holds")
        return super().read(size)


class Unpickler(pickle._Unpickler):  # pyright: ignore[reportPrivateUsage]
    """Python's own reader, of which every step that would call into a foreign class is replaced.

    The one in C cannot be changed so. Dictionaries' keys are texts and numbers; under any other a value is not found.
    """

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = dict(pickle._Unpickler.dispatch)  # pyright: ignore[reportPrivateUsage]
    stack: list[Any]
    append: Callable[[Any], None]
    read: Callable[[int], bytes]
    pop_mark: Callable[[], list[Any]]

    def __init__(self, file: Pickle) -> None:
        super().__init__(file, encoding="utf-8")
        self.storages: dict[str, Storage] = {}
        self._nested: dict[int, tuple[tuple[Any, ...], int, int]] = {}
        """id -> a tuple that holds tuples, which keeps its id meanwhile; how deep and how large it is."""

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
        """A storage: ("storage", what it holds, key, device, count); or a module's class, with its source."""
        if pid[0] == "module":
            return pid[1]
        word, kind, key, _, count, *view = pid
        known = word == "storage" and isinstance(kind, torch.dtype) and isinstance(key, str)
        if not known or any(part is not None for part in view):
            raise pickle.UnpicklingError("it names a storage in a way that torch does not")
        self.storages[key] = Storage(key, kind, int(count) * kind.itemsize)
        return self.storages[key]

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

    def _tuple(self) -> None:
        self._add(tuple(self.pop_mark()))

    def _tuple1(self) -> None:
        self._add((self.stack.pop(),))

    def _tuple2(self) -> None:
        second, first = self.stack.pop(), self.stack.pop()
        self._add((first, second))

    def _tuple3(self) -> None:
        third, second, first = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self._add((first, second, third))

    def _add(self, made: tuple[Any, ...]) -> None:
        inner = [self._nested.get(id(part), (part, 1, len(part))) for part in made if isinstance(part, tuple)]
        if inner:
            depth, size = 1 + max(depth for _, depth, _ in inner), len(made) + sum(size for _, _, size in inner)
            if depth > MOST_NESTED or size > MOST_PARTS:
                raise pickle.UnpicklingError("it nests tuples as no checkpoint does")
            self._nested[id(made)] = made, depth, size
        self.append(made)

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
        pickle.TUPLE: _tuple,
        pickle.TUPLE1: _tuple1,
        pickle.TUPLE2: _tuple2,
        pickle.TUPLE3: _tuple3,
        pickle.FRAME: _frame,
        pickle.REDUCE: _reduce,
        pickle.NEWOBJ: _newobj,
        pickle.NEWOBJ_EX: _newobj_ex,
        pickle.BUILD: _build,
    }.items():
        dispatch[code[0]] = step
