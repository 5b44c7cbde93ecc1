"""A mark is believed where all of it lies, and nowhere else: one like it, a part or an inverse of it is left."""

import numpy as np
import pytest
from dancheong.nodes.watermark.removing import clean
from dancheong.nodes.watermark.removing.choice import choose
from dancheong.nodes.watermark.removing.pattern import openings
from dancheong.testing.scenes import agencies
from dancheong.testing.scenes import watermark as scenes
from PIL import Image, ImageDraw

COUNT = len(agencies.AGENCIES)


def exact(number, opacity=0.5):
    return scenes.exact(agencies.agency(number), opacity, agencies.AGENCIES[number][0])


@pytest.fixture(scope="module")
def every():
    return tuple(exact(number) for number in range(COUNT))


def shown(number, count, seed, opacity=0.5, **options):
    return [truth.picture for truth in scenes.marked(count, seed, agencies.agency(number), opacity, **options)]


def drawn(text):
    layer = Image.new("L", (190, 52))
    ImageDraw.Draw(layer).text((4, 1), text, 255, agencies.font(28))
    return scenes.Mark(np.asarray(layer) / 255.0, np.full((52, 190, 3), 255.0))


@pytest.mark.parametrize(("opacity", "quality"), [(0.3, 60), (0.3, 95), (0.5, 75), (0.7, 60), (0.7, 95)])
def test_a_mark_explains_the_pictures_that_carry_it(opacity, quality):
    for number in range(0, COUNT, 2):
        for picture in shown(number, 2, 10 + number, opacity, quality=quality):
            at = clean.find(picture, exact(number, opacity))
            assert at is not None and at.evidence.explained > 0.9 and 0.8 < at.evidence.opacity < 1.2


@pytest.mark.parametrize("number", range(COUNT))
def test_a_mark_of_another_agency_is_left(every, number):
    """Layout and half of the words are shared: correlation alone stands out clearly."""
    for picture in shown(number, 2, 20 + number):
        assert clean.look(picture, every[number]).certainty > 10
        assert not any(clean.find(picture, other) for other in every if other is not every[number])


def test_one_letter_is_enough_to_tell_two_marks():
    own, other = drawn("가나뉴스통신"), drawn("가람뉴스통신")
    for truth in scenes.marked(3, 30, own, 0.5):
        assert clean.find(truth.picture, scenes.exact(own, 0.5)) is not None
        assert clean.find(truth.picture, scenes.exact(other, 0.5)) is None


def test_a_part_of_a_mark_is_left(every):
    mark = agencies.agency(0)
    half = mark.coverage.copy()
    half[:, 100:] = 0
    for truth in scenes.marked(3, 31, scenes.Mark(half, mark.colour), 0.5):
        assert clean.find(truth.picture, every[0]) is None


def test_the_inverse_of_a_mark_is_left(every):
    """What un-blending a picture without it would leave."""
    alpha = 0.5 * agencies.agency(0).coverage[..., None]
    for truth in scenes.marked(3, 32, None, quality=None):
        picture = truth.picture.astype(float)
        window = picture[412:464, 434:624]
        window[:] = (window - alpha * 255) / (1 - alpha)
        assert clean.find(picture.clip(0, 255).round().astype(np.uint8), every[0]) is None


def test_a_mark_on_ground_of_its_own_colour_is_too_faint_to_be_sure(every):
    picture = np.full((480, 640, 3), 255, np.uint8)
    assert clean.find(scenes.overlaid(picture, agencies.agency(0), 0.5, [(434, 412)]), every[0]) is None


def test_marks_compete_by_what_they_explain(every):
    for number in (0, 3):
        for picture in shown(number, 1, 40 + number):
            for marks in (every, every[::-1]):
                (placed,) = choose(picture, marks).placed
                assert placed.mark is every[number]


def test_a_mark_that_is_a_part_of_another_gives_way():
    whole, part = agencies.agency(0), agencies.agency(0).coverage.copy()
    part[:, 136:] = 0
    marks = (scenes.exact(scenes.Mark(part, whole.colour), 0.5, "part"), scenes.exact(whole, 0.5, "whole"))
    for picture in shown(0, 2, 50):
        assert [placed.mark.agency for placed in choose(picture, marks).placed] == ["whole"]


