"""Checkpoints that would run something when they are unpickled: 24 ways, each of which would leave a file behind."""

import functools
import io
import operator
import os
import pickle
import subprocess
import timeit
import zipfile
from pathlib import Path
from typing import Any

import torch


class _Call:
    """Pickled, it is a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


class _State(_Call):
    """The same as the state that a harmless object is built with."""

    def __reduce__(self) -> tuple:
        return torch.nn.Module, (), {"state": _Call(*self.call[:1], *self.call[1])}


def checkpoints(marker: Path) -> dict[str, bytes]:
    """What each does -> the file; any that runs makes the file `marker`."""
    command, code = f"touch {marker}", f"open({str(marker)!r}, 'w').close()"
    calls = {
        "os.system": _Call(os.system, command),
        "exec": _Call(exec, code),
        "eval": _Call(eval, f"open({str(marker)!r}, 'w')"),
        "open": _Call(open, str(marker), "w"),
        "subprocess": _Call(subprocess.Popen, ("touch", str(marker))),
        "a pickle in it": _Call(pickle.loads, pickle.dumps(_Call(exec, code))),
        "a part of a call": _Call(functools.partial(os.system, command)),
        "a method's caller": _Call(operator.methodcaller("touch"), marker),
        "in a state": _State(exec, code),
        "a harmless name": _Call(timeit.timeit, code, "pass", timeit.default_timer, 1),
    }
    files = {f"{name}, zip": _saved(call, True) for name, call in calls.items()}
    files |= {f"{name}, legacy": _saved(call, False) for name, call in calls.items()}
    files["plain pickle"] = pickle.dumps({"weights": calls["exec"]}, 4)
    files["protocol 0"] = b"cos\nsystem\n(S'" + command.encode() + b"'\ntR."
    files["an instance"] = b"(S'" + command.encode() + b"'\nios\nsystem\n."
    files["two pickles"] = _twice(calls["exec"])
    return files


def _saved(call: _Call, zipped: bool) -> bytes:
    file = io.BytesIO()
    torch.save({"state_dict": {"weight": torch.zeros(2), "x": call}}, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def _twice(call: _Call) -> bytes:
    """A zip archive with two data.pkl, of which a reader may check the one and load the other."""
    file = io.BytesIO()
    torch.save({"weight": torch.zeros(2)}, file)
    with zipfile.ZipFile(file, "a") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
        archive.writestr(name, pickle.dumps({"weight": call}, 2))
    return file.getvalue()
