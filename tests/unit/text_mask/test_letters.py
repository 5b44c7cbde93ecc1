"""The network that knows letters from their ground."""

import numpy as np
import pytest
import torch
from dancheong.nodes.text_mask.marking import letter_network, letters
from dancheong.nodes.text_mask.regions import Region
from PIL import Image, ImageDraw, ImageFont

SIZE = (420, 150)


def title(font, ground, colour, outline=0, text="봄의 정원"):
    """A title on a ground `[150,420,3]`, its ink, and its region."""
    picture, ink = Image.fromarray(ground), Image.new("L", SIZE)
    face = ImageFont.truetype(str(font), 80)
    against = tuple(255 - value for value in colour)
    ImageDraw.Draw(picture).text((30, 30), text, colour, face, stroke_width=outline, stroke_fill=against)
    ImageDraw.Draw(ink).text((30, 30), text, 255, face, stroke_width=outline)
    seen = np.asarray(ink) > 76
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    corners = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    return np.asarray(picture), seen, Region(corners, 1.0)


def photograph():
    import skimage.data

    return np.ascontiguousarray(skimage.data.astronaut()[40:190, 60:480])


def two_grounds():
    ground = np.full((150, 420, 3), (40, 60, 110), np.uint8)
    ground[:, 180:] = (190, 60, 40)
    ground[60:, 300:] = (30, 120, 60)
    return ground


def masked(picture, region):
    found = letters.ink(picture, region)
    if found is None:
        return np.zeros(SIZE[::-1], bool)
    seen, ink = found
    return seen.in_picture(ink.astype(np.uint8) * np.uint8(255), slice(0, SIZE[1]), slice(0, SIZE[0])) > 127


@pytest.mark.parametrize(("ground", "colour"), [(photograph, (20, 20, 60)), (two_grounds, (250, 240, 200))])
@pytest.mark.parametrize("outline", [0, 4])
def test_letters_are_taken_whole_and_little_else(korean_font, ground, colour, outline):
    picture, ink, region = title(korean_font, ground(), colour, outline)
    mask = masked(picture, region)
    assert mask[ink].mean() > 0.95
    assert mask.sum() < 1.6 * ink.sum()


def test_letters_that_the_network_sees_in_part_are_not_taken_in_part(korean_font):
    """The caller masks the whole region then."""
    picture, ink, region = title(korean_font, photograph(), (250, 240, 200))
    mask = masked(picture, region)
    assert not mask.any() or mask[ink].mean() > 0.9


def test_a_network_without_its_weights_does_not_pass(korean_font, monkeypatch):
    """The test above must be able to fail."""
    monkeypatch.setattr(letter_network, "_network", lambda: letter_network.LetterNetwork().eval())
    picture, ink, region = title(korean_font, two_grounds(), (250, 240, 200))
    mask = masked(picture, region)
    assert mask[ink].mean() < 0.95 or mask.sum() > 1.6 * ink.sum()


def test_on_a_plain_ground_colours_decide_to_the_px(korean_font, monkeypatch):
    monkeypatch.setattr(letters, "sight", None)
    picture, ink, region = title(korean_font, np.full((150, 420, 3), 200, np.uint8), (20, 20, 60))
    mask = masked(picture, region)
    assert mask[ink].mean() > 0.95 and mask.sum() < 1.05 * ink.sum()


def test_a_photograph_holds_no_letters():
    seen = letter_network.ink_of(photograph()[:96, :224])
    assert (seen > 0.5).mean() < 0.03


@pytest.mark.parametrize("size", [(1, 1), (15, 200), (48, 17)])
def test_patches_of_any_size_are_answered_in_their_size(size):
    seen = letter_network.ink_of(np.zeros((*size, 3), np.uint8))
    assert seen.shape == size and np.isfinite(seen).all()


def test_the_weights_are_small_and_plain():
    assert letter_network.WEIGHTS.stat().st_size < 1e6
    assert all(torch.isfinite(tensor).all() for tensor in letter_network._network().state_dict().values())
