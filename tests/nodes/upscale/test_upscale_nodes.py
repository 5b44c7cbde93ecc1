"""The upscaler through ComfyUI's own executor."""

import numpy as np
import pytest
import torch
from dancheong.testing.models.upscale import compact, rrdb
from dancheong.testing.models.weights import save

NODE = "DancheongUpscaleToSize"


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


def load_model(comfy, name="tiny_x4.safetensors"):
    return comfy.node("DancheongLoadUpscaleModel", model_name=name)[0]


def trimmed(comfy, **values):
    page = {"preset": "custom", "width_mm": 30.0, "height_mm": 40.0, "bleed_mm": 3.0, "dpi": 100, **values}
    return comfy.node("DancheongTrimSize", **page)[0]


@pytest.fixture
def network_class(comfy):
    """The class that runs the tiny x4 model on windows."""
    return comfy.module("nodes.upscale.network").Esrgan


@pytest.mark.parametrize("fit", ["cover", "contain", "stretch"])
def test_without_a_model_the_size_is_exact_and_the_report_says_so(comfy, fit):
    image, mask, report = comfy.node(NODE, image=noise(2, 30, 50), width=173, height=91, fit=fit)
    assert image.shape == (2, 91, 173, 3) and image.min() >= 0 and image.max() <= 1
    assert "No upscale model" in report and "173 x 91 px" in report
    assert mask.any() == (fit == "contain")
    assert ("White paper" in report, "Cropped" in report) == (fit == "contain", fit == "cover")


def test_a_trim_goes_before_width_and_height(comfy):
    image, _, report = comfy.node(NODE, image=noise(1, 60, 50), trim=trimmed(comfy))
    assert image.shape == (1, 181, 142, 3)
    assert "outer 3 mm of the picture on each side are bleed" in report
    # 50 px over 151 of 100 per inch.
    assert "At 100 dpi; the picture that came had 33 dpi at this size." in report


@pytest.mark.parametrize("bleed", ["mirror", "extend"])
@pytest.mark.parametrize("name", ["", "tiny_x4.safetensors"])
def test_bleed_is_made_of_the_edges_of_what_fills_the_trim(comfy, bleed, name):
    """118 x 157 px of trim in 142 x 181: 12 px on each side repeat the picture, and the trim is what it is alone."""
    model = {"upscale_model": load_model(comfy, name)} if name else {}
    image, mask, report = comfy.node(NODE, image=noise(1, 60, 45), trim=trimmed(comfy), bleed=bleed, **model)
    alone = comfy.node(NODE, image=noise(1, 60, 45), width=118, height=157, **model)[0]
    inside = image[0, 12:169, 12:130]
    assert torch.equal(inside, alone[0]) and not mask.any()
    left = inside[:, :12].flip(1) if bleed == "mirror" else inside[:, :1].expand(-1, 12, -1)
    assert torch.equal(image[0, 12:169, :12], left)
    below = image[0, 157:169].flip(0) if bleed == "mirror" else image[0, 168:169].expand(12, -1, -1)
    assert torch.equal(image[0, 169:], below)
    assert ("mirrored from its edges" if bleed == "mirror" else "extended from its edges") in report


@pytest.mark.parametrize(("name", "scale"), [("tiny_x4.safetensors", 4), ("tiny_x2.safetensors", 2)])
@pytest.mark.parametrize("mode", ["fast", "balanced", "max"])
def test_core_upscale_models(comfy, name, scale, mode):
    model = comfy.node("UpscaleModelLoader", model_name=name)[0]
    image, _, report = comfy.node(NODE, image=noise(2, 20, 16), upscale_model=model, width=150, height=190, mode=mode)
    assert image.shape == (2, 190, 150, 3)
    assert f"x{scale}" in report and report.count("(model)") >= 1


