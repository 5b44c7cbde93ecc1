"""ncnn pairs that converters write in many ways are read as the network they are, and as nothing else."""

import random
import re
from itertools import product

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.upscale import ncnn_pair
from dancheong.testing.models import ncnn_pairs, upscale
from dancheong.testing.models.ncnn_pairs import Style

STYLES = [Style(*chosen) for chosen in product((True, False), repeat=3)]


@pytest.fixture
def pair(tmp_path):
    """A tiny RRDBNet of two blocks; its .param."""
    return ncnn_pairs.rrdb(upscale.rrdb(3, blocks=2), tmp_path / "tiny.param")


@pytest.fixture
def small(tmp_path):
    """A tiny Compact network; its .param."""
    return ncnn_pairs.compact(drawn(upscale.compact(3, layers=2)), tmp_path / "small.param")


def drawn(weights):
    """The same with biases that are not all alike, so that a lost one is noticed."""
    rng = np.random.default_rng(1)
    return {
        key: value if value.ndim == 4 else rng.normal(0, 0.2, value.shape).astype(np.float32)
        for key, value in weights.items()
    }


def expect_equal(found, weights, style):
    assert set(found) == set(weights)
    for key, tensor in found.items():
        is_half = style.half and tensor.ndim == 4
        assert tensor.dtype == (torch.float16 if is_half else torch.float32), key
        expected = weights[key].astype(np.float16) if is_half else weights[key]
        assert np.array_equal(tensor.numpy(), expected), key


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_way_to_write_an_rrdbnet_gives_its_tensors(tmp_path, style):
    weights = drawn(upscale.rrdb(5, blocks=2))
    param = ncnn_pairs.rrdb(weights, tmp_path / "a.param", style)
    found = ncnn_pair.read(param)
    expect_equal(found.tensors, weights, style)
    assert found.notes == ()


@pytest.mark.parametrize("doublings", [1, 3])
def test_an_rrdbnet_of_another_factor_is_that_factor(tmp_path, doublings):
    from spandrel import ModelLoader

    weights = {key: array for key, array in upscale.rrdb(5).items() if not key.startswith("conv_up")}
    extra = upscale.rrdb(6)
    for number in range(1, doublings + 1):
        weights |= {f"conv_up{number}.{kind}": extra[f"conv_up1.{kind}"] for kind in ("weight", "bias")}
    found = ncnn_pair.read(ncnn_pairs.rrdb(weights, tmp_path / "a.param", Style(half=False)))
    expect_equal(found.tensors, weights, Style(half=False))
    assert ModelLoader().load_from_state_dict(found.tensors).scale == 2**doublings


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("scale", [2, 4])
def test_every_way_to_write_a_compact_network_gives_its_tensors(tmp_path, style, scale):
    weights = drawn(upscale.compact(5, layers=3, scale=scale))
    found = ncnn_pair.read(ncnn_pairs.compact(weights, tmp_path / "a.param", style))
    expect_equal(found.tensors, weights, style)
    assert found.notes == ()


def test_either_file_stands_for_the_pair(pair):
    numbers = pair.with_suffix(".bin")
    assert ncnn_pair.parts(pair) == ncnn_pair.parts(numbers) == (pair, numbers)
    assert torch.equal(ncnn_pair.read(numbers).tensors["conv_hr.bias"], ncnn_pair.read(pair).tensors["conv_hr.bias"])
    assert ncnn_pair.parts(pair.with_name("other.bin")) == (pair.with_name("other.bin"),)


@pytest.mark.parametrize("reduced", [0.5, 0.75])
def test_a_reduction_at_the_end_is_told(tmp_path, reduced):
    """animevideov3-x2 and -x3 are the x4 network and a bicubic reduction."""
    weights = upscale.compact(5, layers=3)
    found = ncnn_pair.read(ncnn_pairs.compact(weights, tmp_path / "a.param", Style(half=False), reduced))
    expect_equal(found.tensors, weights, Style(half=False))
    assert f"reduces what the network makes to {reduced:g} of it" in found.notes[0]


def test_layers_in_another_order_keep_their_names(pair):
    """Names come from what a layer reads, not from where it stands: two that do not need each other change places."""
    weights = upscale.compact(5, layers=1)
    param = ncnn_pairs.compact(weights, pair.with_name("b.param"), Style(half=False))
    lines = param.read_text().split("\n")
    early = next(line for line in lines if line.startswith("Interp"))
    lines.remove(early)
    lines.insert(4, early)
    param.write_text("\n".join(lines))
    expect_equal(ncnn_pair.read(param).tensors, weights, Style(half=False))


