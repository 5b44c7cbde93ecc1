"""Marks of single pictures by what they say: names alone, names among other words, names by their shape."""

import json

import numpy as np
import pytest
from dancheong.nodes.watermark.words import agency, spotting
from dancheong.nodes.watermark.words.agency import lexicon, said
from dancheong.testing.scenes import news_desk, news_lettering


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("연합뉴스", "연합뉴스"),
        ("연 합 뉴 스 TV", "연합뉴스"),
        ("yonhap news", "연합뉴스"),
        ("YONHAPNEWS", "연합뉴스"),
        ("ⓒ뉴시스", "뉴시스"),
        ("뉴스1", "뉴스1"),
        ("NEWSI", "뉴스1"),
        ("뉴스1 홍길동 기자", "뉴스1"),
        ("사진=연합뉴스", "연합뉴스"),
        ("AP Photo/Kim Ji-ho", "AP"),
        ("APPhoto/Kim", "AP"),
        ("gettyimages", "Getty Images"),
        ("무단전재-재배포 금지", ""),
        ("재판매 및 DB 금지", ""),
        ("© 2024", ""),
        ("ⓒ Kim Ji-ho", ""),
    ],
)
def test_a_mark_says_a_name_and_nothing_else(text, name):
    assert said(text) == agency.Said(name, alone=True)


@pytest.mark.parametrize(
    "text",
    [
        "REUTERS BUILDING",
        "NEWS1 TOWER",
        "KHAN'S KEBAB",
        "AP AND REUTERS TELL THE TRUTH",
        "연합뉴스는 사과하라",
        "연합뉴스 빌딩",
        "MBC를 국민에게",
        "(서울=연합뉴스) 홍길동 기자 = 시민들이 걷고 있다",
        "Nov. 28. (AP Photo/Ahn Young-joon)",
        "Yonhap reports",
    ],
)
def test_a_name_among_other_words_is_told_from_it(text):
    named = said(text)
    assert named is not None and not named.alone


@pytest.mark.parametrize(
    "text", ["MAP", "REAPER", "grapes", "STOP THE WAR", "EXIT 3", "서울", "전쟁 반대", "10", "", None]
)
def test_other_text_names_none(text):
    assert said(text) is None


def test_more_words():
    assert said("가나 뉴스 제공", ("가나뉴스",)) == agency.Said("가나뉴스", alone=True)
    assert said("가나 뉴스 제공") is None


def test_the_lexicon_has_what_the_desks_meet():
    words = {word for spellings in lexicon()["agencies"].values() for word in spellings}
    assert {"연합뉴스", "뉴시스", "뉴스1", "AP", "AFP", "Reuters", "gettyimages", "YONHAP", "NEWSIS"} <= words


def test_every_hangul_name_has_its_shape():
    spellings = [word for words in (*lexicon()["agencies"].values(), lexicon()["rights"]) for word in words]
    shapes = {word for words in json.loads(spotting.SHAPES.read_text(encoding="utf-8")).values() for word in words}
    assert shapes == {word for word in spellings if agency.HANGUL.search(word)}


def laid(text, face="NanumGothicBold", opacity=0.55, seed=3, colour=news_lettering.WHITE, size=26):
    """A photograph with words over it, and their quad as a detector gives it."""
    rng = np.random.default_rng(seed)
    picture = news_desk.photograph(rng)
    ink = news_lettering.coverage([text], size, face)
    news_lettering.lay(picture, ink, colour, opacity, 400, 430)
    (left, top), (right, bottom) = (398, 427), (402 + ink.shape[1], 433 + ink.shape[0])
    quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    return news_desk.compressed(rng, picture), quad


@pytest.mark.parametrize(
    ("text", "name", "seed"),
    [
        ("뉴시스", "뉴시스", 3),
        ("뉴시스", "뉴시스", 4),
        ("동아일보", "동아일보", 4),
        ("재판매 및 DB 금지", "", 3),
        ("연합뉴스TV", "연합뉴스", 4),
    ],
)
def test_a_hangul_name_is_known_by_its_shape(text, name, seed):
    picture, quad = laid(text, seed=seed)
    assert spotting.spotted(picture, quad, spotting.LIKE) == agency.Said(name, alone=True)


@pytest.mark.parametrize(
    "text",
    [
        "부동산",
        "김밥천국",
        "전쟁 반대",
        "주차금지",
        "한국병원",
        "서울신당",
        "뉴시티",
        "연합회관",
        "EXIT 3",
        "뉴스룸",
        "뉴스7",
    ],
)
def test_other_hangul_is_like_no_name(text):
    picture, quad = laid(text, opacity=1.0)
    named = spotting.spotted(picture, quad, spotting.LIKE)
    assert named is None or not named.alone


def test_a_name_that_goes_on_is_not_alone():
    for text in ("연합뉴스 빌딩", "뉴시스 규탄"):
        picture, quad = laid(text, opacity=1.0)
        named = spotting.spotted(picture, quad, spotting.LIKE)
        assert named is None or not named.alone
