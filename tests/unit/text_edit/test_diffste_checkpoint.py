"""Files of DiffSTE in every form that trainers leave, and what they state of heads and scale."""

import argparse
import collections
import os

import numpy as np
import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import checkpoint, layout
from dancheong.testing.models import diffste as diffste_models
from omegaconf import OmegaConf
from safetensors.torch import save_file


def test_the_public_form_is_read(public, tensors):
    content = checkpoint.read(public)
    assert len(content.unet) == 1102 and len(content.vae) == 248 and len(content.text) == 196
    for prefix, part in (("unet.", content.unet), ("vae.", content.vae), ("text_encoder.", content.text)):
        assert all(torch.equal(tensor, tensors[prefix + name]) for name, tensor in part.items())
    assert torch.equal(content.characters, tensors["char_embedder.char_embedding.weight"])
    assert content.sizes == layout.Sizes((32, 64, 32, 32), 64, 32, 8, 2, 20, 0.2, (32, 64, 32, 32))
    assert content.notes == ()


def test_a_training_runs_moments_are_not_read(tensors, tmp_path):
    """Several times the weights in optimizer states: the file is mapped, and they never reach memory."""
    resource = pytest.importorskip("resource", reason="this system does not count the pages that a process touches")
    moments = [torch.zeros(8 << 20) for _ in range(4)]
    path = diffste_models.lightning(tmp_path / "diffste.ckpt", tensors, optimizer_states=[{"state": moments}])
    del moments
    assert path.stat().st_size > 1 << 27
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    checkpoint.read(path)
    touched = (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * os.sysconf("SC_PAGE_SIZE")
    assert touched < 32 << 20


def test_without_settings_the_usual_ones_are_used_and_told(tensors, tmp_path):
    content = checkpoint.read(diffste_models.lightning(tmp_path / "diffste.ckpt", tensors, scale=None))
    assert (content.sizes.text_heads, content.sizes.char_heads, content.sizes.latent_scale) == (8, 2, 0.18215)
    assert "text_heads, char_heads, latent_scale" in content.notes[0]
    torch.save(tensors, tmp_path / "bare.ckpt")
    assert checkpoint.read(tmp_path / "bare.ckpt").sizes == content.sizes


def test_heads_and_scale_are_read_whatever_holds_them(tensors, tmp_path):
    """As NumPy's numbers, in a namespace, in OmegaConf: never are others used in their place."""
    vae, heads = {"normalizer": np.float64(0.25)}, {"text": np.int64(4), "char": np.uint8(1)}
    for number, hyper in enumerate(
        (
            {"config": {"unet": {"attention_head_dim": heads}, "vae": vae}},
            argparse.Namespace(
                config=collections.defaultdict(dict, unet=collections.OrderedDict(attention_head_dim=heads), vae=vae)
            ),
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
def test_a_setting_that_cannot_be_is_refused(shaping, tmp_path, part, name, value):
    hyper = {"config": OmegaConf.create({part: {name: value}})}
    path = diffste_models.lightning(tmp_path / "a.ckpt", shaping, scale=None, hyper_parameters=hyper)
    with pytest.raises(UserError, match=r"a\.ckpt states no usable (text_heads|char_heads|latent_scale): expected a"):
        checkpoint.read(path)


def test_heads_that_do_not_share_out_the_channels_are_refused(shaping, tmp_path):
    hyper = {"config": {"unet": {"attention_head_dim": 5}}}
    path = diffste_models.lightning(tmp_path / "a.ckpt", shaping, scale=None, hyper_parameters=hyper)
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
        lambda tensors: {
            "module": {f"_forward_module.{name}": one for name, one in tensors.items()},
            "ds_version": "0.9",
        },
        lambda tensors: {"model": {"state_dict": {f"model.module.{name}": one for name, one in tensors.items()}}},
        lambda tensors: {"state_dict": {**tensors, **{f"ema.{name}": one for name, one in tensors.items()}}},
    ],
)
def test_what_trainers_wrap_is_read(tensors, tmp_path, wrapped):
    torch.save(wrapped(tensors), tmp_path / "diffste.ckpt")
    content = checkpoint.read(tmp_path / "diffste.ckpt")
    assert len(content.unet) == 1102 and len(content.vae) == 248 and len(content.text) == 196
    assert all(torch.equal(tensor, tensors["unet." + name]) for name, tensor in content.unet.items())


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
