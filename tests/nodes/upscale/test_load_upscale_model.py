"""Upscale models loaded with denoise, checked, stamped and refused, through ComfyUI's executor."""

import pytest
import torch
from dancheong.testing.models.upscale import compact
from dancheong.testing.models.weights import save

LOAD = "DancheongLoadUpscaleModel"


@pytest.fixture
def folder(base):
    return base / "models" / "upscale_models"


def noise(batch, height, width):
    return torch.rand(batch, height, width, 3, generator=torch.Generator().manual_seed(0))


def test_loading_with_denoise(comfy, folder):
    save(compact(1, scale=2), folder / "keeps_noise.safetensors")
    model, report = comfy.node(
        LOAD,
        model_name="tiny_x2.safetensors",
        noise_model="keeps_noise.safetensors",
        denoise=0.25,
    )
    assert "RealESRGAN Compact x2 (8nf, 1nc). Blended: 0.25 of it, 0.75 of keeps_noise.safetensors." in report
    assert comfy.node("ImageUpscaleWithModel", upscale_model=model, image=noise(1, 8, 8))[0].shape == (1, 16, 16, 3)


@pytest.mark.parametrize("name", ["first.safetensors", "twin.safetensors"])
def test_a_replaced_file_is_read_again(comfy, folder, name):
    """Whichever of the two it is; ComfyUI asks the node before it takes what it kept."""
    for number, each in enumerate(("first.safetensors", "twin.safetensors")):
        save(compact(number, scale=2), folder / each)
    node = comfy.nodes.NODE_CLASS_MAPPINGS[LOAD]
    asked = {"model_name": "first.safetensors", "noise_model": "twin.safetensors", "denoise": 0.5}
    before = node.fingerprint_inputs(**asked)
    assert node.fingerprint_inputs(**asked) == before
    save(compact(7, scale=2), folder / name)
    assert node.fingerprint_inputs(**asked) != before


@pytest.mark.parametrize("name", ["model_name", "noise_model"])
def test_a_file_that_is_not_there_is_told_before_any_work(comfy, name):
    asked = {"model_name": "tiny_x4.safetensors", "noise_model": "none", name: "gone.pth"}
    # ComfyUI names the input where the node itself was not run.
    assert (
        f"{name} - There is no upscale model 'gone.pth' in models/upscale_models: run `dancheong models get "
        "realesrgan-x4plus`, or put a file there, and reload the editor."
    ) in comfy.try_node(LOAD, **asked).error


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"scale": 1}, "Expected an upscale model that enlarges, got one of scale 1: choose another."),
        ({"scale": 2, "channels": 4}, "(3 or 1 channels in and out), got 4 in, 4 out: choose another."),
    ],
)
def test_models_that_cannot_enlarge_pictures_are_refused(comfy, folder, shape, message):
    weights = compact(**shape)
    save(weights, folder / "other.safetensors")
    model = comfy.node(LOAD, model_name="other.safetensors")[0]
    asked = {"image": noise(1, 20, 20), "upscale_model": model, "width": 40, "height": 40}
    assert message in comfy.try_node("DancheongUpscaleToSize", **asked).error
    assert message in comfy.try_node("DancheongUpscaleToFile", **asked).error
