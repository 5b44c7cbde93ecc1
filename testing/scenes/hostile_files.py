"""Files that would harm without a pickle: programs, headers and archives that lie, links out of the file.

Any that runs makes the file `marker`; any that is believed fills the memory.
"""

import io
import json
import pickle
import struct
import warnings
import zipfile
from pathlib import Path

import torch

HUGE = 1 << 40


class Writes(torch.nn.Module):
    """A program that writes a file as soon as torch.jit.load has it."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.weight = torch.nn.Parameter(torch.ones(2))

    @torch.jit.export
    def __getstate__(self):
        return self.path, self.weight, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[str, torch.Tensor, bool]):
        self.path = state[0]
        self.weight = state[1]
        self.training = state[2]
        torch.save(self.weight, self.path)

    def forward(self, x):
        return x * self.weight


def programs(marker: Path) -> dict[str, bytes]:
    """TorchScript: one that writes when it is loaded, and others with a hostile pickle in each place for one."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated in torch, but the public LaMa's form
        torch.jit.save(torch.jit.script(Writes(str(marker))), file)
    whole = file.getvalue()
    call = b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."
    return {
        "a program that writes": whole,
        "a program whose constants run": _with(whole, "constants.pkl", call),
        "a program whose data run": _with(whole, "data.pkl", call),
        "a program of other code": _with(
            whole, ".py", b"import os\nos.system('touch " + str(marker).encode() + b"')\n"
        ),
        "a program cut off": whole[: len(whole) // 2],
    }


def archives() -> dict[str, bytes]:
    """What torch.save never wrote."""
    tensors = _saved({"weight": torch.ones(4), "bias": torch.zeros(4)})
    return {
        "members compressed": _packed(tensors, zipfile.ZIP_DEFLATED),
        "a member of 100 MB in 100 KB": _packed(tensors, zipfile.ZIP_DEFLATED, "data/0", bytes(10**8)),
        "a pickle of 100 MB in 100 KB": _packed(tensors, zipfile.ZIP_DEFLATED, "data.pkl", b"N" * 10**8),
        "one number as 4 TB": _saved({"conv_first.weight": torch.ones(1).expand(HUGE // 9, 1, 3, 3)}),
        "a storage that is not there": _with(tensors, "data/0", b""),
        "a storage of 4 TB": _with(tensors, "data.pkl", _storage(HUGE)),
        "a negative storage": _with(tensors, "data.pkl", _storage(-4)),
        "lists in lists": pickle.dumps({"a": 1}, 2)[:2] + b"]" * 100_000 + b"a" * 99_999 + b".",
        "tuples in tuples as a key": _with(tensors, "data.pkl", b"\x80\x02})" + b"\x85" * 200_000 + b"Ns."),
        "tuples in tuples as a key, legacy": _legacy(b"})" + b"\x85" * 200_000 + b"Ns.", b"]."),
        "tuples in tuples as a storage's name": _legacy(b"N.", b"])" + b"\x85" * 200_000 + b"a."),
        "tuples in tuples in a set": _with(
            tensors, "data.pkl", b"\x80\x02c__builtin__\nset\n(])" + b"\x85" * 200_000 + b"atR."
        ),
        "a tuple that is doubled for ever as a key": _with(
            tensors, "data.pkl", b"\x80\x02})" + b"q\x00h\x00\x86" * 60 + b"Ns."
        ),
        "another's end": tensors[: len(tensors) // 3] + tensors,
    }


def headers() -> dict[str, bytes]:
    """Safetensors files whose headers lie."""
    entry = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    lies = {
        "shape of 4 TB": {"a": {**entry, "shape": [HUGE]}},
        "a shape that overflows": {"a": {**entry, "shape": [1 << 32, 1 << 32, 1 << 32]}},
        "an offset past the end": {"a": {**entry, "data_offsets": [0, HUGE]}},
        "an offset that runs backwards": {"a": {**entry, "data_offsets": [16, 0]}},
        "a negative offset": {"a": {**entry, "data_offsets": [-16, 0]}},
        "tensors on top of each other": {"a": entry, "b": entry},
        "a hole": {"a": {**entry, "data_offsets": [64, 80]}},
        "no shape": {"a": {"dtype": "F32", "data_offsets": [0, 16]}},
        "an unknown dtype": {"a": {**entry, "dtype": "os.system"}},
        "a list": [entry],
        "metadata that are no texts": {"__metadata__": {"text_heads": {"a": 1}}, "a": entry},
    }
    files = {what: _safetensors(json.dumps(lie).encode()) for what, lie in lies.items()}
    files["a header of 4 TB"] = struct.pack("<Q", HUGE) + b"{}"
    files["a header cut off"] = _safetensors(json.dumps({"a": entry}).encode())[:30]
    files["a header nested deep"] = _safetensors(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
    return files


def keras(folder: Path, secret: Path) -> dict[str, bytes]:
    """HDF5 files that lead out of themselves, into the file `secret`, or declare more than they hold."""
    import h5py
    import numpy as np

    files: dict[str, bytes] = {}

    def made(what: str, fill) -> None:
        path = folder / "made.h5"
        with h5py.File(path, "w") as file:
            fill(file.create_group("basenet.slice1.0"))
        files[what] = path.read_bytes()
        path.unlink()

    def virtual(group) -> None:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource(str(secret), "a", (4,))
        group.create_virtual_dataset("kernel:0", layout)

    def linked(group) -> None:
        group["kernel:0"] = h5py.ExternalLink(str(secret), "/a")

    def circle(group) -> None:
        group["again"] = group

    made("raw data elsewhere", lambda g: g.create_dataset("kernel:0", (4,), "f4", external=[(str(secret), 0, 16)]))
    made("a virtual dataset", virtual)
    made("an external link", linked)
    made("a link to nowhere", lambda g: g.__setitem__("kernel:0", h5py.SoftLink("/gone")))
    made("a circle", circle)
    made("4 TB that nobody wrote", lambda g: g.create_dataset("kernel:0", (HUGE,), "f4", chunks=(1 << 20,)))
    made(
        "100 MB of zeros packed", lambda g: g.create_dataset("kernel:0", data=np.zeros(25 * 10**6, "f4"), compression=1)
    )
    made("texts", lambda g: g.create_dataset("kernel:0", data=["os.system"]))
    made("objects", lambda g: g.create_dataset("kernel:0", data=np.zeros(2, [("a", "f4"), ("b", "S3")])))
    made("no dimensions", lambda g: g.create_dataset("kernel:0", data=1.0))
    return files


def _saved(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def _legacy(content: bytes, keys: bytes) -> bytes:
    """A file of before 2020 with these as its last two pickles."""
    begin = b"".join(pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    return begin + b"\x80\x02" + content + b"\x80\x02" + keys


def _storage(count: int) -> bytes:
    numbers = str(count).encode()
    return (
        b"\x80\x02}X\x06\x00\x00\x00weightctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuI" + numbers + b"\ntQK\x00(I" + numbers + b"\nt(K\x01t\x89NtRs."
    )


def _safetensors(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header + bytes(16)


def _with(archive: bytes, ending: str, content: bytes) -> bytes:
    """The archive with every member of such a name replaced."""
    return _packed(archive, zipfile.ZIP_STORED, ending, content)


def _packed(archive: bytes, compression: int, ending: str = "\0", content: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w", compression, compresslevel=1) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename.endswith(ending) else old.read(info))
    return file.getvalue()
