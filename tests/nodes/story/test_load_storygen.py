"""Load StoryGen as ComfyUI runs it: every form of the file, and what it refuses."""

import pytest
import torch
from dancheong.testing.models import kept
from safetensors.torch import save_file

LOAD = "DancheongLoadStoryGen"
BLOCK = "mid_block.attentions.0.transformer_blocks.0"


@pytest.fixture
def folder(base):
    folder = base / "models" / "storygen"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def own(tensors):
    return {name: at for name, at in tensors.items() if any(part in name for part in (".attn1.", ".attn3.", ".norm4."))}


def loaded(comfy, name, **inputs):
    storygen, report = comfy.node(LOAD, file=name, **inputs)
    return storygen.weights.blocks, report


def same(blocks, tensors):
    return all(
        torch.equal(at, tensors[f"{place}.transformer_blocks.0.{name}"])
        for place, parts in blocks.items()
        for name, at in parts.items()
    )


def test_every_form_of_the_file_gives_the_same_weights(comfy, folder, tensors):
    public = folder / "checkpoint_COCO" / "unet"
    public.mkdir(parents=True, exist_ok=True)
    torch.save(tensors, public / "diffusion_pytorch_model.bin")
    (folder / "checkpoint_COCO" / "vae").mkdir()
    (folder / "checkpoint_COCO" / "vae" / "diffusion_pytorch_model.bin").write_bytes(b"")
    save_file(own(tensors), folder / "adapter.safetensors", {"stage": "multi-image"})
    torch.save({"module": {f"module.{name}": at for name, at in tensors.items()}}, folder / "wrapped.bin")
    offered = comfy.module("nodes.story.comfy_files").MODELS.names()
    assert "checkpoint_COCO/" in offered and not any("vae" in name for name in offered)
    for name, stage in (
        ("checkpoint_COCO/", "multi-image (of the file)"),
        ("checkpoint_COCO/unet/diffusion_pytorch_model.bin", "multi-image (of the file)"),
        ("adapter.safetensors", "multi-image (of the file)"),
        ("wrapped.bin", "auto-regressive (assumed, as the file does not say)"),
    ):
        blocks, report = loaded(comfy, name)
        assert len(blocks) == 16 and same(blocks, tensors)
        assert f"Stage {stage}." in report
        assert "16 blocks of widths 32, 64, 96" in report
    assert "Stage multi-image (chosen)." in loaded(comfy, "wrapped.bin", stage="multi-image")[1]
    assert "606 tensors that are Stable Diffusion's are not read" in report


def test_what_is_missing_wrong_or_foreign_is_named(comfy, folder, tensors):
    def refusal(**changes):
        held = {name: at for name, at in (tensors | changes).items() if at is not None}
        save_file(held, folder / "broken.safetensors")
        return comfy.try_node(LOAD, file="broken.safetensors").error

    name = f"{BLOCK}.attn3.to_q.weight"
    assert f"{name} is missing" in refusal(**{name: None})
    assert f"{name} is [96, 32], expected [96, 96]" in refusal(**{name: tensors[name][:, :32].contiguous()})
    assert f"{name} is int64, expected float32" in refusal(**{name: torch.zeros(96, 96, dtype=torch.int64)})
    assert f"{name} holds values that are no numbers" in refusal(**{name: tensors[name] / 0})
    assert f"{BLOCK}.norm4.weight is missing" in refusal(**{f"{BLOCK}.norm4.weight": None})
    everything = {one: None for one in tensors if ".attn3." in one and not one.startswith("up_blocks")}
    assert "is missing" in refusal(**everything) and "more; get it again" in refusal(**everything)
    save_file(tensors | {"pose_guider.weight": torch.zeros(1)}, folder / "foreign.safetensors")
    assert "1 tensors are not known and not used, such as pose_guider.weight" in loaded(comfy, "foreign.safetensors")[1]


def test_what_is_no_storygen_is_told(comfy, folder, tensors, supplies):
    stock = {name: at for name, at in tensors.items() if ".attn3." not in name and ".norm4." not in name}
    save_file(stock, folder / "stock.safetensors")
    save_file({f"model.diffusion_model.{name}": torch.zeros(1) for name in "ab"}, folder / "checkpoint.safetensors")
    kept.put(supplies.put("book_cover.safetensors"), folder / "lora.safetensors")
    save_file({"thing": torch.zeros(1)}, folder / "other.safetensors")
    (folder / "page.bin").write_bytes(b"<!doctype html>")
    for name, kind in (
        ("stock.safetensors", "a Stable Diffusion network without StoryGen's image attention (attn3, norm4)"),
        ("checkpoint.safetensors", "a Stable Diffusion checkpoint without StoryGen's image attention"),
        ("lora.safetensors", "a LoRA: expected StoryGen"),
        ("other.safetensors", "something else (it begins with thing)"),
        ("page.bin", "a web page"),
    ):
        assert kind in comfy.try_node(LOAD, file=name).error
        (folder / name).unlink()
    assert "run `dancheong models get storygen`" in comfy.try_node(LOAD, file="nowhere.bin").error


def test_an_unusual_number_of_blocks_is_told(comfy, folder, tensors):
    save_file({name: at for name, at in own(tensors).items() if not name.startswith("up")}, folder / "few.safetensors")
    blocks, report = loaded(comfy, "few.safetensors")
    assert len(blocks) == 7 and "the published StoryGen has 16 blocks, this one 7" in report
