"""A DiffSTE file is converted whole and with values that its kind can hold, or not at all."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import checkpoint, conversion
from safetensors import safe_open
from safetensors.torch import save_file


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_converting_keeps_every_tensor_and_what_shapes_do_not_tell(public, tensors, tmp_path, dtype):
    target = tmp_path / "diffste.safetensors"
    conversion.convert(public, target, dtype)
    before, after = checkpoint.read(public), checkpoint.read(target)
    assert after.sizes == before.sizes and after.notes == ()
    kind = conversion.DTYPES[dtype]
    for one, other in ((before.unet, after.unet), (before.vae, after.vae), (before.text, after.text)):
        assert one.keys() == other.keys()
        assert all(torch.equal(tensor.to(kind), other[name]) for name, tensor in one.items())
    with safe_open(target, framework="pt") as file:
        stated = {"format": "pt", "max_length": "20", "text_heads": "8", "char_heads": "2", "latent_scale": "0.2"}
        assert file.metadata() == stated and len(list(file.keys())) == 1102 + 248 + 196 + 2
    assert list(tmp_path.iterdir()) == [target]
    (tmp_path / "any").touch()
    assert target.stat().st_mode == (tmp_path / "any").stat().st_mode, "others must be able to read it as any file"


def changed(tensors, name, how):
    """The tensors with one of them changed."""
    other = dict(tensors)
    if how is None:
        del other[name]
    else:
        other[name] = how(tensors.get(name, torch.zeros(1)).clone()).contiguous()
    return other


def filled(value):
    def fill(tensor):
        tensor.view(-1)[-1] = value
        return tensor

    return fill


BROKEN = {
    "missing": ("unet.up_blocks.2.resnets.1.conv2.bias", None, "is missing"),
    "too much": ("unet.mid_block.attentions.char.1.norm.bias", lambda _: torch.zeros(4), "is not known"),
    "shape": (
        "vae.decoder.conv_in.weight",
        lambda tensor: tensor[:, :3],
        r"is \[32, 3, 3, 3\], expected \[32, 4, 3, 3\]",
    ),
    "turned": ("unet.time_embedding.linear_1.weight", lambda tensor: tensor.T.contiguous(), "expected"),
    "letters": ("char_embedder.char_embedding.weight", lambda tensor: tensor[:90], r"expected \[95, 32\]"),
    "integers": ("unet.conv_out.weight", lambda tensor: tensor.to(torch.int8), "is int8, expected float32 or float16"),
    "float8": ("unet.conv_out.weight", lambda tensor: tensor.to(torch.float8_e4m3fn), "is float8_e4m3fn, expected"),
    "NaN": ("unet.conv_in.bias", filled(float("nan")), "holds values that are not numbers"),
    "infinite": ("vae.quant_conv.weight", filled(float("inf")), "holds values that are not numbers"),
    "minus infinite": ("text_encoder.text_model.final_layer_norm.bias", filled(float("-inf")), "not numbers"),
}


@pytest.mark.parametrize(
    ("fault", "form"),
    # How a tensor is made of a file's bytes is its form's own, which tensors there are is the same work in both.
    [
        *((fault, "safetensors") for fault in BROKEN),
        *((fault, "ckpt") for fault in ("turned", "NaN")),
    ],
)
def test_what_is_not_whole_is_neither_read_nor_converted(tensors, tmp_path, fault, form):
    name, how, said = BROKEN[fault]
    path = tmp_path / f"a.{form}"
    broken = changed(tensors, name, how)
    torch.save(broken, path) if form == "ckpt" else save_file(broken, path)
    target = tmp_path / "b.safetensors"
    with pytest.raises(UserError, match=f"in its part .*{name.partition('.')[2].replace('.', '[.]')} .*{said}"):
        conversion.convert(path, target, "float16")
    assert not target.exists() and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("value", [65520.0, -1e30])
def test_values_that_float16_cannot_hold_are_not_converted(tensors, tmp_path, value):
    path = tmp_path / "a.safetensors"
    save_file(changed(tensors, "unet.conv_in.bias", filled(value)), path)
    with pytest.raises(UserError, match=r"float16 cannot hold, in 1 tensors such as unet\.conv_in\.bias \(largest"):
        conversion.convert(path, tmp_path / "b.safetensors", "float16")
    assert [one.name for one in tmp_path.iterdir()] == ["a.safetensors"]
    conversion.convert(path, tmp_path / "b.safetensors", "float32")
    assert checkpoint.read(tmp_path / "b.safetensors").unet["conv_in.bias"][-1] == torch.tensor(value)


def test_a_tensor_that_would_become_nothing_is_not_converted(tensors, tmp_path):
    path = tmp_path / "a.safetensors"
    save_file(changed(tensors, "unet.conv_in.bias", lambda tensor: tensor * 1e-9), path)
    with pytest.raises(UserError, match="float16 cannot hold"):
        conversion.convert(path, tmp_path / "b.safetensors", "float16")


def test_the_largest_of_float16_is_converted(tensors, tmp_path):
    save_file(changed(tensors, "unet.conv_in.bias", filled(65504.0)), tmp_path / "a.safetensors")
    conversion.convert(tmp_path / "a.safetensors", tmp_path / "b.safetensors", "float16")
    assert checkpoint.read(tmp_path / "b.safetensors").unet["conv_in.bias"][-1] == 65504


def test_tensors_that_share_their_numbers_are_converted(tensors, tmp_path):
    shared = {**tensors, "unet.conv_norm_out.bias": tensors["unet.conv_norm_out.weight"]}
    torch.save(shared, tmp_path / "a.ckpt")
    conversion.convert(tmp_path / "a.ckpt", tmp_path / "b.safetensors", "float32")
    unet = checkpoint.read(tmp_path / "b.safetensors").unet
    assert torch.equal(unet["conv_norm_out.bias"], unet["conv_norm_out.weight"])


def test_a_conversion_that_fails_leaves_nothing(public, tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"ends in \.safetensors"):
        conversion.convert(public, tmp_path / "diffste.ckpt", "float16")
    import safetensors.torch

    def full(tensors, path, metadata):
        with open(path, "wb") as file:
            file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(UserError, match="No space left on device"):
        conversion.convert(public, tmp_path / "diffste.safetensors", "float16")
    assert list(tmp_path.iterdir()) == []
