"""Where glyphs stand along a row and down a column."""

# East Asia's own brackets and marks.
# ruff: noqa: RUF001

from dataclasses import replace

import pytest
from dancheong.nodes.lettering.block import filled
from dancheong.nodes.lettering.breaks import SYLLABLE_WISE
from dancheong.nodes.lettering.faces import Faces
from dancheong.nodes.lettering.ink import Ink
from dancheong.nodes.lettering.letters import HORIZONTAL, TURNED, VERTICAL, Letters
from dancheong.nodes.lettering.opening import Cut, open_face
from dancheong.testing import made_fonts

TEXT = "가나다라AV《》（）,.、!?12 한"


def letters(path, **changes):
    values = {"size": 100, "outline": 0} | changes
    return Letters(Faces(open_face(path, Cut()).face), **values)


@pytest.fixture
def plain(tmp_path):
    shapes = {
        ",": made_fonts.square(100, -100, 200, 100), "《": made_fonts.square(500, 0, 700, 800),
        "、": made_fonts.square(100, -100, 300, 100),
    }  # fmt: skip
    return made_fonts.font(tmp_path / "Plain.ttf", TEXT, empty=" ", shapes=shapes)


def glyph(setting, text):
    return setting.steps(text)[0].glyphs[0]


def test_kerning_is_shaped(tmp_path):
    path = made_fonts.font(tmp_path / "K.ttf", "AV", features="feature kern { pos u0041 u0056 -150; } kern;")
    assert letters(path).length("AV") == pytest.approx(160 - 15)
    assert letters(path).length("A") + letters(path).length("V") == pytest.approx(160)


def test_tracking_follows_every_letter_and_parts_ligatures(tmp_path):
    path = made_fonts.font(
        tmp_path / "L.ttf", "fi", shapes={"ligature": made_fonts.square()},
        features="feature liga { sub u0066 u0069 by ligature; } liga;",
    )  # fmt: skip
    assert len(letters(path).steps("fi")) == 1
    assert [step.length for step in letters(path, tracking=5.0).steps("fi")] == [85, 85]


def test_a_bracket_turns_and_a_comma_goes_to_the_upper_right_corner(plain):
    """Where the font has no forms for columns."""
    column = letters(plain, direction=VERTICAL)
    assert glyph(column, "《").turned and not glyph(column, "가").turned and not glyph(column, "!").turned
    for mark, length in ((",", 55), ("、", 55)):
        corner = column.steps("가" + mark)[1]
        left, top, right, _ = corner.glyphs[0].face.box(corner.glyphs[0].number, 100)
        inset = left
        assert corner.glyphs[0].x + right == pytest.approx(50 - inset)  # of the cell's right edge
        assert corner.glyphs[0].y + top == pytest.approx(inset)
        assert corner.length == pytest.approx(length)


def test_the_fonts_own_forms_for_columns_are_taken(tmp_path):
    path = made_fonts.font(
        tmp_path / "V.ttf", "가《、", shapes={"turned": made_fonts.square(0, 500, 800, 700)},
        features="feature vert { sub u300A by turned; sub u3001 by turned; } vert;",
    )  # fmt: skip
    column = letters(path, direction=VERTICAL)
    turned = glyph(column, "《")
    assert not turned.turned
    assert turned.number == glyph(column, "、").number != glyph(letters(path), "《").number


def test_a_turned_mark_lies_in_the_middle_and_brackets_at_their_side(tmp_path):
    high = made_fonts.square(0, 600, 700, 700)
    path = made_fonts.font(tmp_path / "T.ttf", "～“「", shapes=dict.fromkeys("～“「", high))
    column = letters(path, direction=VERTICAL)
    wave, *others = (column.steps(mark)[0].glyphs[0] for mark in "～“「")
    assert wave.turned and wave.x == pytest.approx(-65)
    assert all(one.turned and one.x == -column.middle for one in others)


@pytest.mark.parametrize(
    "at", [(-300.0, 50.0), (50.0, -300.0), (400.0, 50.0), (50.0, 400.0), (-30.0, 50.0), (150.0, 90.0)]
)
def test_ink_beyond_the_picture_is_cut(plain, at):
    ink = Ink(200, 100)
    setting = letters(plain)
    ink.block([(setting.steps("가"), setting, *at)])
    assert ink.letters.any() == (at in ((-30.0, 50.0), (150.0, 90.0)))


def test_a_mark_with_a_sign_around_it_is_turned_whole(plain):
    column = letters(plain, direction=VERTICAL)
    assert all(one.turned for step in column.steps("）\u20dd") for one in step.glyphs)


