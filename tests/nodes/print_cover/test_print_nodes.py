"""Sizes and print files through ComfyUI's own executor."""

import threading
import time

import numpy as np
import pytest
import torch
from dancheong.testing import icc_profiles
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
        ({"format": "bmp"}, "Expected one of pdf, png, tiff, jpeg, psd, got 'bmp'"),
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


def test_a_printers_profile_makes_cmyk(comfy, base):
    (base / "models" / "icc").mkdir(exist_ok=True)
    (base / "models" / "icc" / "press.icc").write_bytes(icc_profiles.cmyk())
    trim = page(comfy, preset="custom", width_mm=20.0, height_mm=30.0, bleed_mm=0.0, dpi=100)
    asked = {"image": noise(1, *trim.pixels[::-1], 4), "trim": trim, "icc_profile": "press.icc"}
    path = comfy.node("DancheongSavePrint", **asked, format="tiff", filename_prefix="t/press")[1]
    image = Image.open(path)
    assert image.mode == "CMYK" and image.info["icc_profile"] == icc_profiles.cmyk()
    assert "PNG has no CMYK" in comfy.try_node("DancheongSavePrint", **asked, format="png").error
    (base / "models" / "icc" / "broken.icc").write_bytes(b"nothing")
    error = comfy.try_node("DancheongSavePrint", **{**asked, "icc_profile": "broken.icc"}, format="tiff").error
    assert "broken.icc is no ICC profile" in error
