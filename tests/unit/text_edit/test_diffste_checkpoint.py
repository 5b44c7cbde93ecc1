"""Files of DiffSTE, and files that are something else, damaged, or dangerous."""

import os
import zipfile

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import checkpoint
from dancheong.testing.models import diffste as diffste_models
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
    assert content.sizes == checkpoint.Sizes(
        (32, 64, 128, 128), 9, 4, 64, 32, 8, 2, 95, 20, 0.2, (32, 64, 128, 128)
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
    checkpoint.convert(public, target, dtype)
    before, after = checkpoint.read(public), checkpoint.read(target)
    assert after.sizes == before.sizes and after.notes == ()
    kind = checkpoint.DTYPES[dtype]
    for one, other in ((before.unet, after.unet), (before.vae, after.vae), (before.text, after.text)):
        assert one.keys() == other.keys()
        assert all(torch.equal(tensor.to(kind), other[name]) for name, tensor in one.items())
    with safe_open(target, framework="pt") as file:
        stated = {"format": "pt", "max_length": "20", "text_heads": "8", "char_heads": "2", "latent_scale": "0.2"}
        assert file.metadata() == stated and len(list(file.keys())) == 1102 + 248 + 196 + 2
    assert list(tmp_path.iterdir()) == [target]


def test_a_conversion_that_fails_leaves_nothing(public, tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"ends in \.safetensors"):
        checkpoint.convert(public, tmp_path / "diffste.ckpt", "float16")
    import safetensors.torch

    def full(tensors, path, metadata):
        with open(path, "wb") as file:
            file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(UserError, match="No space left on device"):
        checkpoint.convert(public, tmp_path / "diffste.safetensors", "float16")
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


def test_what_a_shell_stores_is_never_run(tensors, tmp_path, monkeypatch):
    """A class under a name that is let through as a shell, with a call in its own pickle."""
    monkeypatch.chdir(tmp_path)
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", tensors)
    # protocol 2: the global, then a tuple of one text, then REDUCE.
    crafted = b"\x80\x02cnumpy.testing._private.utils\nrunstring\nX\x0c\x00\x00\x00touch harmed\x85R."
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(tmp_path / "crafted.ckpt", "w", zipfile.ZIP_STORED) as new:
        for name, data in entries.items():
            new.writestr(name, crafted if name.endswith("data.pkl") else data)
    with pytest.raises(UserError, match="not a DiffSTE file"):
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
    with pytest.raises(UserError, match="damaged or no checkpoint"):
        checkpoint.read(tmp_path / "short.ckpt")
    torch.save({"state_dict": ["no", "dictionary"]}, tmp_path / "list.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "list.ckpt")
    torch.save({"state_dict": {"words": "no tensors"}}, tmp_path / "words.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "words.ckpt")
