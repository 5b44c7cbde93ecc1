"""Pictures with an alpha channel are searched as an eye sees them."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont


@pytest.fixture(scope="module")
def letters(korean_font):
    """`[200,480]` in 0..1: coverage of a title."""
    layer = Image.new("L", (480, 200))
    ImageDraw.Draw(layer).text((60, 50), "달빛 아래", 255, ImageFont.truetype(str(korean_font), 80))
    return torch.from_numpy(np.asarray(layer) / np.float32(255))


def layered(colour, alpha):
    """`[1,H,W,4]`: one colour everywhere, or a picture `[H,W,3]`, with its alpha."""
    colours = torch.as_tensor(colour).float().expand(*alpha.shape, 3)
    return torch.cat([colours, alpha[..., None]], -1)[None]


@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.9, 0.2, 0.1)])
def test_letters_that_only_the_alpha_holds_are_found(comfy, letters, colour):
    """Black ones on what is transparent, too: they were black on black."""
    mask, _, _, count = comfy.node("DancheongOCRTextMask", image=layered(colour, letters), shape="stroke")
    assert count and mask[0][letters > 0.3].mean() > 0.97


def test_letters_that_are_cut_out_of_a_plate_are_found(comfy, letters):
    mask, _, _, count = comfy.node("DancheongOCRTextMask", image=layered((0.1, 0.1, 0.2), 1 - letters), shape="stroke")
    assert count and mask[0][letters > 0.3].mean() > 0.97


def test_what_transparency_hides_is_no_text(comfy, letters):
    hidden = letters[..., None].expand(*letters.shape, 3)
    image = layered(hidden, torch.zeros_like(letters))
    assert comfy.node("DancheongOCRTextMask", image=image)[3] == 0
    clean, mask, _, left = comfy.node("DancheongEraseText", image=image)
    assert torch.equal(clean, image) and not mask.any() and left == 0


def test_black_and_white_letters_on_nothing_are_both_found(comfy, letters):
    both = torch.cat([letters, letters])
    colours = torch.cat([torch.zeros_like(letters), torch.ones_like(letters)])[..., None].expand(*both.shape, 3)
    mask = comfy.node("DancheongOCRTextMask", image=layered(colours, both), shape="stroke")[0]
    assert mask[0][both > 0.3].mean() > 0.97


def test_an_opaque_picture_is_seen_as_it_is(comfy, letters):
    images = comfy.module("nodes.host.images")
    picture = torch.rand(300, 20, 4, generator=torch.Generator().manual_seed(0))
    picture[..., 3] = 1
    assert np.array_equal(images.bytes_as_seen(picture), images.to_bytes(picture[..., :3]))


def test_grey_with_alpha_is_searched_as_colours_with_alpha(comfy, letters):
    grey = layered((0.2, 0.2, 0.2), letters)[..., [0, 3]]
    mask, _, _, count = comfy.node("DancheongOCRTextMask", image=grey, shape="stroke")
    assert count and mask[0][letters > 0.3].mean() > 0.97