def test_a_model_gives_what_core_gives(comfy):
    """Against ComfyUI's own node, one tile, at the model's own factor."""
    model, image = load_model(comfy), noise(3, 40, 30)
    (core,) = comfy.node("ImageUpscaleWithModel", upscale_model=model, image=image)
    ours = comfy.node(NODE, image=image, upscale_model=model, width=120, height=160)[0]
    assert (ours - core).abs().max() <= 1e-6


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 33), (2, 3), (7, 5), (16, 17), (32, 32), (33, 31)])
def test_pictures_of_any_size_and_kind(comfy, size, channels):
    image = noise(1, *size, channels)
    image[..., 3:] = 0.5  # even, so that every colour counts in full
    model = load_model(comfy)
    result, mask, _ = comfy.node(NODE, image=image, upscale_model=model, width=size[1] * 4, height=size[0] * 4)
    assert result.shape == (1, size[0] * 4, size[1] * 4, 3) and mask.shape == result.shape[:3]
    (core,) = comfy.node("ImageUpscaleWithModel", upscale_model=model, image=image[..., :3].expand(-1, -1, -1, 3))
    expected = core.mean(-1, keepdim=True).expand_as(core) if channels == 1 else core
    assert (result - expected).abs().max() <= 1e-5
    assert mask.any() == (channels == 4)


def test_a_smaller_target_does_not_use_the_model(comfy):
    model = load_model(comfy)
    report = comfy.node(NODE, image=noise(1, 90, 90), upscale_model=model, width=40, height=40)[2]
    assert "It was not used" in report and "(model)" not in report


@pytest.mark.parametrize("alpha", ["resample", "model"])
def test_transparency_comes_along_as_mask(comfy, alpha):
    image = noise(1, 20, 20, 4)
    image[..., 3] = 1
    image[:, :10, :, 3] = 0
    model = load_model(comfy)
    mask = comfy.node(NODE, image=image, upscale_model=model, width=60, height=60, alpha=alpha)[1][0]
    plain = comfy.node(NODE, image=image[..., 3:], upscale_model=model, width=60, height=60)[0][0, ..., 0]
    if alpha == "resample":
        assert mask[:25].min() > 1 - 1e-6 and mask[35:].max() < 1e-6
        assert (1 - mask - plain).abs().max() > 1e-3
    else:
        assert (1 - mask - plain).abs().max() <= 1e-6


def test_a_model_for_grey_pictures_sees_each_colour_alone(comfy, base):
    save(compact(3, scale=2, channels=1), base / "models" / "upscale_models" / "grey.safetensors")
    model, image = load_model(comfy, "grey.safetensors"), noise(1, 20, 30)
    result = comfy.node(NODE, image=image, upscale_model=model, width=60, height=40)[0]
    for channel in range(3):
        expected = model(image[..., channel][None])[0, 0]
        assert (result[0, ..., channel] - expected).abs().max() <= 1e-5
    grey = comfy.node(NODE, image=image[..., :1], upscale_model=model, width=60, height=40)[0]
    assert (grey[0] - result[0, ..., :1]).abs().max() <= 1e-6


def test_a_memory_limit_cuts_tiles_and_changes_no_pixel(comfy):
    """The tiny network sees 20 px; its halo of 32 px is all that it could ask for."""
    model, image = load_model(comfy), noise(1, 150, 200)
    asked = {"image": image, "upscale_model": model, "width": 800, "height": 600}
    whole, _, one = comfy.node(NODE, **asked)
    tiled, _, several = comfy.node(NODE, **asked, memory_limit_mb=24)
    assert "One tile." in one and "tiles of" in several and "32 px around each" in several
    assert (tiled - whole).abs().max() <= 1e-5
    work = [float(report.split("Work: ")[1].split(" TFLOP")[0]) for report in (one, several)]
    assert 1.1 < work[1] / work[0] < 4
    close = comfy.node(NODE, **asked, memory_limit_mb=24, halo=3)
    assert "3 px around each" in close[2] and (close[0] - whole).abs().max() > 1e-5


