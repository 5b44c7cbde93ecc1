"""With what letters that were drawn here are painted: colours, outlines, shadows."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from dancheong.nodes.lettering.fonts import Font
from dancheong.nodes.lettering.reletter.distance import distances
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.lettering.reletter.paints import paints
from dancheong.nodes.lettering.reletter.sight import sight
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import CAPITALS, GROUND, RED, WHITE, as_jpeg, drawn, drawn_size


def test_an_outline_is_told_from_the_letters(seen, korean_font):
    look = seen(korean_font, outline=4.0).look
    assert abs(look.outline - 4) < 0.6 and look.outline_colour == WHITE
    assert np.abs(np.subtract(look.colour, RED)).max() < 8 and abs(look.size / CAPITALS - 1) < 0.03


def test_letters_inside_a_line_as_thick_as_they_are_the_letters(seen, korean_font):
    """The outline has the more ink then, and stands all along the line as they do."""
    look = seen(korean_font.with_name("NanumGothic.ttf"), outline=6.5).look
    assert np.abs(np.subtract(look.colour, RED)).max() < 8 and look.outline_colour == WHITE
    assert abs(look.outline - 6.5) < 0.8 and abs(look.size / CAPITALS - 1) < 0.03


@pytest.mark.parametrize(
    ("colour", "edge", "outline", "quality", "off"),
    [
        ((20, 60, 200), (240, 220, 40), 2.5, None, 0.25),
        ((20, 60, 200), (240, 220, 40), 3.5, 88, 0.9),
        (WHITE, (234, 8, 200), 4.0, 88, 0.4),
    ],
)
def test_an_outline_of_the_opposite_hue_is_as_wide_as_it_was_drawn(korean_font, colour, edge, outline, quality, off):
    """Of the letters' hue or of the ground's: grey stands between, in a JPEG some px of it."""
    picture, region = drawn(korean_font, outline=outline, edge=edge, colours=(colour, colour))
    picture = as_jpeg(picture, quality) if quality else picture
    found = measured(picture, replace(region, text="HEXLI", certainty=1.0))
    assert found is not None and abs(found.look.outline - outline) < off
    assert abs(found.look.size / CAPITALS - 1) < 0.03


def test_a_wide_outline_stays_where_letters_of_a_font_lie_on_the_line(korean_font):
    """A thin one may be the rim that a JPEG draws; what is beside letters is no ground where it is wider than that."""
    picture, region = drawn(korean_font, outline=5.0, edge=(84, 87, 39), ground=(50, 90, 150))
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    found = measured(large, Region(3 * region.polygon, 1.0, "HEXLI", 1.0), [Font(korean_font, "here")])
    assert found is not None and found.seen.liked and abs(found.look.outline - 15) < 0.8


def test_letters_may_have_less_ink_than_what_they_stand_on(korean_font):
    """Two other colours that stand all along the line are tried before theirs, which says its words."""
    font = korean_font.with_name("NanumGothicLight.ttf")
    picture, region = drawn(font)
    is_ink = (np.abs(picture.astype(int) - GROUND).max(axis=2) > 20)[..., None]
    (left, top), (right, bottom) = region.polygon.min(axis=0).astype(int), region.polygon.max(axis=0).astype(int)
    behind = picture.copy()
    for at, x in enumerate(range(left - 8, right + 8, 24)):
        behind[top:bottom, x : x + 24] = (15, 20, 30) if at % 2 else (240, 240, 235)
    picture = np.where(is_ink, picture, behind)
    found = measured(picture, replace(region, text="HEXLI", certainty=1.0), [Font(font, "here")])
    assert found is not None and np.abs(np.subtract(found.look.colour, RED)).max() < 12
    assert found.seen.words == "HEXLI" and abs(found.look.size / CAPITALS - 1) < 0.03


def test_letters_that_an_outline_would_leave_nothing_of_have_none(korean_font, monkeypatch):
    monkeypatch.setattr("dancheong.nodes.lettering.reletter.paints._mixed", lambda seen, *_: np.zeros(seen.ink.shape))
    found = next(paints(sight(*drawn(korean_font, outline=4.0))))
    assert found.outline == 0 and (found.cover > 0.5).any()


def test_a_gradient_that_grew_from_several_places_is_tried_once(korean_font):
    tried = list(paints(sight(*drawn(korean_font, colours=((230, 200, 40), (200, 60, 40))))))
    assert sum(one.is_gradient for one in tried) == 1


def test_small_letters_are_as_high_as_they_were_drawn_whatever_shadow_they_throw(korean_font):
    """A soft one, as dark as they are, which in strokes of two px seems to be a part of them."""
    font, words, scale = korean_font.with_name("NanumGothicLight.ttf"), "\ubd04\ub208\ube5b", 0.4
    picture, region = drawn(font, words, colours=((60, 50, 90),) * 2, ground=(190, 65, 95), shadow=5, soft=1.5)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    place = Region((scale * region.polygon).astype(np.float32), 1.0, words, 1.0)
    found = measured(small, place, [Font(font, "here")])
    assert found is not None and abs(found.look.size / (scale * drawn_size(font, words)) - 1) < 0.03


@pytest.mark.parametrize(("shadow", "soft"), [(4, 0.0), (2, 4.0)])
def test_a_shadow_is_no_outline(seen, korean_font, shadow, soft):
    """In bold letters it fills every gap; but one stands on two sides alone, the other less on two."""
    look = seen(korean_font, "\ubd04\ub208\ube5b", shadow=shadow, soft=soft).look
    assert look.outline == 0 and look.opacity > 0 and np.abs(np.subtract(look.colour, RED)).max() < 8


def test_a_dark_band_that_words_stand_on_is_no_outline(korean_font):
    """Hardly higher than they are, so that what lies around a little farther out is another colour."""
    picture, region = drawn(korean_font, "HEXLI")
    middle, reach = picture.shape[0] // 2, round(0.7 * CAPITALS)
    picture[: middle - reach], picture[middle + reach :] = (225, 225, 215), (225, 225, 215)
    found = measured(picture, replace(region, text="HEXLI", certainty=1.0))
    assert found is not None and found.look.outline == 0 and abs(found.look.size / CAPITALS - 1) < 0.03


def test_a_gradient_has_two_colours_and_a_direction(seen, korean_font):
    look = seen(korean_font, colours=((230, 200, 40), (200, 60, 40))).look
    assert np.abs(np.subtract(look.colour, (230, 200, 40))).max() < 25
    assert np.abs(np.subtract(look.to, (200, 60, 40))).max() < 25 and abs(look.toward - 90) < 12


def test_a_shadow_is_found_where_it_falls(seen, korean_font):
    look = seen(korean_font, shadow=4).look
    assert np.abs(np.subtract(look.shadow, (4, 4))).max() <= 1.5 and abs(look.opacity - 70) < 20
    assert np.abs(np.subtract(look.colour, RED)).max() < 8 and abs(look.size / CAPITALS - 1) < 0.03


def test_distances_come_in_sixteenths_of_a_px():
    """Whatever the last bit of OpenCV's is: the same line must give the same letters."""
    away = np.ones((40, 60), bool)
    away[20, 30] = False
    rows, columns = np.mgrid[:40, :60]
    found = distances(away)
    assert np.abs(found - np.hypot(rows - 20, columns - 30)).max() <= 1 / 32 and (found * 16 % 1 == 0).all()
