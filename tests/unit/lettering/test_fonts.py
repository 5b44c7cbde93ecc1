"""Fonts: what is found, in which order, and which letters they really draw."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering import fonts
from dancheong.nodes.lettering.opening import Cut
from dancheong.testing import made_fonts
from fontTools.ttLib import TTFont


@pytest.fixture
def latin(tmp_path):
    return made_fonts.font(tmp_path / "AAA.ttf", "abc ", empty=" ")


def test_the_users_fonts_come_first(latin):
    found = fonts.available([latin])
    assert next(iter(found.values())) == fonts.Font(latin, "models/fonts")


def test_auto_takes_the_first_font_with_every_letter(latin):
    found = fonts.available([latin])
    assert fonts.choose(found, "auto", "cab").path == latin
    korean = fonts.choose(found, "auto", "달빛 abc")
    assert korean.path != latin
    assert fonts.missing(korean, "달빛 abc") == []


def test_a_korean_font_is_found_without_root(korean_font):
    found = fonts.available([])
    assert found[korean_font.name].path == korean_font or found[korean_font.name].source == "the system"
    assert fonts.missing(fonts.choose(found, "auto", "가각힣"), "가각힣") == []


@pytest.mark.parametrize(("text", "named"), [("abd", r"d \(U\+0064"), ("ab\U0001f600", r"U\+1F600 GRINNING FACE")])
def test_a_lacking_letter_is_named(latin, text, named):
    with pytest.raises(UserError, match=f"AAA.ttf.*{named}"):
        fonts.choose(fonts.available([latin]), "AAA.ttf", text)


@pytest.mark.parametrize("flaw", ["empty", "boxes"])
def test_a_syllable_that_is_mapped_and_not_drawn_is_named_and_auto_goes_on(tmp_path, flaw):
    """Many display fonts map all 11,172 syllables and draw 2,350 of them."""
    claims = made_fonts.font(tmp_path / "AAA.ttf", "뷁달 ", **{flaw: "뷁"})
    draws = made_fonts.font(tmp_path / "BBB.ttf", "뷁달 ")
    found = fonts.available([claims, draws])
    with pytest.raises(UserError, match=r"AAA\.ttf, has no letter for 뷁 \(U\+BDC1 HANGUL SYLLABLE BWELG\)"):
        fonts.choose(found, "AAA.ttf", "달뷁")
    assert fonts.choose(found, "auto", "달뷁").path == draws
    assert fonts.choose(found, "auto", "달").path == claims


def test_old_hangul_that_falls_into_letters_is_named(tmp_path):
    old = "\u1112\u119e\u11ab"
    apart = made_fonts.font(tmp_path / "AAA.ttf", old)
    with pytest.raises(UserError, match=r"U\+1112 .* \+ U\+119E .* \+ U\+11AB"):
        fonts.choose(fonts.available([apart]), "AAA.ttf", old)
    whole = made_fonts.font(
        tmp_path / "BBB.ttf", old, shapes={"whole": made_fonts.square()},
        features="languagesystem DFLT dflt; languagesystem hang dflt;"
        "feature ccmp { sub u1112 u119E u11AB by whole; } ccmp;",
    )  # fmt: skip
    assert fonts.choose(fonts.available([apart, whole]), "auto", old).path == whole


def test_a_hanja_variant_that_the_font_lacks_is_named(tmp_path):
    path = made_fonts.font(tmp_path / "AAA.ttf", "邊")
    assert fonts.missing(fonts.Font(path, ""), "邊") == []
    assert fonts.missing(fonts.Font(path, ""), "邊\U000e0101") == ["邊\U000e0101"]


def test_a_replaced_font_has_its_own_letters(tmp_path):
    path = made_fonts.font(tmp_path / "AAA.ttf", "ab")
    assert fonts.missing(fonts.Font(path, ""), "abc") == ["c"]
    made_fonts.font(path, "abc")
    assert fonts.missing(fonts.Font(path, ""), "abc") == []


def test_layout_marks_need_no_letter(latin):
    assert fonts.missing(fonts.Font(latin, ""), "a\u200bb\n\u00a0c\u00ad\u2060\u3000") == []


def test_a_damaged_font_is_named_when_chosen_and_passed_over_by_auto(tmp_path, latin):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(latin.read_bytes()[:200])
    found = fonts.available([broken, latin])
    with pytest.raises(UserError, match=r"broken\.ttf is damaged"):
        fonts.choose(found, "broken.ttf", "abc")
    assert fonts.choose(found, "auto", "abc").path == latin


@pytest.mark.parametrize("table", ["OS/2", "head", "maxp", "cmap"])
def test_a_font_with_a_damaged_table_is_named(tmp_path, table):
    path = made_fonts.font(tmp_path / "AAA.ttf", "abc")
    with TTFont(path, lazy=True) as font:
        entry = font.reader.tables[table]
    data = bytearray(path.read_bytes())
    data[entry.offset : entry.offset + entry.length] = bytes([255]) * entry.length
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"AAA\.ttf"):
        fonts.choose(fonts.available([path]), "AAA.ttf", "abc", Cut(700))


def test_an_unknown_font_is_refused(latin):
    with pytest.raises(UserError, match=r"models/fonts"):
        fonts.choose(fonts.available([latin]), "nowhere.ttf", "a")
