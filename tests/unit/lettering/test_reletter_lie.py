"""How a line lies that was drawn here: turned, as high as it is, leaning, bent, seen from the side."""

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from dancheong.nodes.lettering.fonts import Font
from dancheong.nodes.lettering.reletter import fitting, reading
from dancheong.nodes.lettering.reletter.lie import Lie
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.lettering.reletter.plane import Plane
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import CAPITALS, GROUND, drawn, drawn_size


@pytest.mark.parametrize("angle", [-17.0, 6.5])
def test_a_turned_line_is_as_turned_and_as_high_as_it_was_drawn(seen, korean_font, angle):
    look = seen(korean_font, angle=angle).look
    assert abs(look.angle - angle) < 0.5 and abs(look.size / CAPITALS - 1) < 0.03
    assert look.outline == 0 and look.opacity == 0 and look.slant == 0 and look.bend == 0 and look.taper == 0


def test_what_stands_below_the_foot_is_no_height(seen, korean_font):
    look = seen(korean_font, "Happy").look
    assert abs(look.size / CAPITALS - 1) < 0.04


@pytest.mark.parametrize(("words", "weight"), [("\uae38", "Light"), ("by", "Bold"), ("\ud560\uc778", "ExtraBold")])
def test_a_short_word_is_as_turned_and_as_high_as_its_own_letters_say(korean_font, words, weight):
    """Whatever the region says: its box is turned by 3 degrees and too large."""
    path = korean_font.with_name(f"NanumGothic{weight}.ttf")
    picture, region = drawn(path, words, angle=8.0)
    plain = Plane(*region.polygon.mean(axis=0), 1.0, 3.0).to_picture(
        1.1 * (region.polygon - region.polygon.mean(axis=0))
    )
    others = [
        Font(korean_font.with_name(f"NanumGothic{one}.ttf"), "here") for one in ("", "Light", "Bold", "ExtraBold")
    ]
    font = next(one for one in others if one.path == path)
    found = measured(picture, Region(plain.astype(np.float32), 1.0, words, 1.0), others)
    truth = drawn_size(path, words)
    assert found is not None and found.seen.liked[0].font == font and found.seen.words == words
    assert abs(found.look.angle - 8) < 0.5 and abs(found.look.size / truth - 1) < 0.03


def test_a_line_seen_from_the_side_is_higher_at_its_end(seen, korean_font):
    look = seen(korean_font, "MOONLIGHT", taper=40.0).look
    assert abs(look.taper - 40) < 14 and abs(look.angle) < 1.5


@pytest.mark.parametrize("bend", [50.0, -45.0])
def test_a_line_on_an_arc_is_bent_as_it_was_drawn(korean_font, bend):
    picture, region = drawn(korean_font, "MOONLIGHT")
    radius = (float(region.sides[0]) - 4) / math.radians(bend)
    height, width = picture.shape[:2]
    rows, columns = np.indices((height, width)) + 0.5
    up, side = height / 2 + radius - rows, columns - width / 2
    turn = np.arctan2(np.sign(radius) * side, np.sign(radius) * up)
    x, y = width / 2 + turn * radius, height / 2 + radius - np.sign(radius) * np.hypot(side, up)
    arched = cv2.remap(
        picture, np.float32(x - 0.5), np.float32(y - 0.5), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    inked = np.argwhere((np.abs(arched.astype(int) - GROUND) > 20).any(axis=2))[:, ::-1]
    (left, top), (right, bottom) = inked.min(axis=0) - 2, inked.max(axis=0) + 3
    box = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    found = measured(arched, Region(box, 1.0, "MOONLIGHT", 1.0))
    assert found is not None and abs(found.look.bend - bend) < 5 and abs(found.look.angle) < 1
    assert abs(found.look.size / drawn_size(korean_font, "MOONLIGHT") - 1) < 0.05


@pytest.mark.parametrize(("likeness", "taper"), [(0.72, 0.0), (0.85, 30.0)])
def test_only_letters_that_are_surely_the_line_s_own_say_that_it_is_seen_from_the_side(monkeypatch, likeness, taper):
    """Of pseudo-letters, which are like no font, others lie a little better on some slope by chance."""

    def laid(cover, line, drawn):
        return fitting.Fit(line, 0.0, likeness if line.plane.taper > 0 else 0.63, drawn)

    cover = np.zeros((160, 400), np.float32)
    cover[60:104, 60:340] = 1
    line = Lie(Plane(200.0, 82.0, 280.0), 44.0, 0.0)
    corners = np.float64([[56, 56], [344, 56], [344, 108], [56, 108]])
    monkeypatch.setattr(fitting, "laid", laid)
    words = fitting.Drawn(Font(Path("none.ttf"), "here"), 0, "NECNLBOON", cover[60:104, 60:340])
    assert abs(fitting.fits(cover, corners, line, [words])[0].line.plane.taper - taper) < 14


@pytest.mark.parametrize(("more", "size"), [(0, 46.0), (60, 44.0)])
def test_height_by_ink_that_letters_do_not_agree_with_is_of_more_than_the_line(more, size):
    """Below the likeness from which letters are the line's own: a dark thing that they touch is high, they are not."""
    cover = np.zeros((220, 400), np.float32)
    cover[80:126, 60:340] = 1
    cover[80 - more : 90, 300:340] = 1
    line = Lie(Plane(200.0, 103.0, 280.0), 90.0, 0.0)
    words = fitting.Drawn(Font(Path("none.ttf"), "here"), 0, "HEXLI", cover[80:126, 60:340])
    best = fitting.Fit(replace(line, size=44.0), 0.0, 0.75, words)
    assert abs(reading.lying(cover, line, best).size - size) < 1


def test_leaning_letters_lean(seen, korean_font):
    assert abs(seen(korean_font, lean=14.0).look.slant - 14) < 3


@pytest.mark.parametrize("is_column", [False, True])
def test_the_plane_leads_into_the_picture_and_back(is_column):
    plane = Plane(100.0, 80.0, 120.0, 12.0, 0.0 if is_column else 9.0, 35.0, 25.0, is_column)
    points = np.random.default_rng(1).uniform(-50, 50, (40, 2))
    assert np.abs(plane.from_picture(plane.to_picture(points)) - points).max() < 1e-6
    straight = Plane(100.0, 80.0, 120.0, 90.0)
    assert np.allclose(straight.to_picture(np.array([[10.0, 0.0]])), [[100.0, 90.0]])  # clockwise: to the right is down
