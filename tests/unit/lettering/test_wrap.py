"""Line breaking, with letters that are all one unit wide."""

# East Asia's own brackets and marks.
# ruff: noqa: RUF001

import pytest
from dancheong.nodes.lettering.breaks import SYLLABLE_WISE, WORD_WISE, segments
from dancheong.nodes.lettering.wrap import wrap


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("봄의 정원", 10, ["봄의 정원"]),
        ("봄의 정원", 4, ["봄의", "정원"]),
        ("하늘을 나는 꿈", 6, ["하늘을", "나는 꿈"]),
        ("깊은산속옹달샘", 3, ["깊은산", "속옹달", "샘"]),
        ("The Little House", 10, ["The Little", "House"]),
        ("", 5, [""]),
        ("깊은\u00a0산속 옹달샘", 6, ["깊은\u00a0산속", "옹달샘"]),
        ("dan\u00adcheong", 5, None),
        ("extra\u00adordinary", 9, ["extra-", "ordinary"]),
        ("extra\u00adordinary", 20, ["extraordinary"]),
        ("길\u200b섶", 1, ["길", "섶"]),
        ("글\u2060자", 1, None),
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


def test_nothing_is_lost_and_no_line_is_too_long():
    for limit in range(3, 30):
        text = "깊은 산속 옹달샘 누가 와서 먹나요, 달밤에 노루가 숨바꼭질하다가"
        lines = wrap(text, limit, len)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(len(line) <= limit for line in lines)


@pytest.mark.parametrize("breaking", [WORD_WISE, SYLLABLE_WISE])
@pytest.mark.parametrize("limit", range(2, 12))
def test_brackets_and_marks_keep_their_side_of_a_break(breaking, limit):
    text = "《달빛》 아래(밤) 「꽃」은, 봄·여름 ‘별’이! ―그래? “물”…"
    lines = wrap(text, limit, len, breaking)
    if lines is not None:
        assert not any(line[-1] in "(《「‘“" for line in lines)
        assert not any(line[0] in ")》」’”,!?·…" for line in lines)


def test_words_and_syllables_are_a_choice():
    assert segments("한국 「말」은", WORD_WISE) == ("한국 ", "「말」은")
    assert segments("한국 「말」은", SYLLABLE_WISE) == ("한", "국 ", "「말」", "은")
    assert wrap("우리말 사전", 5, len, WORD_WISE) == ["우리말", "사전"]
    assert wrap("우리말 사전", 5, len, SYLLABLE_WISE, even=False) == ["우리말 사", "전"]


def test_what_hangs_needs_no_room():
    hang = lambda line: float(line.startswith("“")) + float(line.endswith("."))  # noqa: E731
    assert wrap("“가나다.", 4, len, even=False) == ["“가나", "다."]
    assert wrap("“가나다.", 3, len, even=False, hang=hang) == ["“가나다."]
