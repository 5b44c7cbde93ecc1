"""Transparent and grey pictures through ComfyUI's own executor."""

from pathlib import Path

import numpy as np
import pytest
import torch
from dancheong.testing.models.upscale import compact
from dancheong.testing.models.weights import save
from PIL import Image

NODE = "DancheongUpscaleToSize"
FILE = "DancheongUpscaleToFile"
LEVEL = 1 / 255
GREY = "Grey stays grey: colour that the model adds is left out."
RIM = "Transparent parts have the colours of what is seen beside them, so that it gets no rim."


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


def load_model(comfy, name="tiny_x4.safetensors"):
    return comfy.node("DancheongLoadUpscaleModel", model_name=name)[0]


def disc(size, colour, hidden):
    """`[1,size,size,4]`: a disc of one colour cut out hard; `hidden` lies under the rest."""
    axis = torch.arange(size) - (size - 1) / 2
    inside = (axis[:, None] ** 2 + axis**2).sqrt()[..., None] < size / 3
    colours = torch.where(inside, torch.tensor(colour), torch.tensor(hidden))
    return torch.cat((colours, inside.float()), -1)[None]


@pytest.mark.parametrize("name", ["", "tiny_x4.safetensors", "tiny_x2.safetensors"])
@pytest.mark.parametrize("alpha", ["resample", "model"])
@pytest.mark.parametrize("mode", ["balanced", "fast", "max"])
@pytest.mark.parametrize(("width", "height"), [(160, 160), (300, 250), (25, 25)])
def test_a_disc_cut_out_has_the_colours_of_the_whole_sheet(comfy, name, alpha, mode, width, height):
    model = {"upscale_model": load_model(comfy, name)} if name else {}
    asked = {"width": width, "height": height, "alpha": alpha, "mode": mode, **model}
    white, black = (comfy.node(NODE, image=disc(40, (0.8, 0.3, 0.1), (side,) * 3), **asked) for side in (1.0, 0.0))
    sheet = comfy.node(NODE, image=torch.tensor([0.8, 0.3, 0.1]).expand(1, 40, 40, 3), **asked)
    assert (white[0] - sheet[0]).abs().max() <= 0.01 * LEVEL
    assert torch.equal(white[0], black[0]) and torch.equal(white[1], black[1])
    assert RIM in white[2] and RIM not in sheet[2]


def test_a_file_has_no_rim_either(comfy):
    asked = {"image": disc(40, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)), "width": 120, "height": 120}
    path, _, report = comfy.node(FILE, **asked, format="png", bits="8", filename_prefix="t/disc")
    pixels = np.asarray(Image.open(path))
    assert RIM in report and pixels.shape == (120, 120, 4) and (pixels[..., :3] == 255).all()
    assert pixels[..., 3].min() == 0 and pixels[..., 3].max() == 255
    Path(path).unlink()


@pytest.mark.parametrize("alpha", ["resample", "model"])
@pytest.mark.parametrize("name", ["", "tiny_x4.safetensors"])
def test_an_opaque_picture_is_enlarged_as_without_alpha(comfy, alpha, name):
    model = {"upscale_model": load_model(comfy, name)} if name else {}
    image = noise(2, 30, 20)
    asked = {"width": 70, "height": 100, **model}
    plain = comfy.node(NODE, image=image, **asked)
    opaque = comfy.node(NODE, image=torch.cat((image, torch.ones(2, 30, 20, 1)), -1), alpha=alpha, **asked)
    assert torch.equal(plain[0], opaque[0]) and RIM not in opaque[2]


@pytest.mark.parametrize("mode", ["balanced", "fast", "max"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_grey_is_grey_in_any_number_of_channels(comfy, mode, channels):
    """The tiny network alone gives grey a cast."""
    model, grey = load_model(comfy), noise(2, 20, 30, 1)
    image = grey.expand(-1, -1, -1, 3) if channels > 1 else grey
    image = torch.cat((image, torch.ones_like(grey)), -1) if channels == 4 else image
    asked = {"upscale_model": model, "width": 200, "height": 150, "mode": mode}
    result, _, report = comfy.node(NODE, image=image, **asked)
    assert torch.equal(result[..., 0], result[..., 1]) and torch.equal(result[..., 0], result[..., 2])
    assert torch.equal(result, comfy.node(NODE, image=grey, **asked)[0])
    assert GREY in report
    (core,) = comfy.node("ImageUpscaleWithModel", upscale_model=model, image=grey.expand(-1, -1, -1, 3))
    assert (core.amax(-1) - core.amin(-1)).max() > 8 * LEVEL


def test_of_a_batch_each_picture_is_judged_alone(comfy):
    model, image = load_model(comfy), noise(3, 20, 30)
    image[1] = image[1, ..., :1]
    asked = {"upscale_model": model, "width": 120, "height": 80}
    outcome = comfy.try_node(NODE, image=image, **asked)
    result, _, report = (outcome.captured[f"out{index}"] for index in range(3))
    assert torch.equal(result[1, ..., 0], result[1, ..., 2]) and "1 of 3 pictures are grey and stay so" in report
    for number in (0, 2):
        alone = comfy.node(NODE, image=image[number : number + 1], **asked)
        assert torch.equal(result[number], alone[0][0]) and "rey" not in alone[2]
    assert outcome.progress[-1][0] == outcome.progress[-1][1]


def test_a_model_for_grey_pictures_sees_a_grey_one_once(comfy, base):
    save(compact(3, scale=2, channels=1), base / "models" / "upscale_models" / "grey.safetensors")
    model, image = load_model(comfy, "grey.safetensors"), noise(3, 20, 30)
    image[1] = image[1, ..., :1]
    outcome = comfy.try_node(NODE, image=image, upscale_model=model, width=60, height=40)
    assert outcome.progress[-1][0] == outcome.progress[-1][1] == (3 + 1 + 3) * 20 * 30
    expected = model(image[1, ..., 0][None, None])[0, 0]
    assert (outcome.captured["out0"][1, ..., 0] - expected).abs().max() <= 1e-5


def test_grey_without_a_model_is_resampled_as_it_is(comfy):
    image = noise(1, 20, 30, 1).expand(-1, -1, -1, 3) + torch.tensor([0.0, 0.2, 0.4]) * LEVEL
    result, _, report = comfy.node(NODE, image=image.clamp(0, 1), width=60, height=40)
    assert (result.amax(-1) - result.amin(-1)).max() > 0.3 * LEVEL and "rey" not in report
