"""Webtoon Strip as ComfyUI runs it: frames stay, Korean captions are set in a font that has them."""

import torch

NODE = "DancheongWebtoonStrip"
SETTINGS = {"font": "auto", "letters": 10.0, "gap": 5.0, "place": "below", "colour": "#102030", "ground": "white"}


def test_a_strip_has_its_frames_bit_for_bit_and_its_captions_in_ink(comfy):
    frames = torch.rand(2, 40, 120, 3, generator=torch.Generator().manual_seed(1)).mul(255).round() / 255
    (made,) = comfy.node(NODE, frames=frames, captions="눈 속에서 깨어난 여우가 숲으로 걸어간다\nfox", **SETTINGS)
    assert made.shape[2] == 120
    assert torch.equal(made[0, 6:46], frames[0])
    below = made[0, 46:]
    second = next(row for row in range(len(below) - 40) if torch.equal(below[row : row + 40], frames[1]))
    one, other = below[:second], below[second + 40 :]
    # The first caption wraps into more lines than the second has.
    assert len(one) > len(other) + 12
    for caption in (one, other):
        assert (caption - torch.tensor([0x10, 0x20, 0x30]) / 255).abs().amax(-1).min() < 0.05


def test_what_cannot_be_set_is_said(comfy):
    frames = torch.zeros(2, 40, 60, 3)
    for other, says in (
        ({"captions": "one"}, "each of 2 frames, or none, got 1"),
        ({"captions": "a\nDonaudampfschifffahrt"}, "wider than 60 px"),
        ({"captions": "a\nb", "colour": "nocolour"}, "colour"),
    ):
        outcome = comfy.try_node(NODE, frames=frames, **{**SETTINGS, **other})
        assert says in outcome.error
        assert outcome.error.count("\n") == 0
