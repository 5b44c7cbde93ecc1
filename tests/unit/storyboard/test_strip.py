"""A webtoon's strip: frames keep their pixels, one below the other, and captions stand where they are told to."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.storyboard.strip import ABOVE, BELOW, lines_for, strip

FRAMES = np.random.default_rng(1).integers(0, 256, (2, 6, 10, 3), np.uint8)
GROUND = (9, 8, 7)


def half(text):
    """A layer as high as a text is long, half black."""
    layer = np.zeros((len(text), 10, 4), np.uint8)
    layer[..., 3] = 128
    return layer


@pytest.mark.parametrize(("place", "first", "words"), [(BELOW, 5, 13), (ABOVE, 10, 5)])
def test_frames_and_captions_stand_in_order(place, first, words):
    made = strip(FRAMES, ["abc", ""], 5, place, GROUND, half)
    assert made.shape == (5 + 6 + 2 + 3 + 5 + 6 + 5, 10, 3)
    assert np.array_equal(made[first : first + 6], FRAMES[0])
    assert np.array_equal(made[-11:-5], FRAMES[1])
    assert (made[words : words + 3] == np.round(np.array(GROUND) * (1 - 128 / 255))).all()
    rest = np.ones(len(made), bool)
    for at, height in ((first, 6), (words, 3), (len(made) - 11, 6)):
        rest[at : at + height] = False
    assert (made[rest] == GROUND).all()


def test_captions_are_one_a_frame_or_none():
    assert lines_for("one\n\n two ", 2) == ["one", "two"]
    assert lines_for(" \n", 2) == ["", ""]
    with pytest.raises(UserError, match="each of 2 frames, or none, got 1"):
        lines_for("one", 2)
