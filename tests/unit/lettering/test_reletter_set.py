"""New words as they are set: as high, as wide and as close as the old ones, in their room."""

from dataclasses import replace

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.fonts import AUTO, Font
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.nodes.lettering.reletter.look import Look
from dancheong.nodes.lettering.reletter.measure import measured
from dancheong.nodes.lettering.reletter.painting import painted, shapes
from dancheong.nodes.lettering.reletter.plane import Plane
from dancheong.nodes.lettering.reletter.reletter import relettered
from dancheong.nodes.lettering.reletter.setting import Room, fitted, flat
from dancheong.nodes.lettering.reletter.typed import Typed, typed_lines
from dancheong.nodes.lettering.wishes import ALL, SHRINK, Wish
from dancheong.nodes.page import drawing
from dancheong.nodes.text_mask import Region
from dancheong.testing.scenes.line import BLUE, CAPITALS, GROUND, RED, WHITE
from PIL import Image, ImageDraw, ImageFont


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
