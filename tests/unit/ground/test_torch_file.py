"""What lies in a PyTorch file beside its tensors is read without being run, whatever it is."""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import http
import io
import os
import pathlib
import pickle
import struct
import types
import uuid
import zipfile

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError, torch_file, unpickle
from dancheong.nodes.ground.shells import Shell

KINDS = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
         torch.uint8, torch.bool, torch.complex64, torch.float8_e4m3fn]  # fmt: skip


def saved(path, content, **options):
    torch.save(content, path, **options)
    return path


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_tensors_are_torchs_own(tmp_path, kind, zipped):
    whole = torch.arange(60).reshape(3, 4, 5).to(kind)
    content = {"whole": whole, "turned": whole.transpose(0, 2), "part": whole[1:, ::2], "one": whole[2, 3, 4],
               "none": whole[:0], "parameter": torch.nn.Parameter(torch.ones(2)), "text": "x"}  # fmt: skip
    path = saved(tmp_path / "a.pt", content, _use_new_zipfile_serialization=zipped)
    file = torch_file.read(path)
    tensors = file.tensors(file.content)
    assert tensors.keys() == content.keys() - {"text"} and file.content["text"] == "x"
    for name, tensor in tensors.items():
        assert tensor.dtype == content[name].dtype and tensor.shape == content[name].shape
        assert torch.equal(bits(tensor), bits(content[name]))


def bits(tensor):
    return tensor.detach().clone(memory_format=torch.contiguous_format).flatten().view(torch.uint8)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.5), np.float32(0.5), np.float16(0.5), np.int64(-7), np.uint8(200), np.bool_(True), np.arange(5),
        np.zeros((3, 0)), np.array(["a", "b"]), np.array([None, {}], object), np.str_("text"),
        np.datetime64("2023-01-01"), np.complex64(1j), np.dtype("f4"), np.dtype([("a", "i4")]), np.float32,
        np.random.default_rng(1), np.random.RandomState(1), np.ma.masked_array([1, 2], [0, 1]),
        b"bytes", b"b" * 300, bytearray(b"array"), 1j, slice(1, 2), range(4), {1, 2}, frozenset({3}), ...,
        NotImplemented, torch.torch_version.TorchVersion("2.1.0"), torch.Size([1, 2]), torch.device("cpu"),
        torch.float16, torch.strided,
        datetime.datetime(2023, 4, 11, tzinfo=datetime.timezone.utc), datetime.date(2023, 4, 11),
        datetime.timedelta(days=1), decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5),
        pathlib.Path("a/b"), pathlib.PureWindowsPath("C:/a"), argparse.Namespace(lr=5e-5), types.SimpleNamespace(a=1),
        collections.OrderedDict(a=1), collections.defaultdict(list, a=[1]), collections.Counter("aab"),
        collections.deque([1, 2]), http.HTTPStatus.OK, enum.Enum, {("a", 1): 2}, {frozenset({1}): {2: [3]}},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_only_describes_stands_in_nobodys_way(tmp_path, value, protocol):
    content = {"before": torch.arange(3.0), "hyper_parameters": {"kept": value, "lr": 5e-5}, "after": torch.ones(2)}
    file = torch_file.read(saved(tmp_path / "a.ckpt", content, pickle_protocol=protocol))
    tensors = file.tensors(file.content)
    assert torch.equal(tensors["before"], content["before"]) and torch.equal(tensors["after"], content["after"])
    assert file.content["hyper_parameters"]["lr"] == 5e-5
    kept = file.content["hyper_parameters"]["kept"]
    if isinstance(value, np.floating | np.integer | np.bool_):
        assert kept == value.item() and type(kept) is type(value.item())


@pytest.mark.parametrize("protocol", [2, 5])
def test_a_shell_keeps_what_was_stored_and_nothing_else(tmp_path, protocol):
    namespace = argparse.Namespace(scale=0.2, inner=argparse.Namespace(heads=np.int32(8)))
    file = torch_file.read(saved(tmp_path / "a.ckpt", {"x": namespace}, pickle_protocol=protocol))
    shell = file.content["x"]
    assert type(shell) is Shell and shell.fields["scale"] == 0.2 and shell.fields["inner"].fields == {"heads": 8}


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


