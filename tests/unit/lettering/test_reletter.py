"""Measuring a lettering that was drawn here, and saying it in a line."""

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.fonts import AUTO, Font
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.nodes.lettering.reletter import fitting, reading
from dancheong.nodes.lettering.reletter.alike import nearest
from dancheong.nodes.lettering.reletter.distance import distances
from dancheong.nodes.lettering.reletter.lie import Lie
from dancheong.nodes.lettering.reletter.look import Look
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.lettering.reletter.painting import painted, shapes
from dancheong.nodes.lettering.reletter.paints import paints
from dancheong.nodes.lettering.reletter.plane import Plane
from dancheong.nodes.lettering.reletter.reletter import relettered
from dancheong.nodes.lettering.reletter.setting import Room, fitted, flat
from dancheong.nodes.lettering.reletter.sight import sight
from dancheong.nodes.lettering.reletter.typed import Typed, rounded, told, typed_lines
from dancheong.nodes.lettering.wishes import ALL, SHRINK, Wish
from dancheong.nodes.page import drawing
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import BLUE, CAPITALS, GROUND, RED, WHITE, as_jpeg, drawn, drawn_size
from PIL import Image, ImageDraw, ImageFont


def seen(font, words="HEXLI", fonts=(), **how):
    picture, region = drawn(font, words, **how)
    found = measured(picture, replace(region, text=words, certainty=1.0), fonts)
    assert found is not None
    return found


@pytest.mark.parametrize("angle", [-17.0, 6.5])
def test_a_turned_line_is_as_turned_and_as_high_as_it_was_drawn(korean_font, angle):
    look = seen(korean_font, angle=angle).look
    assert abs(look.angle - angle) < 0.5 and abs(look.size / CAPITALS - 1) < 0.03
    assert look.outline == 0 and look.opacity == 0 and look.slant == 0 and look.bend == 0 and look.taper == 0


def test_what_stands_below_the_foot_is_no_height(korean_font):
    look = seen(korean_font, "Happy").look
    assert abs(look.size / CAPITALS - 1) < 0.04


def test_an_outline_is_told_from_the_letters(korean_font):
    look = seen(korean_font, outline=4.0).look
    assert abs(look.outline - 4) < 0.6 and look.outline_colour == WHITE
    assert np.abs(np.subtract(look.colour, RED)).max() < 8 and abs(look.size / CAPITALS - 1) < 0.03


def test_letters_inside_a_line_as_thick_as_they_are_the_letters(korean_font):
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
def test_a_shadow_is_no_outline(korean_font, shadow, soft):
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


def test_what_letters_do_not_lie_on_is_not_what_they_say(korean_font):
    """A recogniser that errs in the picture is asked again for the letters alone, and no error of its is taken."""
    picture, region = drawn(korean_font, "HEXLI", angle=6.5)
    asked = []

    def read(shown, place):
        asked.append(shown.shape)
        return [replace(place, text="MOON" if len(asked) == 1 else "HEXLI", certainty=0.5)]

    found = measured(picture, region, [Font(korean_font, "here")], read)
    assert found is not None and found.seen.words == "HEXLI" and len(asked) == 2 and asked[0] == picture.shape
    found = measured(picture, region, [Font(korean_font, "here")], lambda _, place: [replace(place, text="MOON")])
    assert found is not None and not found.seen.words and abs(found.look.angle - 6.5) < 0.5


def test_letters_of_a_column_that_are_narrow_stay_so(korean_font):
    words, narrow = "\ubd04\ub208", 0.62
    face = ImageFont.truetype(str(korean_font), 90)
    sheet = Image.new("RGB", (160, 260), GROUND)
    for at, letter in enumerate(words):
        ImageDraw.Draw(sheet).text((80, 30 + 95 * at), letter, RED, face, anchor="ma")
    picture = np.asarray(sheet.resize((round(160 * narrow), 260), Image.Resampling.LANCZOS))
    rows, columns = np.nonzero((np.abs(picture.astype(int) - GROUND) > 40).any(axis=2))
    (left, right), (top, bottom) = (
        np.float32([columns.min(), columns.max() + 1]),
        np.float32([rows.min(), rows.max() + 1]),
    )
    box = np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
    font = Font(korean_font, "here")
    found = measured(picture, Region(box, 1.0, words, 1.0), [font])
    assert found is not None and abs(found.look.size / (right - left) - 1) < 0.04
    known = {font.name: font}
    done = relettered(1, Typed("\ubc14\ub2e4", 1, {}), found, Wish(known, AUTO, ALL, SHRINK, WHITE), picture.shape[:2])
    values = typed_lines(done.line, known)[0].values
    assert 58 < values["width"] < 66 and values["tracking"] == 0
    inked = np.nonzero(done.layer.rgba[..., 3] > 0.5)[1]
    assert abs(np.ptp(inked) + 1 - (right - left)) < 0.12 * (right - left)


