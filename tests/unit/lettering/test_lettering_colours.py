"""Colours of letters that are mixed with what is around them, and what a line says where a recogniser errs."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from dancheong.nodes.lettering.fonts import Font
from dancheong.nodes.lettering.reletter import reading
from dancheong.nodes.lettering.reletter.lie import ends
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.lettering.reletter.paints import paints
from dancheong.nodes.lettering.reletter.plane import Plane
from dancheong.nodes.lettering.reletter.sight import sight
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import CAPITALS, as_jpeg, drawn

REGION = Region(np.zeros((4, 2), np.float32), 1.0)


def apart(one, other):
    """Delta E 2000 of two colours, RGB."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(*(rgb2lab(np.float64([[colour]]) / 255) for colour in (one, other)))[0, 0])


@pytest.mark.parametrize(
    ("face", "colour", "high", "quality", "most"),
    [
        ("ExtraBold", (10, 10, 10), 18, 75, 3.0),
        ("", (250, 220, 30), 18, 75, 8.0),
        ("", (250, 220, 30), 13, None, 9.0),
    ],
)
def test_thin_letters_have_the_colour_that_they_were_drawn_in(korean_font, face, colour, high, quality, most):
    """Of 13 to 18 px, their strokes hardly wider than one, and in a JPEG, which blurs colours over two."""
    path = korean_font.with_name(f"NanumGothic{face}.ttf")
    picture, region = drawn(path, colours=(colour, colour))
    small = high / CAPITALS
    picture = cv2.resize(picture, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
    picture = as_jpeg(picture, quality) if quality else picture
    found = measured(picture, Region(small * region.polygon, 1.0, "HEXLI", 1.0), [Font(path, "here")])
    assert found is not None and apart(found.look.colour, colour) < most and found.look.colour == found.look.to


def test_a_gradient_ends_where_what_hangs_below_the_letters_does(korean_font):
    """As it is painted again: from the top of all ink to its end."""
    first, last = (240, 240, 240), (250, 190, 20)
    picture, region = drawn(korean_font, "Happy", colours=(first, last))
    found = measured(picture, replace(region, text="Happy", certainty=1.0), [Font(korean_font, "here")])
    assert found is not None and abs(found.look.toward - 90) < 5
    assert apart(found.look.colour, first) < 3 and apart(found.look.to, last) < 3


def test_between_letters_and_ground_stands_what_is_like_a_shadow(korean_font):
    """And is no outline: of one that is wide the outer half is there on every side too."""
    path = korean_font.with_name("NanumGothic.ttf")
    green, violet = (58, 111, 88), (66, 40, 140)
    picture, region = drawn(path, colours=(green, green), shadow=4, soft=2.0, ground=violet)
    outlines = [one.outline for one in paints(sight(as_jpeg(picture, 75), region))]
    assert outlines and not any(outlines)


@pytest.mark.parametrize(("outline", "edge"), [(0.0, (0, 0, 0)), (1.2, (40, 20, 90))])
def test_the_rim_that_a_jpeg_draws_around_letters_is_no_outline(korean_font, outline, edge):
    """Colours run over into a bright ground of another hue; a thin outline stays one, and as thin as it is."""
    pink, green = (235, 49, 114), (120, 230, 60)
    picture, region = drawn(korean_font, outline=outline, edge=edge, colours=(pink, pink), ground=green)
    found = measured(as_jpeg(picture, 80), replace(region, text="HEXLI", certainty=1.0), [Font(korean_font, "here")])
    assert found is not None and abs(found.look.outline - outline) < 0.4 and apart(found.look.colour, pink) < 4


@pytest.mark.parametrize("said", ["깊은산속옹달샘", "깊은 산속옹달샘"])
def test_a_line_has_the_spaces_of_its_gaps(said):
    """Recognisers often see none, or not all."""
    cover, left = np.zeros((40, 400), np.float32), 10
    for word in (2, 2, 3):
        for _ in range(word):
            cover[10:30, left : left + 18], left = 1, left + 20
        left += 10
    line = ends(cover, Plane(90.0, 20.0, 170.0), 20.0, said)
    assert line is not None
    assert [words for words, _ in reading.spaced([replace(REGION, text=said)], cover, line)][-1] == "깊은 산속 옹달샘"


def test_a_mark_is_not_what_a_line_says(korean_font, monkeypatch):
    """A recogniser sees one where it sees nothing, and any letter is a little like it."""
    monkeypatch.setattr(reading, "spelled", lambda *_: None)
    picture, region = drawn(korean_font, "A")
    said = replace(region, text="^", certainty=0.9)
    found = measured(picture, said, [Font(korean_font, "here")], lambda _, place: [said])
    assert found is not None and not found.seen.words


def test_letters_that_reach_the_rim_of_what_is_looked_at_have_a_foot():
    """As a region that is far too narrow leaves them."""
    cover = np.ones((40, 90), np.float32)
    found = ends(cover, Plane(45.0, 20.0, 60.0), 8.0, "gy")
    assert found is not None and 0 < found.size + found.beyond <= 21


def test_a_shadow_is_as_far_and_as_dark_however_large_the_region_is(korean_font):
    picture, region = drawn(korean_font, shadow=4)
    middle = region.polygon.mean(axis=0)
    large = middle + (region.polygon - middle) * np.float32([1.1, 2.4])
    found = measured(picture, Region(large, 1.0, "HEXLI", 1.0))
    assert found is not None and np.abs(np.subtract(found.look.shadow, (4, 4))).max() < 0.5
    assert abs(found.look.opacity - 70) < 12
