"""Marks of single pictures: by word, by place, and caption bars that are none."""

from dataclasses import dataclass

import numpy as np
import pytest
from dancheong.nodes.watermark.removing.agency import AgencyMarks, lexicon
from dancheong.nodes.watermark.removing.captions import bars

SIZE = (640, 480)


@dataclass
class Region:
    text: str | None
    x: float = 580
    y: float = 450
    height: float = 20.0

    @property
    def polygon(self):
        return np.array([[self.x - 9, self.y], [self.x + 9, self.y], [self.x + 9, self.y], [self.x - 9, self.y]])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("연합뉴스", "연합뉴스"),
        ("연 합 뉴 스 TV", "연합뉴스"),
        ("yonhap news", "연합뉴스"),
        ("ⓒ뉴시스", "뉴시스"),
        ("뉴스1", "뉴스1"),
        ("AP Photo/Kim", "AP"),
        ("gettyimages", "Getty Images"),
        ("무단전재-재배포 금지", ""),
        ("© 2024", ""),
        ("MAP", None),
        ("REAPER", None),
        ("grapes", None),
        ("서울", None),
        ("", None),
        (None, None),
    ],
)
def test_names(text, name):
    assert AgencyMarks().name(text) == name


def test_more_words():
    assert AgencyMarks(("가나뉴스",)).name("가나 뉴스 제공") == "가나뉴스"
    assert AgencyMarks().name("가나 뉴스 제공") is None


@pytest.mark.parametrize(
    ("x", "y", "masked"),
    [(580, 450, True), (60, 20, True), (320, 470, True), (320, 240, True), (320, 140, False), (40, 150, False)],
)
def test_places(x, y, masked):
    assert AgencyMarks().masked(Region("NEWSIS", x, y), SIZE) == masked


def test_unread_text_counts_only_where_nothing_reads():
    assert not AgencyMarks().masked(Region("??"), SIZE)
    guess = AgencyMarks(by_place=True)
    assert guess.masked(Region("??"), SIZE) and guess.masked(Region(None), SIZE)
    assert not guess.masked(Region("??", height=60), SIZE) and not guess.masked(Region("??", x=320, y=240), SIZE)


def test_the_lexicon_has_what_the_desks_meet():
    words = {word for spellings in lexicon().values() for word in spellings}
    assert {"연합뉴스", "뉴시스", "뉴스1", "AP", "AFP", "Reuters", "gettyimages", "YONHAP", "NEWSIS"} <= words


def photograph(height=300, width=400):
    rows, columns = np.mgrid[0:height, 0:width]
    smooth = np.stack([rows * 0.5 + 40, columns * 0.4 + 30, 200 - rows * 0.3], -1)
    return (smooth + np.random.default_rng(0).normal(0, 20, (height, width, 3))).clip(0, 255).astype(np.uint8)


def test_caption_bars_are_told_from_skies():
    picture = photograph()
    assert bars(picture) == []
    barred = picture.copy()
    barred[260:] = 245
    barred[270:290, 40:300:3] = 10  # letters
    assert bars(barred) == [slice(260, 300)]
    both = barred.copy()
    both[:20] = 0
    assert bars(both) == [slice(0, 20), slice(260, 300)]
    sky = picture.copy()
    sky[:150] = np.linspace(200, 215, 150)[:, None, None]
    assert bars(sky) == []
    assert bars(np.full((300, 400, 3), 240, np.uint8)) == []
