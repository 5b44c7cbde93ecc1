"""What stands and what lies in a column."""

# East Asia's own brackets and marks.
# ruff: noqa: RUF001

import pytest
from dancheong.nodes.lettering.orientation import orientation, pieces

NAMES = {"standing": "s", "pair": "p", "in corner": "c", "bracket": "b", "lying": "l", "space": "_"}


def kinds(line):
    return " ".join(f"{piece.text}{NAMES[piece.kind]}" if piece.kind != "space" else "_" for piece in pieces(line))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("서울 NEW YORK 3월", "서s 울s _ NEW YORKl _ 3s 월s"),
        ("제 3 권", "제s _ 3s _ 권s"),
        ("《달빛》", "《b 달s 빛s 》b"),
        ("（밤）", "（b 밤s ）b"),
        ("“꽃”", "“b 꽃s ”b"),
        ("그래! 왜?", "그s 래s !s _ 왜s ?s"),
        ("뭐?!", "뭐s ?!p"),
        ("와!!!", "와s !s !s !s"),
        ("간다, 온다.", "간s 다s ,c _ 온s 다s .c"),
        ("간다、온다。", "간s 다s 、c 온s 다s 。c"),
        ("12월 25일", "12p 월s _ 25p 일s"),
        ("100년 1,000원", "100l 년s _ 1,000l 원s"),
        ("3·1 운동", "3s ·s 1s _ 운s 동s"),
        ("KBS 24시", "KBSl _ 24p 시s"),
        ("Hello, World!", "Hello, World!l"),
        ("제(3)권", "제s (b 3s )b 권s"),
        ("𠀀 漢", "𠀀s _ 漢s"),
        ("\u1112\u119e\u11ab글", "\u1112\u119e\u11abs 글s"),
        ("— 끝…", "—l _ 끝s …l"),
    ],
)
def test_a_column(line, wanted):
    assert kinds(line) == wanted


def test_unicodes_own_values():
    values = {"가": "U", "漢": "U", "\U00020000": "U", "㈜": "U", "。": "Tu", "！": "Tu", "「": "Tr", "ー": "Tr",
              "A": "R", "!": "R", "…": "R", "“": "R", "\u1100": "U", "\U0010ffff": "R"}  # fmt: skip
    assert {one: orientation(one) for one in values} == values
