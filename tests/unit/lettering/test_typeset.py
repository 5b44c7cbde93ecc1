"""Typesetting: where the ink lands, and that it is the font's ink."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.faces import Faces
from dancheong.nodes.lettering.ink import Paint
from dancheong.nodes.lettering.margins import Margins, margins
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.nodes.lettering.typeset import Style, Words, is_spine
from dancheong.nodes.lettering.typeset import typeset as typeset_ink
from dancheong.nodes.page.trim import Trim
from PIL import Image, ImageDraw, ImageFont

SIZE = (600, 900)


PAGE = Trim(40, 60, bleed_mm=3, dpi=300)


def style(font, **changes):
    values = {"layout": "horizontal", "position": "top", "align": "centre", "size": 8.0, "outline": 0.0}
    return Style(Faces(open_face(font, Cut()).face), **{**values, **changes})


def typeset(width, height, words, style, margin=8.0, trim=None, **paint):
    """The layer, and the size of the title."""
    free = margins(width, height, margin, trim, is_spine(width, height, style.layout))
    ink, size = typeset_ink(width, height, words, style, free)
    return ink.paint(Paint((255, 0, 0), (0, 0, 255), **paint)), size


def ink_box(layer):
    rows, columns = np.nonzero(layer[..., 3])
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def words(title="달빛 아래", subtitle="", author=""):
    return Words(title, subtitle, author)


@pytest.mark.parametrize("layout", ["horizontal", "vertical"])
@pytest.mark.parametrize("position", ["top", "centre", "bottom"])
@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_text_stays_inside_the_margin_at_its_place(korean_font, layout, position, align):
    layer, size = typeset(*SIZE, words(), style(korean_font, layout=layout, position=position, align=align))
    assert layer.shape == (900, 600, 4)
    left, top, right, bottom = ink_box(layer)
    margin = 0.08 * 600 - 1
    assert left >= margin and top >= margin and right <= 600 - margin and bottom <= 900 - margin
    horizontally = {"left": left - margin, "centre": abs(left + right - 600) / 2, "right": 600 - margin - right}
    vertically = {"top": top - margin, "centre": abs(top + bottom - 900) / 2, "bottom": 900 - margin - bottom}
    assert horizontally[align] < size * 0.6
    assert vertically[position] < size * 0.6


def test_the_ink_is_the_fonts_own(korean_font):
    """Against Pillow's own drawing of the same letters."""
    layer, size = typeset(*SIZE, words("꽃"), style(korean_font, align="left"), margin=0.0)
    reference = Image.new("L", SIZE)
    font = ImageFont.truetype(str(korean_font), size)
    ImageDraw.Draw(reference).text((0, 1.3 * size / 2), "꽃", 255, font, anchor="lm")
    assert np.array_equal(layer[..., 3], np.asarray(reference))
    assert (layer[layer[..., 3] > 0][:, :3] == (255, 0, 0)).all()


def test_long_titles_wrap_before_they_shrink(korean_font):
    layer, size = typeset(*SIZE, words("깊은 산속 옹달샘 누가 와서"), style(korean_font))
    assert size == 72
    assert ink_box(layer)[3] > 2 * 72


def test_what_does_not_fit_shrinks(korean_font):
    _, size = typeset(*SIZE, words("가나다라 마바사아 " * 30), style(korean_font))
    assert 8 <= size < 72


def test_what_cannot_fit_is_refused(korean_font):
    with pytest.raises(UserError, match=r"does not fit on 40 x 40 px"):
        typeset(40, 40, words("가나다라 마바사아 " * 30), style(korean_font))


def test_an_outline_surrounds_the_letters(korean_font):
    plain, _ = typeset(*SIZE, words("밤"), style(korean_font))
    outlined, _ = typeset(*SIZE, words("밤"), style(korean_font, outline=10.0))
    assert (outlined[..., 3] > 0).sum() > (plain[..., 3] > 0).sum()
    colours = {tuple(colour) for colour in outlined[outlined[..., 3] == 255][:, :3]}
    assert {(255, 0, 0), (0, 0, 255)} <= colours


def test_author_stands_at_the_other_end(korean_font):
    title, _ = typeset(*SIZE, words(), style(korean_font))
    both, _ = typeset(*SIZE, words(author="김단청 지음"), style(korean_font))
    assert ink_box(title)[3] < 300
    assert ink_box(both)[3] > 800


def test_columns_run_from_right_to_left_and_down(korean_font):
    one, size = typeset(*SIZE, words("가나"), style(korean_font, layout="vertical", align="right"))
    two, _ = typeset(*SIZE, words("가나\n다라"), style(korean_font, layout="vertical", align="right"))
    left, top, right, bottom = ink_box(one)
    assert bottom - top > 1.5 * size and right - left < 1.2 * size
    assert ink_box(two)[0] < left - size
    # The first column stays where it was: the second stands left of it.
    assert np.array_equal(two[:, left:, 3], one[:, left:, 3])


