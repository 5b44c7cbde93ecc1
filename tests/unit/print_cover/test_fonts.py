"""Fonts: what is found, in which order, and which characters they really have."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.print_cover import fonts
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def make_font(path, characters):
    """A real font file with one square per character."""
    names = [".notdef", *(f"u{ord(character):04X}" for character in characters)]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(point)
    pen.closePath()
    glyph = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(map(ord, characters), names[1:], strict=True)))
    builder.setupGlyf(dict.fromkeys(names, glyph))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def latin(tmp_path):
    return make_font(tmp_path / "AAA.ttf", "abc ")


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


def test_a_replaced_font_has_its_own_letters(tmp_path):
    path = make_font(tmp_path / "AAA.ttf", "ab")
    assert fonts.missing(fonts.Font(path, ""), "abc") == ["c"]
    make_font(path, "abc")
    assert fonts.missing(fonts.Font(path, ""), "abc") == []


def test_layout_marks_need_no_letter(latin):
    assert fonts.missing(fonts.Font(latin, ""), "a\u200bb\n\u00a0c") == []


def test_a_damaged_font_is_named_when_chosen_and_passed_over_by_auto(tmp_path, latin):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(latin.read_bytes()[:200])
    found = fonts.available([broken, latin])
    with pytest.raises(UserError, match=r"broken\.ttf is damaged"):
        fonts.choose(found, "broken.ttf", "abc")
    assert fonts.choose(found, "auto", "abc").path == latin


def test_an_unknown_font_is_refused(latin):
    with pytest.raises(UserError, match=r"models/fonts"):
        fonts.choose(fonts.available([latin]), "nowhere.ttf", "a")