def test_a_gradient_has_two_colours_and_a_direction(korean_font):
    look = seen(korean_font, colours=((230, 200, 40), (200, 60, 40))).look
    assert np.abs(np.subtract(look.colour, (230, 200, 40))).max() < 25
    assert np.abs(np.subtract(look.to, (200, 60, 40))).max() < 25 and abs(look.toward - 90) < 12


def test_a_shadow_is_found_where_it_falls(korean_font):
    look = seen(korean_font, shadow=4).look
    assert np.abs(np.subtract(look.shadow, (4, 4))).max() <= 1.5 and abs(look.opacity - 70) < 20
    assert np.abs(np.subtract(look.colour, RED)).max() < 8 and abs(look.size / CAPITALS - 1) < 0.03


def test_a_line_seen_from_the_side_is_higher_at_its_end(korean_font):
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


def test_letters_that_would_touch_are_narrowed_instead(korean_font):
    """However close the old ones stand: new ones are wider."""
    sheet = Image.new("RGB", (420, 120), GROUND)
    face, x = ImageFont.truetype(str(korean_font), 60), 40.0
    for letter in "HILLTIN":
        ImageDraw.Draw(sheet).text((x, 90), letter, RED, face, anchor="ls")
        x += face.getlength(letter) - 0.16 * CAPITALS
    box = np.float32([[38, 40], [x + 4, 40], [x + 4, 94], [38, 94]])
    font = Font(korean_font, "here")
    found = measured(np.asarray(sheet), Region(box, 1.0, "HILLTIN", 1.0), [font])
    known = {font.name: font}
    assert found is not None
    done = relettered(1, Typed("\ub2ec\ube5b", 1, {}), found, Wish(known, AUTO, ALL, SHRINK, WHITE), (120, 420))
    values = typed_lines(done.line, known)[0].values
    assert values["tracking"] >= -12 and 50 < values["width"] < 98


def test_leaning_letters_lean(korean_font):
    assert abs(seen(korean_font, lean=14.0).look.slant - 14) < 3


@pytest.mark.parametrize("is_column", [False, True])
def test_the_plane_leads_into_the_picture_and_back(is_column):
    plane = Plane(100.0, 80.0, 120.0, 12.0, 0.0 if is_column else 9.0, 35.0, 25.0, is_column)
    points = np.random.default_rng(1).uniform(-50, 50, (40, 2))
    assert np.abs(plane.from_picture(plane.to_picture(points)) - points).max() < 1e-6
    straight = Plane(100.0, 80.0, 120.0, 90.0)
    assert np.allclose(straight.to_picture(np.array([[10.0, 0.0]])), [[100.0, 90.0]])  # clockwise: to the right is down


def test_a_line_says_all_and_is_read_back():
    look = rounded(Look(84.26, -6, 0, 3.123, 2.04, -12, 8, "vertical", "A b.ttf", 400, 87.5, 3.3, (1, 2, 3),
                        (250, 9, 0), 45.4, 2.2, WHITE, (3.0, -2.5), 1.5, RED, 59.7))  # fmt: skip
    line = told(2, look, "달빛\n아래")
    again = typed_lines(f"# a remark\n{line}", {"A b.ttf": None})[0]
    assert (again.number, again.words, Look(**again.values)) == (2, "달빛\n아래", look)
    assert told(2, Look(**again.values), again.words) == line and 'font="A b.ttf"' in line


def test_a_line_gives_the_same_letters_again(korean_font):
    fonts = {korean_font.name: Font(korean_font, "here")}
    wish = Wish(fonts, korean_font.name, ALL, "shrink", WHITE)
    found = seen(korean_font, outline=3.0, shadow=4)
    first = relettered(1, Typed("달빛", 1, {}), found, wish, (260, 420))
    again = relettered(1, typed_lines(first.line, fonts)[0], seen(korean_font, outline=3.0, shadow=4), wish, (260, 420))
    assert again.line == first.line and np.array_equal(again.layer.rgba, first.layer.rgba)
    moved = typed_lines(first.line.replace("dx=0", "dx=9"), fonts)[0]
    changed = relettered(1, moved, found, wish, (260, 420))
    assert changed.layer.columns.start == first.layer.columns.start + 9


def test_distances_come_in_sixteenths_of_a_px():
    """Whatever the last bit of OpenCV's is: the same line must give the same letters."""
    away = np.ones((40, 60), bool)
    away[20, 30] = False
    rows, columns = np.mgrid[:40, :60]
    found = distances(away)
    assert np.abs(found - np.hypot(rows - 20, columns - 30)).max() <= 1 / 32 and (found * 16 % 1 == 0).all()


