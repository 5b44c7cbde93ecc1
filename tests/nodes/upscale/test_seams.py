"""Seams measured on the user's own model, through ComfyUI's executor."""

import pytest
import torch


def noise(batch, height, width):
    return torch.rand(batch, height, width, 3, generator=torch.Generator().manual_seed(0))


def load_model(comfy, name="tiny_x4.safetensors"):
    return comfy.node("DancheongLoadUpscaleModel", model_name=name)[0]


def test_seams_are_measured_on_the_users_own_model(comfy):
    """The tiny RRDB network sees 20 px: beyond, only rounding is left; nearer, the seam is found."""
    report, difference, error = comfy.node(
        "DancheongTestSeams", image=noise(1, 120, 200), upscale_model=load_model(comfy), strip_width=150
    )
    measured = {int(line.split()[1]): float(line.split()[5]) for line in report.splitlines() if line.startswith("Halo")}
    assert list(measured) == [4, 8, 16, 32, 64]
    assert measured[4] > 0.1 > 1e-3 > measured[32] >= 0 and measured[64] < 1e-3
    assert error == pytest.approx(measured[32], abs=1e-4)
    assert difference.shape == (1, 300, 600, 3) and difference.max() <= 1e-3
    assert "This model gets 32 px, by default." in report


def test_seams_of_an_exact_halo(comfy):
    report, _, error = comfy.node(
        "DancheongTestSeams", image=noise(1, 120, 200), upscale_model=load_model(comfy, "tiny_x2.safetensors")
    )
    assert "Halo 3 px" in report and "3 px, its reach, so only rounding is left." in report and error <= 0.0026


def test_the_narrowest_strip_shows_something(comfy):
    outcome = comfy.try_node(
        "DancheongTestSeams", image=noise(1, 50, 68), upscale_model=load_model(comfy), strip_width=68
    )
    assert "Halo 32 px" in outcome.captured["out0"] and "Halo 64 px" not in outcome.captured["out0"]
    assert outcome.progress[-1][0] == outcome.progress[-1][1]


def test_a_strip_that_shows_nothing_is_refused(comfy):
    outcome = comfy.try_node("DancheongTestSeams", image=noise(1, 50, 60), upscale_model=load_model(comfy))
    assert "at least 68 px wide to test a halo of 32 px, got 60 px" in outcome.error
    assert outcome.progress == []
