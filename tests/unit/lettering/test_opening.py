"""Which face of a file is opened: of variable fonts, of collections, and what is no font to draw with."""

from itertools import pairwise

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.testing import made_fonts
from fontTools.ttLib import TTFont


@pytest.fixture
def variable(tmp_path):
    axes = [("wght", 100, 100, 900), ("wdth", 75, 75, 125)]
    return made_fonts.font(tmp_path / "Variable.ttf", "ab", axes=axes)


def ink(path, **cut):
    face = open_face(path, Cut(**cut)).face
    glyph = face.shape("a", 100)[0]
    return int(face.draw(glyph.number, 100, (0, 0), 1.0, False, 0)[0].sum()) // 255


def test_weights_and_widths_are_drawn(variable):
    weights = [ink(variable, weight=weight) for weight in range(100, 1000, 100)]
    assert all(heavier - lighter > 100 for lighter, heavier in pairwise(weights))
    assert ink(variable, width=75) < ink(variable, width=100) < ink(variable, width=125)
    # Unasked it is Regular and of normal width, not the instance that the file begins with.
    assert ink(variable) == ink(variable, weight=400, width=100) > ink(variable, weight=100, width=75)


def test_what_a_font_cannot_is_told(variable, tmp_path):
    assert open_face(variable, Cut(1000)).notes[0] == "weight 900 instead of 1000, as it has 100 to 900"
    static = made_fonts.font(tmp_path / "Static.ttf", "ab")
    assert open_face(static, Cut()).notes == ()
    assert "weight 700 has no effect" in open_face(static, Cut(700)).notes[0]
    assert "width 75 has no effect" in open_face(static, Cut(width=75)).notes[0]
    assert open_face(static, Cut(400)).notes == ()


def test_of_a_collection_the_korean_face_is_taken(tmp_path):
    faces = [
        made_fonts.face(family, "ab", language, weight)
        for family, language, weight in (
            ("JP", "ja", 400), ("SC", "zh", 400), ("KR Bold", "ko", 700), ("KR", "ko", 400)
        )
    ]  # fmt: skip
    path = made_fonts.collection(tmp_path / "All.ttc", faces)
    assert open_face(path, Cut()).notes == ("its face KR, 4 of 4",)
    assert open_face(path, Cut(800)).notes[0] == "its face KR Bold, 3 of 4"
    assert open_face(path, Cut(japanese=True)).notes == ("its face JP, 1 of 4",)


def test_hanja_are_drawn_as_the_texts_language_draws_them(tmp_path):
    path = made_fonts.font(
        tmp_path / "Pan.ttf", "漢", shapes={"korean": made_fonts.square(), "japanese": made_fonts.square()},
        features="languagesystem hani KOR; languagesystem hani JAN;"
        "feature locl { script hani; language KOR; sub u6F22 by korean; language JAN; sub u6F22 by japanese; } locl;",
    )  # fmt: skip
    glyphs = [open_face(path, Cut(japanese=japanese)).face.shape("漢", 100)[0].number for japanese in (False, True)]
    assert glyphs == [2, 3]


def test_a_font_of_pictures_is_refused(tmp_path):
    path = made_fonts.font(tmp_path / "Emoji.ttf", "ab")
    with TTFont(path) as font:
        for table in ("glyf", "loca"):
            del font[table]
        font.save(path)
    with pytest.raises(UserError, match=r"Expected a font with outlines, got Emoji\.ttf"):
        open_face(path, Cut())