def test_latin_words_lie_in_columns(korean_font):
    upright, _ = typeset(*SIZE, words("NEWS"), style(korean_font))
    lying, _ = typeset(*SIZE, words("NEWS"), style(korean_font, layout="vertical"))
    left, top, right, bottom = ink_box(upright)
    turned = np.rot90(upright[top:bottom, left:right, 3], -1)
    left, top, right, bottom = ink_box(lying)
    seen = lying[top:bottom, left:right, 3]
    assert seen.shape == pytest.approx(turned.shape, abs=2)


def test_a_12000_px_wide_picture(korean_font):
    layer, size = typeset(12000, 400, words("가나다라마바사 " * 40), style(korean_font, size=50.0))
    left, _, right, _ = ink_box(layer)
    assert left > 0 and right < 12000 and size <= 200


def test_no_words_leave_no_ink(korean_font):
    layer, _ = typeset(*SIZE, words(""), style(korean_font))
    assert not layer[..., 3].any()


def test_empty_lines_stay_between_lines_and_go_at_the_ends(korean_font):
    one, size = typeset(*SIZE, words("가\n나"), style(korean_font))
    two, _ = typeset(*SIZE, words("가\n\n나"), style(korean_font))
    assert ink_box(two)[3] - ink_box(one)[3] == pytest.approx(1.3 * size, abs=1)


def test_leading_and_tracking_move_lines_and_letters(korean_font):
    plain, size = typeset(*SIZE, words("가나\n다라"), style(korean_font))
    wide, _ = typeset(*SIZE, words("가나\n다라"), style(korean_font, tracking=50.0, leading=200.0))
    left, top, right, bottom = ink_box(plain)
    wider = ink_box(wide)
    assert wider[2] - wider[0] == pytest.approx(right - left + size / 2, abs=2)
    assert wider[3] - wider[1] == pytest.approx(bottom - top + 0.7 * size, abs=2)


@pytest.mark.parametrize("layout", ["vertical", "turned"])
@pytest.mark.parametrize("position", ["top", "centre", "bottom"])
def test_on_a_spine_title_and_author_stand_in_one_line_inside_the_safe_area(korean_font, layout, position):
    width, height = 80, PAGE.pixels[1]
    both = Words("달빛 아래", "밤", "김단청")
    chosen = style(korean_font, layout=layout, position=position, size=6.0)
    layer, _ = typeset(width, height, both, chosen, margin=5.0, trim=PAGE)
    left, top, right, bottom = ink_box(layer)
    safe = 35 + 35  # bleed and 3 mm at 300 dpi
    assert top >= safe and bottom <= height - safe and left >= 4 and right <= width - 4
    middles = [(columns.min() + columns.max()) / 2 for columns in (ink_of(layer[:500]), ink_of(layer[500:]))]
    assert middles == pytest.approx([width / 2] * 2, abs=3)
    ends = top - safe, height - safe - bottom
    assert max(ends) < 15 or position == "centre"


def ink_of(layer):
    return np.nonzero(layer[..., 3])[1]


def test_a_long_spine_shrinks_instead_of_breaking(korean_font):
    layer, size = typeset(
        60, 400, words("깊은 산속 옹달샘\n누가 와서"), style(korean_font, layout="vertical", size=14.0)
    )
    left, _, right, _ = ink_box(layer)
    assert size < 56 and right - left <= 1.1 * size


def test_the_knife_reaches_no_letter():
    assert margins(PAGE.pixels[0], PAGE.pixels[1], 0.0, PAGE, False) == Margins(70, 70, 70, 70, 0)
    assert margins(100, PAGE.pixels[1], 10.0, PAGE, True) == Margins(10, 70, 10, 70, 10)
    assert margins(100, 300, 10.0, None, True) == Margins(10, 10, 10, 10, 10)
    with pytest.raises(
        UserError, match=r"Expected a picture of 543 x 780 px, or of a spine or wing as high, got 100 x"
    ):
        margins(100, 700, 10.0, PAGE, True)


def test_a_shadow_falls_and_a_plate_lies_under_the_block(korean_font):
    plain, _ = typeset(*SIZE, words("밤"), style(korean_font))
    shadow, _ = typeset(*SIZE, words("밤"), style(korean_font), shadow=8.0, shadow_colour=(0, 255, 0))
    left, top, right, bottom = ink_box(plain)
    assert ink_box(shadow)[2] > right + 4 and ink_box(shadow)[3] > bottom + 4
    assert (shadow[plain[..., 3] == 255] == plain[plain[..., 3] == 255]).all()
    plate, _ = typeset(*SIZE, words("밤"), style(korean_font), plate=20.0, plate_colour=(0, 255, 0))
    box = ink_box(plate)
    assert (left - box[0], top - box[1], box[2] - right, box[3] - bottom) == pytest.approx((20,) * 4, abs=1)
    assert (plate[box[1] : box[3], box[0] : box[2], 3] == 255).all()
