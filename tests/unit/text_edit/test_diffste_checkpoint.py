"""Files of DiffSTE, and files that are something else, damaged, or dangerous."""

import argparse
import collections
import os
import zipfile

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import checkpoint, conversion, layout
from dancheong.testing.models import diffste as diffste_models
from omegaconf import OmegaConf
from safetensors import safe_open
from safetensors.torch import save_file


@pytest.fixture(scope="module")
def tensors():
    return diffste_models.tensors()


@pytest.fixture(scope="module")
def public(tensors, tmp_path_factory):
    return diffste_models.lightning(tmp_path_factory.mktemp("diffste") / "diffste.ckpt", tensors, scale=0.2)


def test_the_public_form_is_read(public, tensors):
    content = checkpoint.read(public)
    assert len(content.unet) == 1102 and len(content.vae) == 248 and len(content.text) == 196
    for prefix, part in (("unet.", content.unet), ("vae.", content.vae), ("text_encoder.", content.text)):
        assert all(torch.equal(tensor, tensors[prefix + name]) for name, tensor in part.items())
    assert torch.equal(content.characters, tensors["char_embedder.char_embedding.weight"])
    assert content.sizes == layout.Sizes(
        (32, 64, 128, 128), 64, 32, 8, 2, 20, 0.2, (32, 64, 128, 128)
    )  # fmt: skip
    assert content.notes == ()


def test_a_training_runs_moments_are_not_read(tensors, tmp_path):
    """Ten times the weights in optimizer states: the file is mapped, and they never reach memory."""
    resource = pytest.importorskip("resource", reason="this system does not count the pages that a process touches")
    moments = [torch.zeros(32 << 20) for _ in range(4)]
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", tensors, optimizer_states=[{"state": moments}])
    del moments
    assert path.stat().st_size > 1 << 29
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    checkpoint.read(path)
    touched = (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * os.sysconf("SC_PAGE_SIZE")
    assert touched < 256 << 20


def test_without_settings_the_usual_ones_are_used_and_told(tensors, tmp_path):
    content = checkpoint.read(diffste_models.lightning(tmp_path / "diffste.ckpt", tensors, scale=None))
    assert (content.sizes.text_heads, content.sizes.char_heads, content.sizes.latent_scale) == (8, 2, 0.18215)
    assert "text_heads, char_heads, latent_scale" in content.notes[0]
    torch.save(tensors, tmp_path / "bare.ckpt")
    assert checkpoint.read(tmp_path / "bare.ckpt").sizes == content.sizes


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


def test_heads_and_scale_are_read_whatever_holds_them(tensors, tmp_path):
    """As NumPy's numbers, in a namespace, in OmegaConf: never are others used in their place."""
    vae, heads = {"normalizer": np.float64(0.25)}, {"text": np.int64(4), "char": np.uint8(1)}
    for number, hyper in enumerate(
        (
            {"config": {"unet": {"attention_head_dim": heads}, "vae": vae}},
            {"config": argparse.Namespace(unet=collections.OrderedDict(attention_head_dim=heads), vae=vae)},
            argparse.Namespace(config=collections.defaultdict(dict, unet={"attention_head_dim": heads}, vae=vae)),
            {
                "config": OmegaConf.create(
                    {"unet": {"attention_head_dim": {"text": 4, "char": 1}}, "vae": {"normalizer": 0.25}}
                )
            },
        )
    ):
        path = diffste_models.lightning(tmp_path / f"{number}.ckpt", tensors, scale=None, hyper_parameters=hyper)
        sizes = checkpoint.read(path).sizes
        assert (sizes.text_heads, sizes.char_heads, sizes.latent_scale) == (4, 1, 0.25)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("unet", "attention_head_dim", [8, 8, 8, 8]), ("unet", "attention_head_dim", {"text": 8, "char": "two"}),
        ("unet", "attention_head_dim", 7.5), ("unet", "attention_head_dim", True), ("unet", "attention_head_dim", 0),
        ("vae", "normalizer", float("nan")), ("vae", "normalizer", -0.2), ("vae", "normalizer", "${scale}"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused(tensors, tmp_path, part, name, value):
    hyper = {"config": OmegaConf.create({part: {name: value}})}
    path = diffste_models.lightning(tmp_path / "a.ckpt", tensors, scale=None, hyper_parameters=hyper)
    with pytest.raises(UserError, match=r"a\.ckpt states no usable (text_heads|char_heads|latent_scale): expected a"):
        checkpoint.read(path)


def test_heads_that_do_not_share_out_the_channels_are_refused(tensors, tmp_path):
    hyper = {"config": {"unet": {"attention_head_dim": 5}}}
    path = diffste_models.lightning(tmp_path / "a.ckpt", tensors, scale=None, hyper_parameters=hyper)
    with pytest.raises(UserError, match="5 text heads do not share out 32 channels"):
        checkpoint.read(path)


def test_the_form_before_2020_is_read(tensors, tmp_path):
    path = tmp_path / "old.pt"
    torch.save({"state_dict": tensors}, path, _use_new_zipfile_serialization=False)
    content = checkpoint.read(path)
    assert all(torch.equal(tensor, tensors["unet." + name]) for name, tensor in content.unet.items())


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda tensors: {"state_dict": {f"_orig_mod.{name}": tensor for name, tensor in tensors.items()}},
        lambda tensors: {"state_dict": {name.replace(".", "._orig_mod.", 1): one for name, one in tensors.items()}},
        lambda tensors: {"module": {f"_forward_module.{name}": tensor for name, tensor in tensors.items()}},
        lambda tensors: {"module": tensors, "ds_version": "0.9"},
        lambda tensors: {"model": {"state_dict": {f"model.module.{name}": one for name, one in tensors.items()}}},
        lambda tensors: {"state_dict": {**tensors, **{f"ema.{name}": one for name, one in tensors.items()}}},
    ],
)
def test_what_trainers_wrap_is_read(tensors, tmp_path, wrapped):
    torch.save(wrapped(tensors), tmp_path / "diffste.ckpt")
    content = checkpoint.read(tmp_path / "diffste.ckpt")
    assert len(content.unet) == 1102 and len(content.vae) == 248 and len(content.text) == 196
    assert all(torch.equal(tensor, tensors["unet." + name]) for name, tensor in content.unet.items())