def test_hints_of_shape_change_nothing(pair):
    before = ncnn_pair.read(pair).tensors
    pair.write_text(re.sub(r"(Concat .*)", r"\1 -23330=4,3,64,64,3", pair.read_text()))
    assert before.keys() == ncnn_pair.read(pair).tensors.keys()


def change(pattern, replacement, count=1):
    """The .param with the last places of a pattern written otherwise."""

    def changed(text):
        places = list(re.finditer(pattern, text))[-count:]
        assert places, pattern
        for place in reversed(places):
            text = text[: place.start()] + place.expand(replacement) + text[place.end() :]
        return text

    return changed


def swapped_inputs(text):
    """Two dense blocks' inputs joined in another order."""
    return change(r"(Concat \S+ 3 1) (\S+) (\S+) (\S+)", r"\1 \2 \4 \3")(text)


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(change(r"-23310=1,2\.0", "-23310=1,1.0"), id="another slope"),
        pytest.param(change(r" 9=2 -23310=1,\S+", ""), id="a missing slope"),
        pytest.param(change(r"-23301=2,2\.0", "-23301=2,3.0"), id="another residual"),
        pytest.param(change(r" -23301=\S+", ""), id="a residual in full"),
        pytest.param(swapped_inputs, id="joined in another order"),
        pytest.param(change(r"(Eltwise \S+ 2 1) (\S+) (\S+)", r"\1 \2 \2"), id="added to itself"),
        pytest.param(change(r"1=2\.0\S+ 2=2\.0\S+", "1=3 2=3"), id="tripled"),
        pytest.param(change(r"4=1", "4=0"), id="without padding"),
        pytest.param(change(r"1=3 4=1", "1=1 4=0"), id="another kernel"),
        pytest.param(change(r"4=1", "4=1 3=2"), id="a stride"),
        pytest.param(change(r"4=1", "4=1 77=1"), id="a setting of later"),
        pytest.param(change(r"(?m)^BinaryOp (.*) 0=0$", r"BinaryOp \1 0=1"), id="subtracted"),
        pytest.param(change(r"Interp (.*) 0=1", r"Interp \1 0=2"), id="bilinear"),
    ],
)
def test_what_computes_otherwise_is_refused(pair, mutation):
    before = pair.read_text()
    pair.write_text(mutation(before))
    assert pair.read_text() != before
    with pytest.raises(UserError, match=r"tiny\.param (is no RRDBNet|has a layer).*: take the model as"):
        ncnn_pair.read(pair)


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(change(r"(PReLU \S+ 1 1 \S+ \S+) 0=8", r"\1 0=7"), id="a missing slope"),
        pytest.param(change(r"(?m)^(PixelShuffle .*) 0=4$", r"\1 0=2"), id="unfolded by less"),
        pytest.param(change(r"(?m)^PixelShuffle (.*)$", r"PixelShuffle \1 1=1"), id="unfolded in another order"),
        pytest.param(change(r"(?m)^(BinaryOp \S+ 2 1 \S+) \S+ ", r"\1 data_0 "), id="added to the small picture"),
    ],
)
def test_another_compact_network_is_refused(small, mutation):
    before = small.read_text()
    small.write_text(mutation(before))
    assert small.read_text() != before
    with pytest.raises(UserError, match=r"small\.param (is no Compact|has a layer).*: take the model as"):
        ncnn_pair.read(small)


def test_two_layers_that_change_places_are_noticed(pair):
    """A .param whose convolutions are joined as before but stand in another order reads other numbers."""
    lines = pair.read_text().split("\n")
    first, second = [number for number, line in enumerate(lines) if line.startswith("Convolution")][3:5]
    lines[first], lines[second] = lines[second], lines[first]
    pair.write_text("\n".join(lines))
    with pytest.raises(UserError, match=r"reads b.*which no layer before it makes"):
        ncnn_pair.read(pair)


def half(data):
    return data[: len(data) // 2]


def with_nan(data):
    return data[:-4] + np.float32(np.nan).tobytes()


def int8(data):
    return b"\x38\x4b\x0d\x00" + data[4:]


def quantised(data):
    return b"\x01\x02\x03\x04" + data[4:]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (half, r"tiny\.bin breaks off in the layer Convolution_\d+ after [\d,]+ bytes"),
        (lambda data: data[:-1], r"tiny\.bin breaks off in the layer"),
        (lambda data: b"", r"tiny\.bin breaks off in the layer"),
        (lambda data: data + bytes(8), r"tiny\.bin has 8 bytes more than tiny\.param has layers for"),
        (with_nan, r"tiny\.bin has values that are no numbers in 1 of its tensors, such as conv_last\.bias"),
        (int8, r"tiny\.bin holds INT8 weights, which are not read here: take the model as"),
        (quantised, r"tiny\.bin has no weights where tiny\.param has its layer Convolution_1"),
    ],
)
def test_a_damaged_bin_is_told(pair, damage, message):
    numbers = pair.with_suffix(".bin")
    numbers.write_bytes(damage(numbers.read_bytes()))
    with pytest.raises(UserError, match=message):
        ncnn_pair.read(pair)


