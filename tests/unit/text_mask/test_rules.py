"""Which regions are masked."""

import json

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_mask import regions
from dancheong.nodes.text_mask.marking.rules import PLACES, Rules, any_word
from dancheong.nodes.text_mask.regions import Region


def region(text=None, height=20.0, score=0.9, width=100.0):
    return Region(np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32), score, text)


@pytest.mark.parametrize(
    ("rules", "found", "masked"),
    [
        (Rules(), region(), True),
        (Rules(min_height=21), region(), False),
        (Rules(max_height=19), region(), False),
        (Rules(max_height=20), region(), True),
        (Rules(min_score=0.95), region(), False),
        (Rules(keep="vol"), region("Vol. 3"), False),
        (Rules(keep="vol"), region("SALE"), True),
        (Rules(keep="vol"), region(""), True),
        (Rules(only="sale|open"), region("SALE 50%"), True),
        (Rules(only="sale|open"), region("Vol. 3"), False),
        (Rules(only="sale"), region(""), False),
        (Rules(only="."), region(""), False),
        (Rules(keep="50", only="sale"), region("SALE 50%"), False),
        (Rules(script="latin"), region("SALE 50%"), True),
        (Rules(script="digits"), region("SALE 50%"), True),
        (Rules(script="digits"), region("SALE"), False),
        (Rules(script="hangul"), region("SALE"), False),
        (Rules(script="hangul"), region("속보 SALE"), True),
        (Rules(script="hanja"), region("속보"), False),
        (Rules(script="hanja"), region("大韓"), True),
        (Rules(script="latin"), region(""), False),
    ],
)
def test_rules(rules, found, masked):
    assert rules.masked(found, (300, 300)) is masked


@pytest.mark.parametrize(
    ("middle", "places"),
    [
        ((150, 20), {"top"}),
        ((150, 280), {"bottom"}),
        ((20, 150), {"left"}),
        ((280, 150), {"right"}),
        ((150, 150), {"centre"}),
        ((20, 20), {"top", "left"}),
        ((150, 99), {"top"}),
        ((150, 101), {"centre"}),
        ((201, 199), {"right"}),
    ],
)
def test_places_are_thirds_of_the_picture(middle, places):
    corners = np.array([[-9, -9], [9, -9], [9, 9], [-9, 9]], np.float32) + middle
    chosen = {place for place in PLACES if Rules(place=place).masked(Region(corners, 1.0), (300, 300))}
    assert chosen == places


def test_a_word_list_finds_each_word_as_it_stands():
    rules = Rules(keep=any_word("# agencies\n연합뉴스\n\n  A.P. (Seoul)  \n"))
    size = (300, 300)
    assert not rules.masked(region("(서울=연합뉴스)"), size) and not rules.masked(region("a.p. (seoul)"), size)
    assert rules.masked(region("AxP. Seoul"), size) and rules.masked(region("# agencies"), size)


def test_an_empty_word_list_is_refused_as_it_would_match_everything():
    with pytest.raises(UserError, match="word list is empty"):
        any_word("# nothing\n\n")


@pytest.mark.parametrize("name", ["keep", "only"])
def test_a_broken_expression_is_explained(name):
    with pytest.raises(UserError, match=rf"'{name}' is not a regular expression: '\(oops'"):
        Rules(**{name: "(oops"})


def test_hangul_and_text_needs():
    assert Rules(keep="연합").need_hangul and Rules(keep="연합").need_text
    assert not Rules(keep="AP").need_hangul
    assert not Rules(min_height=3).need_text


def test_height_is_the_shorter_side_of_a_turned_quad():
    angle = np.deg2rad(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = region(height=17.0)
    assert Region((flat.polygon @ turn.T).astype(np.float32), 1.0).height == pytest.approx(17, abs=1e-3)
    assert region(width=12.0, height=80.0).height == pytest.approx(12)


def test_json_keeps_korean_readable():
    text = regions.report([regions.to_json("rapidocr", None, (640, 480), [region("속보")], [True])])
    assert "속보" in text
    (picture,) = json.loads(text)
    assert picture["width"] == 640 and picture["regions"][0]["height"] == 20.0
