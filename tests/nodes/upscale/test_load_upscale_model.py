"""Upscale models loaded with denoise, checked, stamped and refused, through ComfyUI's executor."""

import pytest
import torch
from dancheong.testing.models import ncnn_pairs
from dancheong.testing.models.ncnn_pairs import Style
from dancheong.testing.models.upscale import compact, rrdb
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


def test_an_ncnn_pair_loads_by_either_name(comfy, folder):
    ncnn_pairs.compact(compact(4, scale=2), folder / "pair.param", Style(half=False), reduced=0.5)
    save(compact(4, scale=2), folder / "same.safetensors")
    asked = {"noise_model": "none", "denoise": 1.0}
    loaded = {
        name: comfy.node(LOAD, model_name=name, **asked) for name in ("pair.param", "pair.bin", "same.safetensors")
    }
    picture = noise(1, 9, 7)
    enlarged = {
        name: comfy.node("ImageUpscaleWithModel", upscale_model=model, image=picture)[0]
        for name, (model, _) in loaded.items()
    }
    assert torch.equal(enlarged["pair.param"], enlarged["same.safetensors"])
    assert torch.equal(enlarged["pair.bin"], enlarged["same.safetensors"])
    for name in ("pair.param", "pair.bin"):
        assert f"{name}: RealESRGAN Compact x2 (8nf, 1nc). pair.param reduces what the network" in loaded[name][1]


def test_pairs_are_offered_here_and_not_by_other_loaders(comfy, folder):
    ncnn_pairs.compact(compact(4, scale=2), folder / "offered.param")

    def offered(name):
        return comfy.nodes.NODE_CLASS_MAPPINGS[name].INPUT_TYPES()["required"]["model_name"]

    assert "offered.param" in str(offered(LOAD))
    assert "offered.param" not in str(offered("UpscaleModelLoader"))


@pytest.mark.parametrize("ending", [".param", ".bin"])
@pytest.mark.parametrize("chosen", ["stamped.param", "stamped.bin"])
def test_either_file_of_a_pair_that_is_replaced_is_read_again(comfy, folder, ending, chosen):
    path = ncnn_pairs.compact(compact(4, scale=2), folder / "stamped.param")
    node = comfy.nodes.NODE_CLASS_MAPPINGS[LOAD]
    asked = {"model_name": chosen, "noise_model": "none", "denoise": 1.0}
    before = node.fingerprint_inputs(**asked)
    assert node.fingerprint_inputs(**asked) == before
    other = path.with_suffix(ending)
    other.write_bytes(other.read_bytes() + b"\n")
    assert node.fingerprint_inputs(**asked) != before


def test_a_twin_may_be_a_pair(comfy, folder):
    save(compact(1, scale=2), folder / "first.safetensors")
    ncnn_pairs.compact(compact(2, scale=2), folder / "twin.param", Style(half=False))
    model, _ = comfy.node(LOAD, model_name="first.safetensors", noise_model="twin.param", denoise=0.0)
    expected = torch.from_numpy(compact(2, scale=2)["body.0.weight"])
    assert torch.equal(model.model.state_dict()["body.0.weight"], expected)


def test_what_is_left_out_stands_in_the_report(comfy, folder):
    weights = {key: torch.from_numpy(array) for key, array in rrdb().items()}
    torch.save({"model": {"params": weights, "params_ema": weights}}, folder / "two.pth")
    torch.save({"whatever": {**weights, "extra.weight": torch.ones(3)}}, folder / "more.pth")
    asked = {"noise_model": "none", "denoise": 1.0}
    said = comfy.node(LOAD, model_name="two.pth", **asked)[1]
    assert "It holds several networks: model.params_ema is used, model.params is not." in said
    said = comfy.node(LOAD, model_name="more.pth", **asked)[1]
    assert "Not used are 1 tensors that the network does not have, such as extra.weight." in said


def test_a_tensor_too_many_for_a_strict_network_is_named(comfy, folder):
    weights = {key: torch.from_numpy(array) for key, array in compact(1, scale=2).items()}
    torch.save({**weights, "extra.weight": torch.ones(3)}, folder / "strict.pth")
    error = comfy.try_node(LOAD, model_name="strict.pth", noise_model="none", denoise=1.0).error
    assert 'Unexpected key(s) in state_dict: "extra.weight"' in error


@pytest.mark.parametrize("name", ["model_name", "noise_model"])
def test_a_file_that_is_not_there_is_told_before_any_work(comfy, name):
    asked = {"model_name": "tiny_x4.safetensors", "noise_model": "none", name: "gone.pth"}
    # ComfyUI names the input where the node itself was not run.
    assert (
        f"{name} - There is no upscale model 'gone.pth' in models/upscale_models: run `dancheong models get "
        "realesr-animevideov3` (light) or `... realesrgan-x4plus`, or put a file there, and reload the editor."
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
