"""Headlines as outlets write them, and what a Korean editor would leave of them: headlines.tsv."""

import random
import re
from pathlib import Path

import pytest
from dancheong.nodes.news.headline import clean
from dancheong.nodes.news.wording.rules import rules

MARKS = [
    "[{}]", "【{}】", "<{}>", "〈{}〉", "《{}》", "「{}」", "({})", "{{{}}}", "{}▶", "▶{}▶", "■{}■", "{}|",
    "{}ㅣ", "{}:", "◀{}▶", "★{}★", "◆{}◆",
]  # fmt: skip
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|n|t)")


def headlines():
    """(headline, what is left) of each line; invisible letters are written as escapes."""

    def letters(text):
        return ESCAPE.sub(lambda found: {"n": "\n", "t": "\t"}.get(found[1]) or chr(int(found[1][1:], 16)), text)

    lines = Path(__file__).with_name("headlines.tsv").read_text(encoding="utf-8").split("\n")
    return [tuple(map(letters, line.split("\t"))) for line in lines if line and not line.startswith("# ")]


def test_headlines():
    cleaned = {headline: (clean(headline, hanja=True), left) for headline, left in headlines()}
    assert len(cleaned) > 300
    assert {headline: said for headline, said in cleaned.items() if said[0] != said[1]} == {}


def test_hanja_stays_where_it_is_asked_to():
    assert clean("[단독] 美·中 정상, 탈(脫)원전 논의", hanja=False) == "美·中 정상, 탈(脫)원전 논의"


def test_an_abbreviation_is_never_read_inside_a_word():
    """Every abbreviation in front of, behind and between letters that no rule knows."""
    hanja = rules()["hanja"]
    for sign, reading in (hanja["names"] | hanja["nouns"]).items():
        if len(reading) > 1:
            for word in (f"{sign}甲", f"甲{sign}", f"甲{sign}乙", f"{sign}뷁", f"뷁{sign}뷁"):
                assert reading not in clean(f"{word} 보도", hanja=True), word


def test_no_headline_loses_what_follows_its_tag():
    for tag in ("속보", "단독", "포토", "영상", "종합"):
        for mark in MARKS:
            assert clean(f"{mark.format(tag)} 갯벌의 봄", hanja=True) == "갯벌의 봄"


@pytest.mark.parametrize("headline", ["[속보]", "(종합)", "…", '""', "hong@yna.co.kr", "[단독] [포토]"])
def test_a_headline_is_never_emptied(headline):
    assert clean(headline, hanja=True) == headline


@pytest.mark.parametrize("nothing", [" \n ", "\u200b", "\ud83d"])
def test_nothing_stays_nothing(nothing):
    assert clean(nothing, hanja=True) == ""


def test_cleaning_twice_changes_nothing():
    """Also on headlines glued together at random, which meet every rule in odd places."""
    random.seed(1)
    parts = [headline for headline, _ in headlines()]
    parts += [
        *"[]()<>《》【】'\"“”|/=·…▶▲★○:;,!?~\\&#@-",
        "기자",
        "연합뉴스",
        "前",
        "中",
        "美는",
        "종합",
        " ",
        "&quot;",
    ]
    for _ in range(500):
        text = "".join(random.choices(parts, k=random.randint(1, 5)))
        once = clean(text, hanja=True)
        assert clean(once, hanja=True) == once
        assert once or not text.strip("\u200b ")


@pytest.mark.parametrize("part", ["가나다", "(", "[속보", " < 정치", "美", "'", "홍길동 ", "a@", " - 조선일보"])
def test_an_article_in_place_of_a_headline_is_no_trap(part):
    """No rule tries again from every letter: 5,000 of them pass, and pass again as they are."""
    once = clean(part * (5_000 // len(part)) + "가", hanja=True)
    assert clean(once, hanja=True) == once