def test_a_file_that_holds_itself_is_refused(tmp_path):
    content = {}
    content["state_dict"] = {"model": content}
    torch.save(content, tmp_path / "diffste.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "diffste.ckpt")


def test_the_vae_is_read_under_later_names_too(tensors, tmp_path):
    later = {public: name for name, public in checkpoint.LATER.items()}
    renamed = dict(tensors)
    for name in [name for name in tensors if name.startswith("vae.") and ".attentions." in name]:
        for public, other in later.items():
            if public in name:
                renamed[name.replace(public, other)] = renamed.pop(name)
    save_file(renamed, tmp_path / "later.safetensors")
    assert "vae.encoder.mid_block.attentions.0.to_q.weight" in renamed
    content = checkpoint.read(tmp_path / "later.safetensors")
    assert all(torch.equal(tensor, tensors["vae." + name]) for name, tensor in content.vae.items())


def test_tensors_of_something_else_are_told(tensors, tmp_path):
    path = diffste_models.lightning(tmp_path / "a.ckpt", {**tensors, "ema.decay": torch.zeros(1)})
    assert checkpoint.read(path).notes == ("1 tensors that are no part of DiffSTE are not read, such as ema.decay",)


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
    "a whole layer missing": ("text_encoder.text_model.encoder.layers.11.mlp.fc2.weight", None, "is missing"),
    "too much": ("unet.mid_block.attentions.char.1.norm.bias", lambda _: torch.zeros(4), "is not known"),
    "shape": (
        "vae.decoder.conv_in.weight",
        lambda tensor: tensor[:, :3],
        r"is \[128, 3, 3, 3\], expected \[128, 4, 3, 3\]",
    ),
    "turned": ("unet.time_embedding.linear_1.weight", lambda tensor: tensor.T.contiguous(), "expected"),
    "letters": ("char_embedder.char_embedding.weight", lambda tensor: tensor[:90], r"expected \[95, 32\]"),
    "integers": ("unet.conv_out.weight", lambda tensor: tensor.to(torch.int8), "is int8, expected float32 or float16"),
    "float8": ("unet.conv_out.weight", lambda tensor: tensor.to(torch.float8_e4m3fn), "is float8_e4m3fn, expected"),
    "NaN": ("unet.conv_in.bias", filled(float("nan")), "holds values that are not numbers"),
    "infinite": ("vae.quant_conv.weight", filled(float("inf")), "holds values that are not numbers"),
    "minus infinite": ("text_encoder.text_model.final_layer_norm.bias", filled(float("-inf")), "not numbers"),
}


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_not_whole_is_neither_read_nor_converted(tensors, tmp_path, fault, zipped):
    name, how, said = BROKEN[fault]
    path = tmp_path / ("a.ckpt" if zipped else "a.safetensors")
    broken = changed(tensors, name, how)
    torch.save(broken, path) if zipped else save_file(broken, path)
    target = tmp_path / "b.safetensors"
    with pytest.raises(UserError, match=f"in its part .*{name.partition('.')[2].replace('.', '[.]')} .*{said}"):
        conversion.convert(path, target, "float16")
    assert not target.exists() and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("value", [65520.0, -1e30, 3e38])
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


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_tensors_that_share_their_numbers_are_converted(tensors, tmp_path, dtype):
    shared = {**tensors, "unet.conv_norm_out.bias": tensors["unet.conv_norm_out.weight"]}
    torch.save(shared, tmp_path / "a.ckpt")
    conversion.convert(tmp_path / "a.ckpt", tmp_path / "b.safetensors", dtype)
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


