"""What the light trained network brings back, and in which precision."""

import numpy as np
import pytest
import torch
from dancheong.testing.models import real_upscale
from dancheong.testing.scenes import enlarged

NODE = "DancheongUpscaleToSize"
HEIGHT, WIDTH = 96, 128
LEVEL = 1 / 255


@pytest.fixture(scope="module")
def network(comfy):
    return comfy.module("nodes.upscale.comfy_load").load(real_upscale.pair("realesr-animevideov3"), None, 1.0).model


def reduced(truth):
    """`[1,h,w,3]`, a quarter by bicubic resampling."""
    planes = torch.nn.functional.interpolate(
        truth.movedim(-1, 1), (HEIGHT // 4, WIDTH // 4), mode="bicubic", antialias=True
    )
    return planes.movedim(1, -1).clamp(0, 1)


def decibels(made, truth):
    return float(-10 * (made - truth)[:, 4:-4, 4:-4].square().mean().log10())


@pytest.mark.parametrize("name", ["face", "Korean print", "cover"])
def test_a_reduced_picture_comes_back_as_comfyui_brings_it(comfy, network, name):
    truth = torch.from_numpy(np.ascontiguousarray(enlarged.piece(name, WIDTH, HEIGHT, seed=4)))[None]
    small = reduced(truth)
    ours = comfy.node(NODE, image=small, upscale_model=network, width=WIDTH, height=HEIGHT)[0]
    (core,) = comfy.node("ImageUpscaleWithModel", upscale_model=network, image=small)
    assert abs(decibels(ours, truth) - decibels(core, truth)) <= 0.01
    # By this measure one px aside is far away.
    assert decibels(ours.roll(1, 2), truth) < decibels(core, truth) - 0.05


def test_float16_is_kept_by_a_trained_network(comfy, network):
    image = torch.from_numpy(np.ascontiguousarray(enlarged.piece("cup", 12, 8, seed=4)))[None]
    asked = {"image": image, "upscale_model": network, "width": 48, "height": 32}
    single, half = (comfy.node(NODE, **asked, precision=precision) for precision in ("float32", "float16"))
    assert "TFLOP in float16" in half[2] and "too narrow" not in half[2]
    assert 0 < (half[0] - single[0]).abs().max() <= LEVEL
