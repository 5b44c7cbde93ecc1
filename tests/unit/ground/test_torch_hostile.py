"""A PyTorch file that wants to run, to fill the memory or to end the process does none of it."""

import collections
import io
import os
import pickle
import struct

import pytest
import torch
from dancheong.nodes.ground import UserError, torch_file, unpickle
from dancheong.nodes.ground.shells import Shell


def plain(body):
    """A file of before 2020 with this as its object; protocol 2."""
    begin = b"".join(pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    return begin + b"\x80\x02" + body + pickle.dumps([], 2)


def call(module, name, *arguments):
    return f"c{module}\n{name}\n".encode() + b"(" + b"".join(pickle.dumps(one, 2)[2:-1] for one in arguments) + b"tR."


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("os", "system", ["true"]), ("posix", "system", ["true"]), ("subprocess", "Popen", [["true"]]),
        ("__builtin__", "eval", ["1"]), ("builtins", "exec", ["1"]), ("builtins", "getattr", ["a", "upper"]),
        ("builtins", "__import__", ["os"]), ("builtins", "open", ["x", "w"]), ("builtins", "map", [1, 2]),
        ("builtins", "type", ["A", (), {}]), ("functools", "partial", [1]), ("operator", "attrgetter", ["a"]),
        ("operator", "methodcaller", ["a"]), ("_codecs", "encode", ["a", "rot13"]),
        ("_codecs", "encode", ["a", "utf-8"]),
        ("_codecs", "decode", [b"a"]), ("codecs", "open", ["x", "w"]), ("runpy", "run_path", ["x"]),
        ("numpy", "load", ["x"]), ("numpy", "fromfile", ["x"]), ("numpy", "save", ["x", 1]),
        ("numpy.lib.npyio", "load", ["x"]),
        ("numpy.core.multiarray", "fromfile", ["x"]), ("numpy.testing._private.utils", "runstring", ["1", {}]),
        ("torch", "load", ["x"]), ("torch.hub", "load", ["x", "y"]), ("torch.jit", "load", ["x"]),
        ("torch", "save", [1, "x"]),
        ("pathlib", "Path.touch", ["x"]), ("datetime", "sys.modules", []), ("pickle", "loads", [b"."]),
        ("types", "CodeType", []), ("types", "FunctionType", []), ("importlib", "import_module", ["os"]),
        ("collections", "namedtuple", ["A", "b"]), ("copyreg", "_reconstructor", []), ("omegaconfig", "x", []),
        ("torch._utils", "_import_dotted_name", ["os.system"]), ("train", "Config", []),
    ],
)  # fmt: skip
def test_whatever_would_run_is_refused_by_name(tmp_path, monkeypatch, module, name, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ckpt").write_bytes(plain(call(module, name, *arguments)))
    with pytest.raises(UserError) as refused:
        torch_file.read(tmp_path / "a.ckpt")
    assert (
        f"was refused, as it asks for {module}.{name}" in str(refused.value)
        and len(str(refused.value).splitlines()) == 1
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.ckpt"]


def test_a_call_of_a_shell_gives_a_shell(tmp_path):
    (tmp_path / "a.ckpt").write_bytes(plain(call("omegaconf", "OmegaConf.load", "/etc/passwd")))
    shell = torch_file.read(tmp_path / "a.ckpt").content
    assert type(shell) is Shell and shell.fields == {}


@pytest.mark.parametrize("target", [
    b"ctorch._utils\n_rebuild_tensor_v2\n", b"ccollections\nOrderedDict\n", b"cargparse\nNamespace\n",
    b"ctorch\nfloat32\n", b"ctorch\nFloatStorage\n", b"cnumpy\ndtype\n",
])  # fmt: skip
def test_a_state_changes_no_class(tmp_path, target):
    """BUILD on a class or a function would change it for everybody."""
    before = [
        dict(vars(Shell)),
        torch._utils._rebuild_tensor_v2.__dict__.copy(),
        collections.OrderedDict.__dict__.keys(),
    ]
    state = pickle.dumps((None, {"__setstate__": 1, "__defaults__": (1,)}), 2)[2:-1]
    (tmp_path / "a.ckpt").write_bytes(plain(target + state + b"b."))
    torch_file.read(tmp_path / "a.ckpt")
    assert before == [
        dict(vars(Shell)),
        torch._utils._rebuild_tensor_v2.__dict__,
        collections.OrderedDict.__dict__.keys(),
    ]


@pytest.mark.parametrize(
    "body",
    {
        "tuples in tuples as a key": b"}" + b")" + b"\x85" * 200_000 + b"Ns.",
        "tuples in tuples in a set": b"\x8f(" + b")" + b"\x85" * 200_000 + b"\x90.",
        "tuples in tuples, frozen": b"(" + b")" + b"\x85" * 200_000 + b"\x91.",
        "tuples in tuples as a set's item": b"c__builtin__\nset\n(])" + b"\x85" * 200_000 + b"atR.",
        "tuples in tuples as the name of a storage": b"N.\x80\x02])" + b"\x85" * 200_000 + b"a.",
        "a name of a storage that is doubled for ever": b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n]q\x00"
                                                        + b"(h\x00h\x00lq\x00" * 60 + b"NK\x01tQ.",
        "an encoding that is doubled for ever": b"c_codecs\nencode\n(X\x01\x00\x00\x00a]q\x00"
                                                + b"(h\x00h\x00lq\x00" * 60 + b"tR.",
        "a tuple that is doubled for ever": b"}" + b")" + b"q\x00h\x00\x86" * 60 + b"Ns.",
        "a shape of texts": b"ctorch._utils\n_rebuild_tensor\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
                            b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00(X\x04\x00\x00\x00aaaa"
                            b"J\xff\xff\xff\x3ft(K\x01K\x01ttR.",
        "a shape of a million sides": b"ctorch._utils\n_rebuild_tensor\n((X\x07\x00\x00\x00storage"
                                      b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00("
                                      b"J\xff\xff\xff\x7fq\x00" + b"h\x00" * 1_000_000 + b"t(K\x01ttR.",
        "lists in lists": b"]" * 200_000 + b"a" * 199_999 + b".",
        "itself": b"}q\x00X\x01\x00\x00\x00ah\x00s.",
        "one tuple for ten thousand shells": b"(" + b"N" * 500_000 + b"tq\x000cenum\nEnum\nq\x010("
                                             + b"h\x01h\x00R" * 10_000 + b"t.",
        "one state for ten thousand shells": b"}(" + b"".join(b"J%bN" % struct.pack("<i", n) for n in range(200_000))
                                             + b"uq\x000cenum\nEnum\nq\x010(" + b"h\x01)Rh\x00b" * 10_000 + b"t.",
        "a far memo": b"Nr\xff\xff\xff\xff.",
        "a great array": b"\x96" + struct.pack("<Q", 1 << 40) + b"a.",
        "a great text": b"\x8d" + struct.pack("<Q", 1 << 40) + b"a.",
        "a great frame": b"\x95" + struct.pack("<Q", 1 << 40) + b"N.",
        "doubled for ever": b"]q\x00" + b"(h\x00h\x00lq\x00" * 60 + b".",
        "a great storage": b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
                           b"\x8a\x06\x00\x00\x00\x00\x00\x01tQ.",
    }.items(),
    ids=lambda item: item[0],
)  # fmt: skip
def test_what_would_end_the_process_or_fill_the_memory_does_neither(tmp_path, body):
    resource = pytest.importorskip("resource", reason="this system does not tell what a process took")
    (tmp_path / "a.ckpt").write_bytes(plain(body[1]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        file = torch_file.read(tmp_path / "a.ckpt")
        assert file.tensors({"x": file.content}) == {}
    except UserError as refused:
        assert len(str(refused).splitlines()) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_millions_of_small_things_end(tmp_path, monkeypatch):
    monkeypatch.setattr(unpickle, "MOST_READS", 50_000)
    (tmp_path / "a.ckpt").write_bytes(plain(b"(" + b"]\x94" * 50_000 + b"t."))
    with pytest.raises(UserError, match="describes more than any checkpoint holds"):
        torch_file.read(tmp_path / "a.ckpt")


def test_a_view_that_repeats_numbers_is_refused(tmp_path):
    """4 bytes that claim 4 TB."""
    file = io.BytesIO()
    torch.save({"a": torch.ones(1).expand(1 << 20, 1 << 20)}, file)
    (tmp_path / "a.pt").write_bytes(file.getvalue())
    opened = torch_file.read(tmp_path / "a.pt")
    with pytest.raises(UserError, match="larger than the file"):
        opened.tensors(opened.content)


class Harm:
    def __reduce__(self):
        return os.system, ("touch harmed",)


@pytest.mark.parametrize("zipped", [True, False])
def test_nothing_runs_in_either_form(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.pt"
    torch.save({"a": torch.ones(2), "x": Harm()}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match=r"was refused, as it asks for (posix|nt)\.system"):
        torch_file.read(path)
    assert not (tmp_path / "harmed").exists()
