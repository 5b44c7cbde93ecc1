"""Sizes, titles and print files through ComfyUI's own executor."""

import threading
import time
import unicodedata

import numpy as np
import pytest
import torch
from PIL import Image


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


def page(comfy, **values):
    return comfy.node("DancheongTrimSize", **values)[0]


def test_the_trim_size_of_the_walk(comfy):
    trim, width, height, report = comfy.node("DancheongTrimSize", preset="sinkukpan")
    assert trim.pixels == (1866, 2728)
    assert (width % 16, height % 16) == (0, 0)
    assert "1866 x 2728 px" in report
    assert page(comfy, preset="custom", width_mm=210.0, height_mm=297.0, bleed_mm=0.0).pixels == (2480, 3508)


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_without_a_model_the_size_is_exact_and_the_report_says_so(comfy, fit):
    image, mask, report = comfy.node("DancheongUpscaleToSize", image=noise(2, 30, 50), width=173, height=91, fit=fit)
    assert image.shape == (2, 91, 173, 3) and image.min() >= 0 and image.max() <= 1
    assert "No upscale model" in report and "173 x 91 px" in report
    assert mask.any() == (fit == "contain")
    assert ("White paper" in report, "Cropped" in report) == (fit == "contain", fit == "cover")


def test_a_trim_goes_before_width_and_height(comfy):
    trim = page(comfy, preset="custom", width_mm=30.0, height_mm=40.0, bleed_mm=3.0, dpi=100)
    image, _, report = comfy.node("DancheongUpscaleToSize", image=noise(1, 60, 50), trim=trim)
    assert image.shape == (1, 181, 142, 3)
    assert "outer 3 mm of the picture on each side are bleed" in report


def load_model(comfy, name):
    return comfy.node("UpscaleModelLoader", model_name=name)[0]


@pytest.mark.parametrize(("name", "scale"), [("tiny_x4.safetensors", 4), ("tiny_x2.safetensors", 2)])
@pytest.mark.parametrize("mode", ["fast", "balanced", "max"])
def test_core_upscale_models(comfy, name, scale, mode):
    model = load_model(comfy, name)
    image, _, report = comfy.node(
        "DancheongUpscaleToSize", image=noise(2, 20, 16), upscale_model=model, width=150, height=190, mode=mode
    )
    assert image.shape == (2, 190, 150, 3)
    assert f"x{scale}" in report and report.count("(model)") >= 1


def test_a_model_gives_what_core_gives(comfy):
    """Against ComfyUI's own node, one tile, at the model's own factor."""
    model, image = load_model(comfy, "tiny_x4.safetensors"), noise(1, 40, 30)
    (core,) = comfy.node("ImageUpscaleWithModel", upscale_model=model, image=image)
    ours = comfy.node("DancheongUpscaleToSize", image=image, upscale_model=model, width=120, height=160)[0]
    assert (ours - core).abs().max() <= 1e-6


def test_a_smaller_target_does_not_use_the_model(comfy):
    model = load_model(comfy, "tiny_x4.safetensors")
    report = comfy.node("DancheongUpscaleToSize", image=noise(1, 90, 90), upscale_model=model, width=40, height=40)[2]
    assert "It was not used" in report and "(model)" not in report


def test_transparency_comes_along_as_mask(comfy):
    image = noise(1, 20, 20, 4)
    image[..., 3] = 1
    image[:, :10, :, 3] = 0
    mask = comfy.node("DancheongUpscaleToSize", image=image, width=60, height=60)[1][0]
    assert mask[:25].min() > 1 - 1e-6 and mask[35:].max() < 1e-6


def test_out_of_memory_on_a_tile_changes_no_pixel(comfy, monkeypatch):
    model, image = load_model(comfy, "tiny_x4.safetensors"), noise(1, 60, 90)
    whole = comfy.node("DancheongUpscaleToSize", image=image, upscale_model=model, width=360, height=240)[0]
    forward, calls = type(model.model).forward, []

    def failing(self, x):
        calls.append(x.shape)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("no memory on this device")
        return forward(self, x)

    monkeypatch.setattr(type(model.model), "forward", failing)
    tiled = comfy.node("DancheongUpscaleToSize", image=image, upscale_model=model, width=360, height=240)[0]
    assert len(calls) == 3
    assert (tiled - whole).abs().max() <= 1e-5


def test_an_interrupt_is_answered_between_layers(comfy, monkeypatch):
    model, image = load_model(comfy, "tiny_x4.safetensors"), noise(1, 60, 90)
    layers = [module for module in model.model.modules() if isinstance(module, torch.nn.Conv2d)]
    reached = []
    layers[2].register_forward_hook(lambda *_: comfy.model_management.interrupt_current_processing())
    layers[4].register_forward_hook(lambda *_: reached.append(True))
    outcome = comfy.try_node("DancheongUpscaleToSize", image=image, upscale_model=model, width=360, height=240)
    assert outcome.interrupted and not reached
    for module in (layers[2], layers[4]):
        module._forward_hooks.clear()
    assert not any(module._forward_pre_hooks for module in model.model.modules())
    assert comfy.node("DancheongUpscaleToSize", image=image, upscale_model=model, width=360, height=240)