class Harm:
    """A pickle that would run a command."""

    def __reduce__(self):
        return os.system, ("touch harmed",)


class Hidden:
    """The same by way of a function that only reads attributes."""

    def __reduce__(self):
        return getattr, ("text", "upper")


@pytest.mark.parametrize("harm", [Harm(), Hidden()])
def test_a_pickle_that_asks_for_more_is_refused(tensors, tmp_path, monkeypatch, harm):
    monkeypatch.chdir(tmp_path)
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", tensors, callbacks={"state": harm})
    with pytest.raises(UserError, match=r"was refused, as it asks for (posix|nt|__builtin__)\.(system|getattr)"):
        checkpoint.read(path)
    assert not (tmp_path / "harmed").exists()


def test_a_function_beside_harmless_classes_is_refused(tensors, tmp_path, monkeypatch):
    """NumPy's arrays are let through, what runs a text is not."""
    monkeypatch.chdir(tmp_path)
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", tensors)
    # protocol 2: the global, then a tuple of one text, then REDUCE.
    crafted = b"\x80\x02cnumpy.testing._private.utils\nrunstring\nX\x0c\x00\x00\x00touch harmed\x85R."
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(tmp_path / "crafted.ckpt", "w", zipfile.ZIP_STORED) as new:
        for name, data in entries.items():
            new.writestr(name, crafted if name.endswith("data.pkl") else data)
    with pytest.raises(UserError, match=r"asks for numpy\.testing\._private\.utils\.runstring"):
        checkpoint.read(tmp_path / "crafted.ckpt")
    assert not (tmp_path / "harmed").exists()


def test_other_files_are_told_by_name(tmp_path):
    kinds = {
        "model.diffusion_model.input_blocks.0.0.weight": "a Stable Diffusion checkpoint",
        "lora_unet_down_blocks_0.lora_up.weight": "a LoRA",
        "unet.down_blocks.0.attentions.0.norm.weight": "Stable Diffusion in diffusers' form",
        "down_blocks.0.attentions.0.norm.weight": "a Stable Diffusion UNet",
        "encoder.down_blocks.0.resnets.0.conv1.weight": "a VAE",
        "text_model.final_layer_norm.weight": "a text encoder",
        "conv_first.weight": "an ESRGAN upscaler",
        "some.weight": "something else (it begins with some.weight)",
    }
    for number, (name, kind) in enumerate(kinds.items()):
        path = tmp_path / f"{number}.safetensors"
        save_file({name: torch.zeros(1)}, path)
        with pytest.raises(UserError) as refusal:
            checkpoint.read(path)
        assert kind in str(refusal.value) and path.name in str(refusal.value)


def test_damaged_files_are_refused(public, tensors, tmp_path):
    whole = public.read_bytes()
    broken = {
        "page.ckpt": (b"  <!DOCTYPE html><html>Google Drive - Virus scan warning</html>", "a web page"),
        "cut.ckpt": (whole[: len(whole) // 2], "damaged or cut off"),
        "empty.ckpt": (b"", "is empty"),
        "pointer.ckpt": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        "cut.safetensors": (b"\x10\x00\x00\x00\x00\x00\x00\x00{}", "damaged or cut off"),
        "noise.ckpt": (os.urandom(4096), "damaged or cut off"),
    }
    for name, (data, part) in broken.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UserError, match=part):
            checkpoint.read(tmp_path / name)
    without = {name: tensor for name, tensor in tensors.items() if not name.startswith("vae.")}
    save_file(without, tmp_path / "partial.safetensors")
    with pytest.raises(UserError, match="lacks the parts vae"):
        checkpoint.read(tmp_path / "partial.safetensors")
    marks = {name: tensors[name] for name in checkpoint.FINGERPRINT}
    more = {"unet.conv_in.weight": torch.zeros(1), "vae.x": torch.zeros(1), "text_encoder.x": torch.zeros(1)}
    save_file(
        {**marks, **more, "char_embedder.position_embedding.weight": torch.zeros(20, 32)}, tmp_path / "m.safetensors"
    )
    with pytest.raises(UserError, match="lacks the tensor"):
        checkpoint.read(tmp_path / "m.safetensors")
    with zipfile.ZipFile(tmp_path / "short.ckpt", "w") as file:
        for name, data in (("a/data.pkl", b"\x80\x02R."), ("a/version", b"3\n"), ("a/byteorder", b"little")):
            file.writestr(name, data)
    with pytest.raises(UserError, match="or no weight file"):
        checkpoint.read(tmp_path / "short.ckpt")
    torch.save({"state_dict": ["no", "dictionary"]}, tmp_path / "list.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "list.ckpt")
    torch.save({"state_dict": {"words": "no tensors"}}, tmp_path / "words.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "words.ckpt")