def test_where_two_marks_explain_alike_nothing_is_removed():
    """What tells them apart lies on white ground, where neither shows."""
    marks = []
    for emblem in ("disc", "square"):
        layer = Image.new("L", (190, 52))
        draw = ImageDraw.Draw(layer)
        draw.text((4, 1), "가나뉴스", 255, agencies.font(28))
        (draw.ellipse if emblem == "disc" else draw.rectangle)((140, 4, 180, 44), 255)
        marks.append(scenes.Mark(np.asarray(layer) / 255.0, np.full((52, 190, 3), 255.0)))
    ground = scenes.scene(np.random.default_rng(4), scenes.photo("coffee"), (640, 480))
    ground[:, 434 + 126 :] = 255
    picture = scenes.jpeg(scenes.overlaid(ground, marks[0], 0.5, [(434, 412)]), 90)
    one, other = (scenes.exact(mark, 0.5, name) for mark, name in zip(marks, ("one", "other"), strict=True))
    assert len(choose(picture, (one,)).placed) == 1
    for order in ((one, other), (other, one)):
        choice = choose(picture, order)
        assert choice.placed == ()
        assert "explain the picture alike" in choice.doubts[0]
        assert "one" in choice.doubts[0] and "other" in choice.doubts[0]


def test_a_mark_that_was_learned_twice_is_one(every):
    (placed,) = choose(shown(0, 1, 52)[0], (every[0], exact(0))).placed
    assert placed.mark.agency == agencies.AGENCIES[0][0]


@pytest.mark.parametrize("source", ["coffee", "gravel"])
def test_every_place_of_a_mark_is_found(every, source):
    ground = scenes.scene(np.random.default_rng(3), scenes.photo(source), (640, 480))
    corners = [(434, 412), (16, 16), (434, 16)]
    tiles = [(434 - 210 * across, 412 - 110 * down) for across in range(3) for down in range(5)]
    for places in (corners, tiles):
        picture = scenes.jpeg(scenes.overlaid(ground, agencies.agency(0), 0.5, places), 85)
        found = choose(picture, every[:1])
        assert {(round(one.at.x), round(one.at.y)) for one in found.placed} == {(x - 1, y - 1) for x, y in places}
        assert found.doubts == ()


def test_tiles_that_cannot_be_seen_are_told(every):
    ground = scenes.scene(np.random.default_rng(3), scenes.photo("astronaut"), (640, 480))
    ground[:, :210] = 255
    tiles = [(434 - 210 * across, 412 - 110 * down) for across in range(3) for down in range(4)]
    choice = choose(scenes.jpeg(scenes.overlaid(ground, agencies.agency(0), 0.5, tiles), 85), every[:1])
    assert len(choice.placed) == 8
    (doubt,) = choice.doubts
    assert "the pattern of the mark of 가나뉴스 goes on at 4 places where it is not sure" in doubt


def test_a_pattern_leaves_places_open_and_corners_none():
    lattice = [(210 * across + 30 * down, 110 * down) for across in range(3) for down in range(4)]
    missing = {lattice.pop(number) for number in (7, 0)}
    assert {tuple(place) for place in openings(lattice, (190, 52), (720, 400)).round()} == missing
    assert len(openings([(434, 412), (16, 16)], (190, 52), (640, 480))) == 0


def test_a_second_mark_that_is_not_believed_is_told(every):
    ground = scenes.marked(1, 53, agencies.agency(0), 0.5, quality=None)[0].picture
    picture = scenes.jpeg(scenes.overlaid(ground, agencies.agency(1), 0.5, [(16, 16)]), 85)
    choice = choose(picture, every[:1])
    assert len(choice.placed) == 1
    assert len(choice.doubts) == 1 and "something like the mark of 가나뉴스" in choice.doubts[0]


def test_two_agencies_in_one_picture_are_both_removed(every):
    ground = scenes.marked(1, 54, agencies.agency(0), 0.5, quality=None)[0].picture
    second = scenes.exact(agencies.agency(3), 0.5, "left")
    second = type(second)(second.alpha, second.colour, "top left", (15.0, 15.0), second.reference, agency="left")
    picture = scenes.jpeg(scenes.overlaid(ground, agencies.agency(3), 0.5, [(16, 16)]), 85)
    assert {one.mark.agency for one in choose(picture, (every[0], second)).placed} == {"가나뉴스", "left"}


def test_photographs_without_a_mark_are_left(every):
    for seed in range(10):
        picture = agencies.unmarked(seed)
        choice = choose(picture, every)
        assert choice.placed == () and choice.doubts == ()
