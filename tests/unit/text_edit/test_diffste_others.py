"""Files that are something else than DiffSTE, damaged, or dangerous."""

import os
import zipfile

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import checkpoint
from dancheong.testing.models import diffste as diffste_models
from safetensors.torch import save_file


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


def test_a_file_that_holds_itself_is_refused(tmp_path):
    content = {}
    content["state_dict"] = {"model": content}
    torch.save(content, tmp_path / "diffste.ckpt")
    with pytest.raises(UserError, match="without tensors"):
        checkpoint.read(tmp_path / "diffste.ckpt")


class Harm:
    """A pickle that would run a command."""

    def __reduce__(self):
        return os.system, ("touch harmed",)


class Hidden:
    """The same by way of a function that only reads attributes."""

    def __reduce__(self):
        return getattr, ("text", "upper")


@pytest.mark.parametrize("harm", [Harm(), Hidden()])
def test_a_pickle_that_asks_for_more_is_refused(shaping, tmp_path, monkeypatch, harm):
    monkeypatch.chdir(tmp_path)
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", shaping, callbacks={"state": harm})
    with pytest.raises(UserError, match=r"was refused, as it asks for (posix|nt|__builtin__)\.(system|getattr)"):
        checkpoint.read(path)
    assert not (tmp_path / "harmed").exists()


def test_a_function_beside_harmless_classes_is_refused(shaping, tmp_path, monkeypatch):
    """NumPy's arrays are let through, what runs a text is not."""
    monkeypatch.chdir(tmp_path)
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", shaping)
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
