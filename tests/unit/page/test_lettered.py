"""A picture whose words are kept apart: its ground, and whether it is that picture."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.page.lettered import Lettered


def lettered(channels=3):
    ground = torch.rand(2, 8, 9, channels, generator=torch.Generator().manual_seed(1))
    layer, under = torch.zeros(8, 9, 4), torch.zeros(8, 9, 4)
    layer[2:5, 3:6] = 1.0
    under[2:5, 3:6, 3] = 0.5
    return Lettered(ground, under, layer, ())


def test_the_picture_before_and_after_its_words_is_the_same():
    words = lettered()
    after = words.ground.clone()
    after[:, 2:5, 3:6] = 1.0
    assert words.beneath("image", words.ground) is words.ground
    assert words.beneath("image", after.half().float()) is words.ground


@pytest.mark.parametrize(
    "change", [lambda one: one * 0.9, lambda one: one[:1], lambda one: one[:, :7], lambda one: one.flip(0)]
)
def test_a_changed_or_another_picture_is_refused(change):
    words = lettered()
    with pytest.raises(UserError, match="Expected on 'front' the very picture that the words on its type were set on"):
        words.beneath("front", change(words.ground))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_what_stays_pixels_lies_on_the_ground_on_white_paper(channels):
    words = lettered(channels)
    shaded = words.shaded()
    ground = words.ground[..., :3].expand(2, 8, 9, 3)
    if channels == 4:
        alpha = words.ground[..., 3:]
        ground = ground * alpha + 1 - alpha
    assert torch.allclose(shaded[:, 6:], ground[:, 6:], atol=1e-6)
    assert torch.allclose(shaded[:, 2:5, 3:6], ground[:, 2:5, 3:6] / 2, atol=1e-6)