def rewritten(path, **changed):
    """The archive with other members, or with them compressed."""
    with zipfile.ZipFile(path) as old:
        members = {info.filename: old.read(info) for info in old.infolist()}
    compression = changed.pop("compression", zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, data in members.items():
            new.writestr(name, changed.get(name.partition("/")[2].replace(".", "_").replace("/", "_"), data))


def test_an_archive_that_is_not_what_torch_wrote_is_refused(tmp_path):
    content = {"a": torch.arange(1000.0)}
    cases = {
        "compressed": {"compression": zipfile.ZIP_DEFLATED},
        "bomb": {"compression": zipfile.ZIP_DEFLATED, "data_0": bytes(1 << 27)},
        "short": {"data_0": bytes(8)},
        "long": {"data_0": bytes(8000)},
        "order": {"byteorder": b"big"},
    }
    for name, change in cases.items():
        path = saved(tmp_path / f"{name}.pt", content)
        rewritten(path, **change)
        with pytest.raises(UserError, match="is damaged or cut off"):
            file = torch_file.read(path)
            file.tensors(file.content)


@pytest.mark.parametrize("zipped", [True, False])
def test_every_flipped_bit_of_a_tensor_is_seen_or_changes_it_as_in_torch(tmp_path, zipped):
    content = {"a": torch.arange(64.0)}
    whole = saved(tmp_path / "a.pt", content, _use_new_zipfile_serialization=zipped).read_bytes()
    at = whole.index(content["a"].numpy().tobytes())
    for place in range(at, at + 256, 13):
        data = bytearray(whole)
        data[place] ^= 4
        (tmp_path / "a.pt").write_bytes(data)
        if zipped:
            with pytest.raises(UserError, match="is not what was written"):
                file = torch_file.read(tmp_path / "a.pt")
                file.tensors(file.content)
        else:  # that form has no checksums
            file = torch_file.read(tmp_path / "a.pt")
            assert torch.equal(file.tensors(file.content)["a"], torch.load(tmp_path / "a.pt")["a"])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_is_cut_off_anywhere_is_refused(tmp_path, zipped):
    whole = saved(tmp_path / "a.pt", {"a": torch.arange(64.0)}, _use_new_zipfile_serialization=zipped).read_bytes()
    for length in range(1, len(whole), 37):
        (tmp_path / "a.pt").write_bytes(whole[:length])
        with pytest.raises(UserError):
            file = torch_file.read(tmp_path / "a.pt")
            file.tensors(file.content)


def test_files_without_checksums_are_read(tmp_path):
    from torch.utils.serialization import config

    config.save.compute_crc32 = False
    try:
        path = saved(tmp_path / "a.pt", {"a": torch.arange(9.0)})
    finally:
        config.save.compute_crc32 = True
    file = torch_file.read(path)
    assert torch.equal(file.tensors(file.content)["a"], torch.arange(9.0))


def test_a_view_that_repeats_numbers_is_refused(tmp_path):
    """4 bytes that claim 4 TB."""
    file = io.BytesIO()
    torch.save({"a": torch.ones(1).expand(1 << 20, 1 << 20)}, file)
    (tmp_path / "a.pt").write_bytes(file.getvalue())
    opened = torch_file.read(tmp_path / "a.pt")
    with pytest.raises(UserError, match="larger than the file"):
        opened.tensors(opened.content)


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_that_share_their_numbers_are_read_once(tmp_path, zipped):
    """As networks tie weights, and as averaged ones lie beside those that were learned."""
    whole = torch.randn(5000)
    content = {f"row{row}": whole[row * 50 :].view(-1, 2).t() for row in range(10)}
    file = torch_file.read(saved(tmp_path / "a.pt", content, _use_new_zipfile_serialization=zipped))
    tensors = file.tensors(file.content)
    assert all(torch.equal(tensors[name], content[name]) for name in content)
    assert len({tensor.untyped_storage().data_ptr() for tensor in tensors.values()}) == 1


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_is_loaded_as_torch_loads_it(tmp_path, zipped):
    tagged = torch.nn.Parameter(torch.ones(2))
    tagged.tag = "somebody's"
    tensor = torch.randn(3, 4)
    content = {"params": {"a": tensor, "b": [tensor.half(), {"c": tagged}]}, "params_ema": {"a": tensor}, 7: "seven"}
    content["again"] = content["params"]
    path = saved(tmp_path / "a.pt", content, _use_new_zipfile_serialization=zipped)
    loaded, wanted = torch_file.read(path).loaded(), torch.load(path, weights_only=True)
    assert list(loaded) == list(wanted) and loaded[7] == "seven" and loaded["again"] is loaded["params"]
    assert torch.equal(loaded["params"]["a"], tensor) and torch.equal(loaded["params_ema"]["a"], tensor)
    half, inner = loaded["params"]["b"]
    assert half.dtype == torch.float16 and torch.equal(half, tensor.half()) and torch.equal(inner["c"], tagged)
    bare = torch_file.read(saved(path, tensor, _use_new_zipfile_serialization=zipped)).loaded()
    assert torch.equal(bare, tensor)


def test_tensors_that_do_not_hold_their_numbers_one_by_one_have_none(tmp_path):
    quantised = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
    others = {"sparse": torch.eye(3).to_sparse(), "quantised": quantised, "meta": torch.empty(3, device="meta")}
    loaded = torch_file.read(saved(tmp_path / "a.pt", {"a": torch.ones(2), **others})).loaded()
    assert torch.equal(loaded["a"], torch.ones(2))
    assert all(loaded[name].is_meta for name in others)


@pytest.mark.parametrize("turn", [lambda one: one.conj(), lambda one: one.conj().imag])
def test_numbers_that_are_stored_turned_are_refused(tmp_path, turn):
    with pytest.raises(UserError, match="conjugates or negatives"):
        torch_file.read(saved(tmp_path / "a.pt", {"a": turn(torch.complex(torch.ones(9), torch.ones(9)))}))


class Harm:
    def __reduce__(self):
        return os.system, ("touch harmed",)


@pytest.mark.parametrize("zipped", [True, False])
def test_nothing_runs_in_either_form(tmp_path, monkeypatch, zipped):
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "a.pt", {"a": torch.ones(2), "x": Harm()}, _use_new_zipfile_serialization=zipped)
    with pytest.raises(UserError, match=r"was refused, as it asks for (posix|nt)\.system"):
        torch_file.read(path)
    assert not (tmp_path / "harmed").exists()
