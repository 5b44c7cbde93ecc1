"""A font for all of a text, or another for each script."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.choice import faces_of
from dancheong.nodes.lettering.fonts import Font
from dancheong.testing import made_fonts


@pytest.fixture
def found(tmp_path):
    """Three fonts: Hangul with one Hanja, Hanja, Latin."""
    letters = {"Main": "가나漢a", "Hanja": "漢字", "Latin": "abc"}
    return {
        f"{name}.ttf": Font(made_fonts.font(tmp_path / f"{name}.ttf", text), "models/fonts")
        for name, text in letters.items()
    }


def chosen(found, text, **own):
    return faces_of(found, "Main.ttf", own, text, weight=0, width=100)


def test_auto_takes_another_font_only_where_the_main_one_lacks_a_letter(found):
    faces, told = chosen(found, "가漢", hanja="auto")
    assert faces.own == () and told == "Font Main.ttf from models/fonts"
    faces, told = chosen(found, "가漢字", hanja="auto")
    assert [script for script, _ in faces.own] == ["hanja"] and told.endswith(", hanja Hanja.ttf from models/fonts")
    # All Hanja are of one font, also those that the main one has.
    assert faces.of("漢").face is faces.of("字").face is not faces.main


def test_the_same_font_for_all_is_asked_for_all(found):
    with pytest.raises(UserError, match=r"Main\.ttf, has no letter for 字"):
        chosen(found, "가字", hanja="same")
    with pytest.raises(UserError, match=r"Latin\.ttf, has no letter for 漢"):
        chosen(found, "가漢", hanja="Latin.ttf")
    # A font for a script that the text has not is not asked for anything.
    assert chosen(found, "가나", hanja="Latin.ttf")[0].own == ()


def test_a_hyphen_that_a_break_may_need_is_asked_for(found):
    with pytest.raises(UserError, match=r"- \(U\+002D HYPHEN-MINUS\)"):
        chosen(found, "a\u00ada")


def test_auto_needs_no_more_of_the_main_font_than_falls_to_it(found):
    faces, told = faces_of(found, "auto", {"latin": "Latin.ttf"}, "字abc", weight=0, width=100)
    assert told.startswith("Font Hanja.ttf") and faces.of("b").face is not faces.main