def test_work_inside_a_library_call_is_interrupted(comfy, monkeypatch):
    progress = comfy.module("nodes.host.progress")
    threading.Timer(0.3, comfy.model_management.interrupt_current_processing).start()
    start = time.monotonic()
    with pytest.raises(comfy.model_management.InterruptProcessingException):
        progress.interruptibly(time.sleep, 20)
    assert time.monotonic() - start < 3


def test_what_library_work_raises_and_returns_comes_through(comfy):
    progress = comfy.module("nodes.host.progress")
    assert progress.interruptibly(divmod, 7, 3) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        progress.interruptibly(divmod, 7, 0)


def test_a_title_changes_only_where_its_letters_are(comfy):
    image = noise(2, 300, 200)
    result, layer, mask, report = comfy.node("DancheongTypesetTitle", image=image, title="\ub2ec\ube5b")
    assert layer.shape == (2, 300, 200, 4) and mask.shape == (2, 300, 200)
    assert torch.equal(result[mask == 0], image[mask == 0]) and not torch.equal(result, image)
    assert torch.equal(layer[..., 3], mask)
    assert report.startswith("Font ") and "letters 24 px" in report


def test_decomposed_hangul_is_set_composed(comfy):
    """macOS file names and some editors give NFD; most fonts draw it as separate jamo."""
    text = "\ub2ec\ube5b \uc544\ub798"
    image = noise(1, 200, 300)
    composed = comfy.node("DancheongTypesetTitle", image=image, title=text)[0]
    assert torch.equal(
        composed, comfy.node("DancheongTypesetTitle", image=image, title=unicodedata.normalize("NFD", text))[0]
    )


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"title": "\U0001f600", "font": "NanumGothicExtraBold.ttf"}, "U+1F600 GRINNING FACE"),
        ({"title": "a", "colour": "reddish"}, "Expected a colour such as #ffcc00 or white for 'colour', got 'reddish'"),
        ({"title": "a", "font": "nowhere.ttf"}, "font: 'nowhere.ttf' not in"),
        ({"title": "a b " * 4000}, "does not fit"),
    ],
)
def test_bad_titles_are_explained(comfy, inputs, message):
    assert message in comfy.try_node("DancheongTypesetTitle", image=noise(1, 300, 200), **inputs).error


@pytest.mark.parametrize("file_format", ["png", "tiff", "jpeg", "pdf"])
def test_a_batch_becomes_as_many_files(comfy, file_format):
    trim = page(comfy, preset="custom", width_mm=20.0, height_mm=30.0, bleed_mm=0.0, dpi=100)
    image = noise(3, *trim.pixels[::-1])
    outcome = comfy.try_node("DancheongSavePrint", image=image, trim=trim, format=file_format, filename_prefix="t/x")
    assert not outcome.error, outcome.error
    paths = outcome.captured["out1"].splitlines()
    assert len(set(paths)) == 3
    assert torch.equal(outcome.captured["out0"], image)
    if file_format != "pdf":
        pixels = np.asarray(Image.open(paths[2]))
        difference = np.abs(pixels.astype(int) - (image[2].numpy() * 255).round())
        assert difference.max() == 0 if file_format != "jpeg" else difference.mean() < 12
    assert [file["type"] for file in outcome.shown["node"]["files"]] == ["output"] * 3


def test_files_are_never_overwritten(comfy):
    trim = page(comfy, preset="custom", width_mm=20.0, height_mm=30.0, bleed_mm=0.0, dpi=100)
    paths = [
        comfy.node("DancheongSavePrint", image=noise(1, *trim.pixels[::-1]) * n, trim=trim, filename_prefix="t/again")[
            1
        ]
        for n in (0.3, 0.6)
    ]
    assert paths[0] != paths[1]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"format": "bmp"}, "Expected one of pdf, png, tiff, jpeg, got 'bmp'"),
        ({"filename_prefix": "../../outside"}, "outside the output folder"),
    ],
)
def test_bad_print_jobs_are_explained(comfy, inputs, message):
    trim = page(comfy, preset="custom", width_mm=20.0, height_mm=30.0, bleed_mm=0.0, dpi=100)
    outcome = comfy.try_node("DancheongSavePrint", image=noise(1, *trim.pixels[::-1]), trim=trim, **inputs)
    assert message in outcome.error


def test_another_size_is_refused(comfy):
    outcome = comfy.try_node("DancheongSavePrint", image=noise(1, 40, 40), trim=page(comfy))
    assert "got 40 x 40 px: put Upscale to Size before" in outcome.error