def test_only_what_is_named_is_said():
    with pytest.raises(UserError, match="Expected one of size, dx"):
        typed_lines("1 hight=3: a", {})
    with pytest.raises(UserError, match='or "2 size=84 angle=3: words"'):
        typed_lines("1: a\nb", {})
    assert [line.number for line in typed_lines("Moon\nSea", {})] == [None, None]


def test_the_nearest_weight_is_taken(korean_font):
    """Of one family, by its own words and by none."""
    files = [Font(korean_font.with_name(f"NanumGothic{name}.ttf"), "here") for name in ("Light", "ExtraBold")]
    for truth in files:
        found = seen(truth.path)
        for words in ("HEXLI", ""):
            alike = nearest(replace(found.seen, words=words), files, "달빛")
            assert alike is not None and alike.font == truth


def test_words_are_as_high_as_asked_and_fit_their_room(korean_font):
    face = open_face(korean_font, Cut()).face
    look = Look(size=40.0)
    for words, least in (("달빛", 0.85), ("HEX", 0.99)):
        _, top, _, bottom = flat(words, look, face, Room(1000, 1000), "shrink").box
        assert least * 40 - 1 < bottom - top < 41.5 and abs(top + bottom) < 6
    for fit, told_of in (("shrink", "set smaller"), ("condense", "condensed"), ("wrap", "set smaller")):
        fits, done = fitted("달빛 아래서", look, face, Room(120, 44), fit, set())
        left, top, right, bottom = flat("달빛 아래서", fits, face, Room(120, 44), fit).box
        assert right - left <= 121 and bottom - top <= 45 and told_of in done
    assert fitted("달빛 아래서", look, face, Room(60, 44), "shrink", {"size"}) == (look, "")
    apart = replace(look, tracking=150.0)
    closer, done = fitted("하늘 길", apart, face, Room(190, 44), "shrink", set())
    assert closer.size == 40 and 0 < closer.tracking < 150 and done == "set closer together than 150 %"
    smaller, done = fitted("하늘 길", apart, face, Room(100, 44), "shrink", set())
    assert smaller.size > 24 and smaller.tracking == 0 and "set closer together than 150 %, and set smaller" in done
    narrower, done = fitted("하늘 길", replace(look, width=250.0), face, Room(150, 44), "shrink", set())
    assert narrower.size == 40 and 100 <= narrower.width < 250 and done == f"condensed to {narrower.width:g} %"
    with pytest.raises(UserError, match="does not fit its region of 60 x 44 px"):
        fitted("달빛 아래서 우리는", look, face, Room(60, 44), "shrink", set())


@pytest.mark.parametrize("lies", [{}, {"taper": 60.0}, {"bend": 70.0, "slant": 9.0}])
def test_outlines_for_print_are_the_letters(korean_font, lies):
    """On a plane that is not flat too, where straight lines are none."""
    face = open_face(korean_font, Cut()).face
    look = Look(size=60.0, colour=RED, to=RED, outline=3.0, outline_colour=WHITE)
    words = flat("\ub2ec\ube5b", look, face, Room(200, 100), "shrink")
    plane = Plane(100.0, 70.0, 120.0, 10.0, **lies)
    layer, under = painted(words, look, plane, (140, 200))
    lines = shapes(words, look, plane)
    assert not under.rgba.any() and {one.line for one in lines} == {0.0, 6.0}
    drawn_again = drawing.painted(list(lines), 200, 140)[layer.rows, layer.columns, 3] / 255.0
    letters = layer.rgba[..., 3] * (layer.rgba[..., 1] < 0.5)
    assert abs(drawn_again - letters).mean() / letters.mean() < 0.12
    assert shapes(words, replace(look, to=BLUE), plane) == ()


def test_a_layer_has_no_ink_beyond_its_letters(korean_font):
    face = open_face(korean_font, Cut()).face
    look = Look(size=30.0, colour=RED, to=RED, outline=3.0, outline_colour=WHITE)
    words = flat("달", look, face, Room(100, 100), "shrink")
    layer, _ = painted(words, look, Plane(60.0, 50.0, 30.0, 10.0), (100, 120))
    rows, columns = np.nonzero(layer.rgba[..., 3])
    assert abs(rows.mean() + layer.rows.start - 50) < 3 and abs(columns.mean() + layer.columns.start - 60) < 3
    assert np.ptp(rows) + 1 <= 30 * 1.2 + 6 + 3
    deepest = layer.rgba[layer.rgba[..., 3] == 1]
    assert {tuple(np.round(255 * colour).astype(int)) for colour in deepest[:, :3]} >= {RED, WHITE}
