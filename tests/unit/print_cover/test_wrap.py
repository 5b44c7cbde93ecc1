"""Line breaking, with letters that are all one unit wide."""

import pytest
from dancheong.nodes.print_cover.wrap import wrap


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("봄의 정원", 10, ["봄의 정원"]),
        ("봄의 정원", 4, ["봄의", "정원"]),
        ("하늘을 나는 꿈", 6, ["하늘을", "나는 꿈"]),
        ("첫째\n둘째 줄", 20, ["첫째", "둘째 줄"]),
        ("깊은산속옹달샘", 3, ["깊은산", "속옹달", "샘"]),
        ("The Little House", 10, ["The Little", "House"]),
        ("  사이   공백\t정리 ", 20, ["사이 공백 정리"]),
        ("", 5, []),
    ],
)
def test_lines(text, limit, lines):
    assert wrap(text, limit, len) == lines


def test_lines_are_evened():
    """A greedy break would leave one word alone on the last line."""
    assert wrap("aa bb cc dd", 8, len) == ["aa bb", "cc dd"]


def test_a_latin_word_is_never_broken():
    assert wrap("unbreakable", 5, len) is None


def test_punctuation_does_not_begin_a_line():
    assert wrap("가나다.라마", 4, len)[1][0] != "."
    assert wrap("가나다라.", 5, len) == ["가나다라."]


@pytest.mark.parametrize("limit", range(3, 30))
def test_nothing_is_lost_and_no_line_is_too_long(limit):
    text = "깊은 산속 옹달샘 누가 와서 먹나요, 달밤에 노루가 숨바꼭질하다가"
    lines = wrap(text, limit, len)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= limit for line in lines)
