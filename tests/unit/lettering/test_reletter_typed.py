"""A line says all that was measured, and is read back."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering.fonts import Font
from dancheong.nodes.lettering.reletter.look import Look
from dancheong.nodes.lettering.reletter.reletter import relettered
from dancheong.nodes.lettering.reletter.typed import Typed, rounded, told, typed_lines
from dancheong.nodes.lettering.wishes import ALL, Wish
from dancheong.testing.scenes.line import RED, WHITE


def test_a_line_says_all_and_is_read_back():
    look = rounded(Look(84.26, -6, 0, 3.123, 2.04, -12, 8, "vertical", "A b.ttf", 400, 87.5, 3.3, (1, 2, 3),
                        (250, 9, 0), 45.4, 2.2, WHITE, (3.0, -2.5), 1.5, RED, 59.7))  # fmt: skip
    line = told(2, look, "달빛\n아래")
    again = typed_lines(f"# a remark\n{line}", {"A b.ttf": None})[0]
    assert (again.number, again.words, Look(**again.values)) == (2, "달빛\n아래", look)
    assert told(2, Look(**again.values), again.words) == line and 'font="A b.ttf"' in line


def test_a_line_tells_what_the_old_letters_say(seen, korean_font):
    """And goes on to tell it where it is pasted again."""
    fonts = {korean_font.name: Font(korean_font, "here")}
    typed = typed_lines('1 size=40 old="달빛 아래": 바다', fonts)[0]
    assert (typed.old, typed.words, typed.values) == ("달빛 아래", "바다", {"size": 40.0})
    wish = Wish(fonts, korean_font.name, ALL, "shrink", WHITE)
    line = relettered(1, typed, seen(korean_font), wish, (260, 420)).line
    assert line.startswith('1 old="달빛 아래" size=40 ') and typed_lines(line, fonts)[0].old == typed.old


def test_curly_quotes_are_quotes_around_a_value_and_letters_inside_of_others():
    typed = typed_lines("1 old=“달빛 아래” font=“A b.ttf”: “바다”", {"A b.ttf": None})[0]
    assert (typed.old, typed.words, typed.values) == ("달빛 아래", "“바다”", {"font": "A b.ttf"})
    quoted = typed_lines('1 old="“달빛”": 바다', {})[0]
    again = told(1, rounded(Look(84)), quoted.words, quoted.old)
    assert quoted.old == "“달빛”" and again.startswith('1 old="“달빛”" ')


def test_a_line_gives_the_same_letters_again(seen, korean_font):
    fonts = {korean_font.name: Font(korean_font, "here")}
    wish = Wish(fonts, korean_font.name, ALL, "shrink", WHITE)
    found = seen(korean_font, outline=3.0, shadow=4)
    first = relettered(1, Typed("달빛", 1, {}), found, wish, (260, 420))
    again = relettered(1, typed_lines(first.line, fonts)[0], seen(korean_font, outline=3.0, shadow=4), wish, (260, 420))
    assert again.line == first.line and np.array_equal(again.layer.rgba, first.layer.rgba)
    moved = typed_lines(first.line.replace("dx=0", "dx=9"), fonts)[0]
    changed = relettered(1, moved, found, wish, (260, 420))
    assert changed.layer.columns.start == first.layer.columns.start + 9


@pytest.mark.parametrize("line", ['1: old="달빛" 바다', 'old="달빛": 바다', '1, old="달빛": 바다', "size = 40 바다"])
def test_a_value_is_never_set_as_words(line):
    with pytest.raises(UserError, match='Values stand between number and colon, as in "2 size=84: words"'):
        typed_lines(line, {})


def test_a_value_that_stands_twice_is_said():
    with pytest.raises(UserError, match="size stands twice"):
        typed_lines("1 size=40 size=84: 바다", {})


def test_only_what_is_named_is_said():
    with pytest.raises(UserError, match="Expected one of size, dx"):
        typed_lines("1 hight=3: a", {})
    with pytest.raises(UserError, match='or "2 size=84 angle=3: words"'):
        typed_lines("1: a\nb", {})
    assert [line.number for line in typed_lines("Moon\nSea", {})] == [None, None]
