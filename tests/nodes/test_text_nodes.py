"""Text found and erased through ComfyUI's own executor."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture(scope="module")
def sample(cover):
    return torch.from_numpy(np.array(Image.open(cover))).float()[None] / 255


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


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
