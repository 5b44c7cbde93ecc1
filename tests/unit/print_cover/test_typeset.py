"""Typesetting: where the ink lands, and that it is the font's ink."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.print_cover.ink import Face
from dancheong.nodes.print_cover.typeset import Style, Words, typeset
from PIL import Image, ImageDraw, ImageFont

SIZE = (600, 900)


def style(font, **changes):
    values = {
        "font": str(font), "layout": "horizontal", "position": "top", "align": "centre", "size": 8.0, "margin": 8.0,
        "outline": 0.0, "colour": (255, 0, 0), "outline_colour": (0, 0, 255),
    }  # fmt: skip
    return Style(**{**values, **changes})


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
    layer, size = typeset(*SIZE, words("꽃"), style(korean_font, align="left", margin=0.0))
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


def test_latin_words_lie_in_columns_and_hangul_stands(korean_font):
    face = Face(str(korean_font), 50, 0)
    cells = face.cells("서울 NEW YORK 3월")
    assert [(cell.text, cell.lying) for cell in cells] == [
        ("서", False), ("울", False), ("", False), ("NEW YORK 3", True), ("월", False),
    ]  # fmt: skip
    assert [cell.lying for cell in face.cells("제 3 권")] == [False, False, False, False, False]
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