@pytest.mark.parametrize("blocks", [1, 3])
def test_a_bin_of_another_model_is_told(pair, tmp_path, blocks):
    other = ncnn_pairs.rrdb(upscale.rrdb(3, blocks=blocks), tmp_path / "other.param")
    pair.with_suffix(".bin").write_bytes(other.with_suffix(".bin").read_bytes())
    with pytest.raises(UserError, match=r"tiny\.bin (breaks off|has no weights where|has [\d,]+ bytes more)"):
        ncnn_pair.read(pair)


def test_a_bin_of_another_architecture_is_told(pair, small):
    pair.with_suffix(".bin").write_bytes(small.with_suffix(".bin").read_bytes())
    with pytest.raises(UserError, match=r"tiny\.bin"):
        ncnn_pair.read(pair)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("BinaryOp", "GELU"), r"a layer GELU_\d+ of type GELU, which is not read here"),
        (lambda text: text.replace("4=1", "4=1 8=2"), "INT8"),
        (lambda text: text[: len(text) // 2], r"is damaged|has \d+ of its \d+ layers"),
        (lambda text: text.replace("0=8", "0=eight"), r"tiny\.param is damaged"),
        (lambda text: text.replace("6=216", "6=217"), r"tiny\.param is damaged: \S+ has 217 weights for 8 outputs"),
        (lambda text: text.replace("6=216", "6=99999999999999"), r"tiny\.param is damaged|breaks off"),
        (lambda text: "<!DOCTYPE html><html>", "a web page"),
        (lambda text: "version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (lambda text: "hello\n" + text, r"no \.param of ncnn, which begins with a line 7767517"),
        (lambda text: "7767517", r"tiny\.param is damaged"),
        (lambda text: "", "is empty"),
    ],
)
def test_a_damaged_param_is_told(pair, change, message):
    pair.write_text(change(pair.read_text()))
    with pytest.raises(UserError, match=message):
        ncnn_pair.read(pair)


def test_half_a_pair_and_a_binary_param_are_told(pair):
    numbers = pair.with_suffix(".bin")
    data, text = numbers.read_bytes(), pair.read_bytes()
    numbers.unlink()
    with pytest.raises(UserError, match=r"tiny\.param is half of an ncnn pair: put tiny\.bin beside it"):
        ncnn_pair.read(pair)
    pair.unlink()
    numbers.write_bytes(data)
    with pytest.raises(UserError, match=r"tiny\.bin is half of an ncnn pair: put tiny\.param beside it"):
        ncnn_pair.refuse_half(numbers)
    pair.write_bytes((7767517).to_bytes(4, "little") + text)
    with pytest.raises(UserError, match=r"binary form of a \.param: take the text form"):
        ncnn_pair.read(pair)
    numbers.write_bytes((7767517).to_bytes(4, "little") + text)
    with pytest.raises(UserError, match=r"binary form of a \.param: take the text form"):
        ncnn_pair.refuse_half(numbers)


@pytest.mark.parametrize("kind", ["pair", "small"])
def test_what_counts_less_than_nothing_is_told(request, kind):
    """A minus before each setting of each layer."""
    param = request.getfixturevalue(kind)
    text = param.read_text()
    for place in re.finditer(r"(?<= [0-6]=)(?=\d)", text):
        param.write_text(f"{text[: place.start()]}-{text[place.start() :]}")
        try:
            ncnn_pair.read(param)
        except UserError as error:
            assert "\n" not in str(error)


def test_whatever_byte_is_damaged_nothing_but_a_sentence_is_raised(pair):
    """Characters of the .param changed, dropped and doubled at random."""
    rng = random.Random(17)
    text = pair.read_text()
    for _ in range(300):
        at = rng.randrange(len(text))
        new = rng.choice(["", text[at] * 2, rng.choice("0123456789=,.- \nexN"), "\x00"])
        pair.write_text(text[:at] + new + text[at + 1 :])
        try:
            ncnn_pair.read(pair)
        except UserError as error:
            assert "\n" not in str(error).strip()