def test_a_tone_mark_moves_no_syllable(tmp_path):
    path = made_fonts.font(tmp_path / "T.ttf", "랏\u302e", advances={"\u302e": 250})
    column = letters(path, direction=VERTICAL)
    syllable = glyph(column, "랏")
    marked = column.steps("랏\u302e")[0]
    assert [one.x for one in marked.glyphs if one.number == syllable.number] == [syllable.x]
    assert marked.length == column.steps("랏")[0].length


def test_two_digits_stand_side_by_side_in_one_cell(plain):
    column = letters(plain, direction=VERTICAL)
    step = column.steps("12")[0]
    assert step.length == pytest.approx(105)
    left, right = (one.x for one in step.glyphs)
    assert left == pytest.approx(-50) and right == pytest.approx(0)
    assert all(one.stretch == pytest.approx(100 / 160) and not one.turned for one in step.glyphs)


def test_turned_lines_lie_as_a_whole(plain):
    assert all(one.turned for step in letters(plain, direction=TURNED).steps("가나 12") for one in step.glyphs)


def test_marks_hang_only_as_far_as_there_is_room(plain):
    hanging = letters(plain, hanging=50.0)
    assert hanging.hangs("《가나,") == (50.0, 50.0)
    assert replace(hanging, hanging=0.0).hangs("《가나,") == (0.0, 0.0)
    assert hanging.hangs("가나") == (0.0, 0.0)
    block = filled("《가나, 다라", hanging, 330, 900, even=False)
    assert [line.length for line in block.lines] == [pytest.approx(320 - 100), pytest.approx(160)]
    assert block.lines[0].hang == 50.0


def test_justified_lines_fill_and_last_lines_do_not(plain):
    words = filled("가나 다 라가 다\n라", letters(plain), 400, 900, justify=True)
    assert [line.length for line in words.lines] == [400, pytest.approx(320), pytest.approx(80)]
    syllables = filled("가나다라가나", letters(plain), 350, 900, SYLLABLE_WISE, justify=True)
    assert [line.length for line in syllables.lines] == [350, pytest.approx(160)]


def test_empty_lines_stay(plain):
    assert [line.length for line in filled("가\n\n나", letters(plain), 400, 900).lines] == [80, 0, 80]


def test_another_face_matches_in_height(tmp_path, plain):
    small = made_fonts.font(tmp_path / "S.ttf", "HE08", shapes=dict.fromkeys("HE08", made_fonts.square(0, 0, 300, 350)))
    big = made_fonts.font(tmp_path / "B.ttf", "가HE08漢國", shapes={"國": made_fonts.square(0, -100, 700, 700)})
    hanja = made_fonts.font(tmp_path / "H.ttf", "漢國", shapes={"國": made_fonts.square(0, 0, 400, 400)})
    opened = {name: open_face(path, Cut()).face for name, path in (("s", small), ("b", big), ("h", hanja))}
    faces = Faces(opened["b"], (("latin", opened["s"]), ("numerals", opened["s"]), ("hanja", opened["h"])))
    assert faces.of("H").scale == faces.of("0").scale == pytest.approx(2.0)
    assert faces.of("가").face is opened["b"] and faces.of("!") is None
    # 400 high from 0 becomes 800 high, from -100 to 700.
    assert (faces.of("漢").scale, faces.of("漢").lower) == (pytest.approx(2.0), pytest.approx(0.1))
    row = Letters(faces, 100, 0).steps("가H漢")
    assert [step.glyphs[0].size for step in row] == [100, 200, 200]
    assert [step.glyphs[0].y for step in row] == [0, 0, pytest.approx(10)]


def test_brackets_are_of_the_face_around_both(tmp_path):
    main = open_face(made_fonts.font(tmp_path / "M.ttf", "가()!"), Cut()).face
    other = open_face(made_fonts.font(tmp_path / "O.ttf", "漢A()"), Cut()).face
    row = Letters(Faces(main, (("hanja", other), ("latin", other))), 100, 0)
    faces = {"m": main, "o": other}
    for text, wanted in (("가(漢)가", "mmomm"), ("(A)", "ooo"), ("A(A", "ooo"), ("A!A", "omo"), ("漢)", "oo")):
        assert [step.glyphs[0].face for step in row.steps(text)] == [faces[one] for one in wanted], text


def test_what_is_read_from_the_right_is_seen_from_there(tmp_path):
    path = made_fonts.font(tmp_path / "R.ttf", "אב가")
    glyphs = [one.text for one in letters(path, direction=HORIZONTAL).steps("אב")]
    assert glyphs == ["ב", "א"]