def test_a_model_that_attends_in_windows_is_cut_between_them(comfy, base):
    """SwinIR asks for whole windows of 8 px, counted from the picture's corner; spandrel does not say so."""
    from safetensors.torch import save_file
    from spandrel.architectures.SwinIR import SwinIR

    torch.manual_seed(0)
    network = SwinIR(
        img_size=32, embed_dim=12, depths=[2], num_heads=[2], window_size=8, upscale=2, upsampler="pixelshuffle"
    )  # fmt: skip
    save_file(network.state_dict(), base / "models" / "upscale_models" / "swin.safetensors")
    model = load_model(comfy, "swin.safetensors")
    asked = {"image": noise(1, 150, 203), "upscale_model": model, "width": 406, "height": 300}
    whole, tiled = comfy.node(NODE, **asked), comfy.node(NODE, **asked, memory_limit_mb=150)
    assert "One tile." in whole[2] and "tiles of" in tiled[2]
    assert (tiled[0] - whole[0]).abs().max() <= 1e-5
    assert "fewer tiles, with more memory, are safer" in tiled[2] and "are safer" not in whole[2]
    error = comfy.try_node(NODE, **asked, precision="float16").error
    assert "Expected a model that can run in float16, got one of SwinIR: take precision auto." in error


def test_the_work_is_counted(comfy):
    """2 for each multiplication and addition of every convolution, by its shape."""
    model = load_model(comfy)
    report = comfy.node(NODE, image=noise(1, 60, 90), upscale_model=model, width=360, height=240)[2]
    scales = iter([1] * 17 + [4, 16, 16, 16])
    layers = [layer for layer in model.model.modules() if isinstance(layer, torch.nn.Conv2d)]
    per_pixel = sum(2 * layer.weight.numel() * next(scales) for layer in layers)
    assert f"Work: {per_pixel * 60 * 90 / 1e12:.3g} TFLOP" in report


def test_too_little_memory_is_told_in_megabytes(comfy):
    model, image = load_model(comfy), noise(1, 300, 300)
    asked = {"image": image, "upscale_model": model, "width": 1200, "height": 1200}
    error = comfy.try_node(NODE, **asked, memory_limit_mb=1).error
    assert "for the smallest tiles with 32 px around them, got 1 MB: raise memory_limit_mb" in error
    least = int(error.split("at least ")[1].split(" MB")[0])
    assert comfy.node(NODE, **asked, memory_limit_mb=least)


def test_a_result_that_does_not_fit_is_refused_before_the_work(comfy, monkeypatch):
    monkeypatch.setattr(comfy.module("nodes.host.memory"), "free", lambda device: 3 * 1024**3)
    error = comfy.try_node(NODE, image=noise(1, 20, 20), width=20000, height=20000).error
    assert "1 x 20000 x 20000 px, which take 6.0 GB, got 3.0 GB: take Upscale to File" in error


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_out_of_memory_on_a_tile_changes_no_pixel(comfy, network_class, monkeypatch, failing):
    model, image = load_model(comfy), noise(1, 150, 200)
    asked = {"image": image, "upscale_model": model, "width": 800, "height": 600, "memory_limit_mb": 24}
    whole = comfy.node(NODE, **asked)[0]
    run, calls = network_class.run, []

    def failed(self, window, inner):
        calls.append(window.shape)
        if len(calls) == failing + 1:
            raise torch.OutOfMemoryError("no memory on this device")
        return run(self, window, inner)

    monkeypatch.setattr(network_class, "run", failed)
    tiled = comfy.node(NODE, **asked)[0]
    finished = len(calls)
    assert (tiled - whole).abs().max() <= 1e-5
    monkeypatch.setattr(network_class, "run", lambda *given: (calls.append(0), run(*given))[1])
    comfy.node(NODE, **asked)
    # One call failed and its tile came in two: two calls more, none of what was finished again.
    assert finished == len(calls) - finished + 2


def test_pixels_that_are_no_numbers_are_refused(comfy, base):
    weights = rrdb()
    weights["conv_last.weight"] *= 1e39  # finite all the same, so that the file is read
    weights["conv_last.weight"].clip(-3e38, 3e38, out=weights["conv_last.weight"])
    save(weights, base / "models" / "upscale_models" / "damaged.safetensors")
    model = load_model(comfy, "damaged.safetensors")
    outcome = comfy.try_node(NODE, image=noise(1, 20, 20), upscale_model=model, width=80, height=80)
    assert outcome.error == "The upscale model gave pixels that are not numbers: its weights are damaged, use another."


