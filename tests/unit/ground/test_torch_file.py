"""What lies in a PyTorch file beside its tensors is read without being run, whatever it is."""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import http
import pathlib
import types
import uuid

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError, torch_file
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
def test_what_only_describes_stands_in_nobodys_way(tmp_path, value):
    content = {"before": torch.arange(3.0), "hyper_parameters": {"kept": value, "lr": 5e-5}, "after": torch.ones(2)}
    for protocol in (2, 3, 4, 5):
        file = torch_file.read(saved(tmp_path / f"{protocol}.ckpt", content, pickle_protocol=protocol))
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
