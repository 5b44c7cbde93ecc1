"""Letters as outlines stand where their pixels stand."""

import cv2
import freetype
import numpy as np
import pytest
from dancheong.nodes.lettering.faces import Faces
from dancheong.nodes.lettering.ink import Paint
from dancheong.nodes.lettering.letters import HORIZONTAL, TURNED, VERTICAL
from dancheong.nodes.lettering.margins import margins
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.nodes.lettering.typeset import Style, Words, typeset
from dancheong.nodes.page.drawing import painted

WORDS = Words("\ub2ec\ube5b \u300a12\u300b, Sea", "", "\uae40")
RED, WHITE = (200, 0, 0), (255, 255, 255)


def ink(korean_font, layout, outline):
    style = Style(Faces(open_face(korean_font, Cut()).face), layout, "top", "centre", 12, outline)
    return typeset(400, 600, WORDS, style, margins(400, 600, 9, None, False))[0]


@pytest.mark.parametrize("layout", [HORIZONTAL, VERTICAL, TURNED])
def test_outlines_cover_what_the_pixels_cover(korean_font, layout, monkeypatch):
    # Hints move a stroke by up to three pixels; outlines have none.
    monkeypatch.setattr(freetype, "FT_LOAD_NO_BITMAP", freetype.FT_LOAD_NO_BITMAP | freetype.FT_LOAD_NO_HINTING)
    drawn = ink(korean_font, layout, 0)
    seen = (painted(list(drawn.shapes(Paint(RED, WHITE))), 400, 600)[..., 3] > 127).astype(np.uint8)
    pixels = (drawn.letters > 127).astype(np.uint8)
    for one, other in ((seen, pixels), (pixels, seen)):
        assert one.any() and not (one > cv2.dilate(other, np.ones((3, 3)))).any()
    assert not painted(list(drawn.shapes(Paint(RED, WHITE))), 400, 600)[0].any()


def test_outlines_lie_under_all_letters_twice_as_wide_as_they_look(korean_font):
    drawn = ink(korean_font, HORIZONTAL, 10)
    shapes = drawn.shapes(Paint(RED, WHITE))
    half = len(shapes) // 2
    assert {shape.colour for shape in shapes[:half]} == {WHITE} and {shape.line for shape in shapes[:half]} == {14, 6}
    assert {(shape.colour, shape.line) for shape in shapes[half:]} == {(RED, 0.0)}
    assert [shape.moves for shape in shapes[:half]] == [shape.moves for shape in shapes[half:]]


def test_shadow_and_plate_stay_pixels_without_the_letters(korean_font):
    drawn = ink(korean_font, HORIZONTAL, 0)
    shaded = Paint(RED, WHITE, shadow=4.0, shadow_colour=(0, 0, 90), plate=6.0, plate_colour=(0, 90, 0))
    shade, whole = drawn.shade(shaded), drawn.paint(shaded)
    bare = drawn.letters == 0
    assert np.array_equal(shade[bare], whole[bare])
    inside = drawn.letters == 255
    assert not (shade[inside][:, :3] == RED).all(1).any() and (whole[inside][:, :3] == RED).all()
    assert not drawn.shade(Paint(RED, WHITE)).any()
