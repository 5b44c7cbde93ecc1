"""Headlines as outlets write them, and what is left of them."""

import random

import pytest
from dancheong.nodes.news.headline import clean

HEADLINES = {
    '[단독] 美·中 정상 "관세 합의"…증시 급등(종합)': "미국·중국 정상 관세 합의 증시 급등",
    "[포토] 눈 내린 경복궁": "눈 내린 경복궁",
    "【속보】 한강 다리 통제": "한강 다리 통제",
    "(서울=연합뉴스) 홍길동 기자 = 한강에 벚꽃이 피었다 hong@yna.co.kr": "한강에 벚꽃이 피었다",
    "코스피 2,600선 회복...外人 '사자' 전환 - 연합뉴스": "코스피 2,600선 회복 외국인 사자 전환",
    "“우리는 이겼다” 외친 시민들 | 뉴시스": "우리는 이겼다 외친 시민들",
    "<포토> 달리는 북극곰": "달리는 북극곰",
    "[날씨] 내일 전국 비…낮 최고 25도 [오늘의 날씨]": "내일 전국 비 낮 최고 25도",
    "&quot;AI 반도체&quot; 수출 역대 최대(종합2보)": "AI 반도체 수출 역대 최대",
    "'반값 한우' 줄 선 시민들 이영희 기자": "반값 한우 줄 선 시민들",
    '北, 미사일 발사…軍 "동해상 탄착" [종합]': "북한, 미사일 발사 군 동해상 탄착",
    "한라산 첫눈/사진=제주도 제공": "한라산 첫눈",
    "\ufeff눈\u200b 오는   날\u3000\n 광화문 ": "눈 오는 날 광화문",
    # What must stay.
    "김철수 기자의 여행기": "김철수 기자의 여행기",
    "Tom's 카페, '핫플' 되다": "Tom's 카페, 핫플 되다",
    "3-1로 이긴 손흥민의 토트넘": "3-1로 이긴 손흥민의 토트넘",
    "수능(11월 14일) 앞둔 수험생": "수능(11월 14일) 앞둔 수험생",
    "물가 2.5% 상승": "물가 2.5% 상승",
    "사진 찍는 시민들": "사진 찍는 시민들",
}


@pytest.mark.parametrize(("headline", "left"), HEADLINES.items())
def test_headlines(headline, left):
    assert clean(headline, hanja=True) == left


def test_hanja_stays_where_it_is_asked_to():
    assert clean("[단독] 美·中 정상 회담", hanja=False) == "美·中 정상 회담"


@pytest.mark.parametrize("headline", ["[속보]", "(종합)", "…", '""', "hong@yna.co.kr", "[단독] [포토]"])
def test_a_headline_is_never_emptied(headline):
    assert clean(headline, hanja=True) == headline


def test_nothing_stays_nothing():
    assert clean(" \n ", hanja=True) == ""


def test_cleaning_twice_changes_nothing():
    """Also on headlines glued together at random, which meet every rule in odd places."""
    random.seed(1)
    parts = [
        *HEADLINES,
        "[",
        "]",
        "(",
        ")",
        "…",
        "'",
        '"',
        "-",
        "|",
        "기자",
        "연합뉴스",
        "前",
        " ",
        "종합",
        "@",
        "=",
        "/",
    ]
    for _ in range(2000):
        text = "".join(random.choices(parts, k=random.randint(1, 5)))
        once = clean(text, hanja=True)
        assert clean(once, hanja=True) == once
        assert once or not text.strip()
