"""The walk through ComfyUI's own executor: what goes in, what comes out, what is said about bad input."""

import json
import re
import threading
import time

import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture(scope="module")
def sample(cover):
    return torch.from_numpy(np.array(Image.open(cover))).float()[None] / 255


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


def page(comfy, **values):
    return comfy.node("DancheongTrimSize", **values)[0]


# OCR and erasing


def test_pseudo_text_is_found_erased_and_not_found_again(comfy, sample):
    mask, regions, overlay, count = comfy.node("DancheongOCRTextMask", image=sample, shape="stroke", grow=6.0)
    assert count == 5 and json.loads(regions)[0]["engine"] == "rapidocr"
    assert overlay.shape == sample.shape and mask.shape == sample.shape[:3]
    (clean,) = comfy.node("DancheongEraseMasked", image=sample, mask=mask)
    assert torch.equal(clean[mask == 0], sample[mask == 0])
    assert not torch.equal(clean, sample)
    left, _, _, count = comfy.node("DancheongOCRTextMask", image=clean)
    assert count == 0 and not left.any()


def test_rules_reach_the_mask(comfy, sample):
    everything = comfy.node("DancheongOCRTextMask", image=sample)
    large = comfy.node("DancheongOCRTextMask", image=sample, min_height=80.0)
    assert large[3] == 1 and large[0].sum() < everything[0].sum()
    assert [region["masked"] for region in json.loads(large[1])[0]["regions"]].count(True) == 1


def test_hangul_rules_are_refused_as_long_as_nothing_reads_hangul(comfy, sample):
    outcome = comfy.try_node("DancheongOCRTextMask", image=sample, keep="\uc18d\ubcf4")
    assert "contains Hangul, which the engine rapidocr finds but cannot read" in outcome.error


@pytest.mark.parametrize("method", ["telea", "ns"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_outside_of_the_mask_every_bit_stays(comfy, method, channels):
    image = noise(3, 90, 120, channels)
    mask = torch.zeros(1, 90, 120)
    mask[:, 30:50, 40:70] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, method=method)
    outside = mask.expand(3, 90, 120) == 0
    assert torch.equal(clean[outside], image[outside])
    assert not torch.equal(clean[~outside], image[~outside])
    assert torch.equal(clean[..., 3:], image[..., 3:])


def test_values_outside_the_range_survive_where_nothing_is_erased(comfy):
    image = noise(1, 40, 40) * 3 - 1
    mask = torch.zeros(1, 40, 40)
    mask[:, 10:12, 10:12] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask)
    assert torch.equal(clean[mask == 0], image[mask == 0])


def test_a_mask_of_another_size_is_resized_and_a_flat_one_is_accepted(comfy):
    image, small = noise(1, 80, 120), torch.zeros(20, 30)
    small[5:10, 10:20] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=small)
    changed = (clean != image).any(-1)[0]
    assert changed[22:38, 42:78].float().mean() > 0.95 and not changed[:16].any() and not changed[:, :36].any()


def test_soft_masks_blend_and_feather_fades_outward(comfy):
    image = torch.ones(1, 60, 60, 3)
    image[:, 20:40, 20:40] = 0
    mask = torch.zeros(1, 60, 60)
    mask[:, 18:42, 18:42] = 0.5
    (half,) = comfy.node("DancheongEraseMasked", image=image, mask=mask)
    assert half[0, 30, 30, 0] == pytest.approx(0.5, abs=0.01)
    ramp = comfy.module("nodes.host.images").widen((mask > 0).float(), 0, 8)[0, 30, 42:52]
    assert (ramp.diff() <= 0).all() and 0 < ramp[4] < 1 and ramp[9] == 0


def test_grow_widens_by_pixels(comfy):
    image = noise(1, 60, 60)
    mask = torch.zeros(1, 60, 60)
    mask[:, 30, 30] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, grow=5)
    rows = (clean != image).any(-1)[0].any(1).nonzero()
    assert (rows.min(), rows.max()) == (25, 35)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(1, 40, 40), "The mask covers the whole picture"),
        (torch.zeros(2, 40, 40), "Expected one mask, or 3 for the batch"),
        (torch.zeros(1, 0, 0), r"got \[1, 0, 0\]"),
    ],
)
def test_bad_masks_are_explained(comfy, mask, message):
    outcome = comfy.try_node("DancheongEraseMasked", image=noise(3, 40, 40), mask=mask)
    assert re.search(message, outcome.error), outcome.error


@pytest.mark.parametrize("shape", [(0, 8, 8, 3), (1, 0, 8, 3), (1, 8, 8, 2), (8, 8, 3)])
@pytest.mark.parametrize("node", ["DancheongOCRTextMask", "DancheongUpscaleToSize", "DancheongTypesetTitle"])
def test_pictures_without_pixels_or_of_a_wrong_shape_are_explained(comfy, node, shape):
    outcome = comfy.try_node(node, image=torch.zeros(shape))
    assert outcome.error.startswith("Expected at least one picture") and str(list(shape)) in outcome.error


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (3, 33, 7, 3), (1, 64, 64, 4), (2, 40, 40, 1)])
def test_odd_pictures_pass_through_every_node(comfy, shape):
    image = torch.full(shape, 0.5)
    mask, _, overlay, count = comfy.node("DancheongOCRTextMask", image=image)
    assert (count, mask.shape) == (0, shape[:3]) and overlay.shape == (*shape[:3], 3)
    assert torch.equal(comfy.node("DancheongEraseMasked", image=image, mask=mask)[0], image)
    resized, missing, _ = comfy.node("DancheongUpscaleToSize", image=image, width=50, height=70)
    assert resized.shape == (shape[0], 70, 50, 3) and missing.shape == (shape[0], 70, 50)
    assert torch.equal(comfy.node("DancheongTypesetTitle", image=image)[0], image)


# Trim and upscaling


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
    assert "outer 3 mm on each side are bleed" in report


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


# Title


def test_a_title_changes_only_where_its_letters_are(comfy):
    image = noise(2, 300, 200)
    result, layer, mask, report = comfy.node("DancheongTypesetTitle", image=image, title="\ub2ec\ube5b")
    assert layer.shape == (2, 300, 200, 4) and mask.shape == (2, 300, 200)
    assert torch.equal(result[mask == 0], image[mask == 0]) and not torch.equal(result, image)
    assert torch.equal(layer[..., 3], mask)
    assert report.startswith("Font ") and "letters 24 px" in report


def test_decomposed_hangul_is_set_composed(comfy):
    """macOS file names and some editors give NFD; most fonts draw it as separate jamo."""
    import unicodedata

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


# Print files


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