def test_float16_is_close(comfy):
    model, image = load_model(comfy), noise(1, 40, 30)
    asked = {"image": image, "upscale_model": model, "width": 120, "height": 160}
    whole, half = (comfy.node(NODE, **asked, precision=precision) for precision in ("float32", "float16"))
    assert 0 < (half[0] - whole[0]).abs().max() <= 0.01
    assert "TFLOP in float16" in half[2] and "TFLOP in float32" in whole[2]
    assert model.dtype == torch.float32


def test_what_is_too_wide_for_float16_is_done_in_float32(comfy, base):
    """Values beyond 65504 become infinite in float16; the picture must not."""
    weights = rrdb()
    weights["conv_first.weight"] *= 1e6
    weights["conv_last.weight"] *= 1e-6
    save(weights, base / "models" / "upscale_models" / "wide.safetensors")
    model = load_model(comfy, "wide.safetensors")
    asked = {"image": noise(2, 60, 80), "upscale_model": model, "width": 320, "height": 240, "memory_limit_mb": 12}
    result, _, report = comfy.node(NODE, **asked, precision="float16")
    assert "float16 was too narrow for this model: float32 was used instead." in report
    assert (result - comfy.node(NODE, **asked, precision="float32")[0]).abs().max() <= 1e-5


def test_an_interrupt_is_answered_between_layers(comfy, network_class, monkeypatch):
    model, image = load_model(comfy), noise(1, 60, 90)
    layers = [module for module in model.model.modules() if isinstance(module, torch.nn.Conv2d)]
    reached, started = [], []
    run = network_class.run
    monkeypatch.setattr(network_class, "run", lambda *given: (started.append(True), run(*given))[1])

    def interrupt(*_):
        if started:
            comfy.model_management.interrupt_current_processing()

    layers[2].register_forward_hook(interrupt)
    layers[4].register_forward_hook(lambda *_: reached.extend(started))
    outcome = comfy.try_node(NODE, image=image, upscale_model=model, width=360, height=240)
    assert outcome.interrupted and started and not reached
    for module in (layers[2], layers[4]):
        module._forward_hooks.clear()
    assert not any(module._forward_pre_hooks for module in model.model.modules())
    assert comfy.node(NODE, image=image, upscale_model=model, width=360, height=240)


def test_the_picture_is_shown_as_far_as_it_is_done(comfy, monkeypatch):
    """A preview after every tile, where time is not waited for: more and more of it is the result."""
    monkeypatch.setattr(comfy.module("nodes.upscale.comfy_display"), "PREVIEW_SECONDS", 0.0)
    shown = []
    bar = comfy.utils.ProgressBar.update_absolute

    def update(self, value, total=None, preview=None):
        shown.append(preview)
        return bar(self, value, total, preview)

    monkeypatch.setattr(comfy.utils.ProgressBar, "update_absolute", update)
    model, image = load_model(comfy), noise(1, 150, 200)
    asked = {"image": image, "upscale_model": model, "width": 800, "height": 600, "memory_limit_mb": 24}
    result = comfy.node(NODE, **asked)[0]
    assert len(shown) > 1 and all(kind == "JPEG" and picture.size == (200, 150) for kind, picture, _ in shown)
    small = torch.nn.functional.interpolate(result.movedim(-1, 1), size=(150, 200), mode="area")[0].movedim(0, -1)
    seen = [torch.from_numpy(np.array(picture)) / 255 for _, picture, _ in shown]
    wrong = [float((picture - small).abs().mean()) for picture in seen]
    assert wrong == sorted(wrong, reverse=True) and wrong[-1] < 0.003 < wrong[0]


def test_progress_ends_at_its_total(comfy):
    model = load_model(comfy)
    for given in ({}, {"upscale_model": model}, {"upscale_model": model, "alpha": "model"}):
        outcome = comfy.try_node(NODE, image=noise(2, 20, 30, 4), width=300, height=200, **given)
        assert not outcome.error and outcome.progress[-1][0] == outcome.progress[-1][1]
