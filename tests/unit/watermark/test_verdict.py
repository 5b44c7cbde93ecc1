"""Which texts of a single picture are marks: not what was read and names nobody, not signs, not captions."""

import numpy as np
import pytest
from dancheong.nodes.text_mask import Region
from dancheong.nodes.watermark.words import overlay
from dancheong.nodes.watermark.words.captions import bars
from dancheong.nodes.watermark.words.verdict import verdicts
from dancheong.testing.scenes import news_desk, news_lettering


class Page:
    """A photograph that words are drawn into, and their regions as a detector and a recogniser give them."""

    def __init__(self, seed=8):
        self.rng = np.random.default_rng(seed)
        self.picture = news_desk.photograph(self.rng)
        self.regions = []

    def overlay(self, text, place=(430, 440), opacity=0.55, size=24, read=None, certainty=0.98, colour=(255, 255, 255)):
        ink = news_lettering.coverage([text], size, "NanumGothicBold")
        news_lettering.lay(self.picture, ink, colour, opacity, *place)
        self._region(place, ink.shape, text if read is None else read, certainty)
        return self

    def plate(self, text, place=(440, 430), size=24, colour=(20, 90, 50), read=None, certainty=0.98):
        ink = news_lettering.coverage([text], size, "NanumGothicBold")
        left, top = place
        self.picture[top - 9 : top + ink.shape[0] + 9, left - 14 : left + ink.shape[1] + 14] = colour
        news_lettering.lay(self.picture, ink, (255, 255, 255), 1.0, left, top)
        self._region(place, ink.shape, text if read is None else read, certainty)
        return self

    def judged(self, reads_hangul=False, words=()):
        pixels = news_desk.compressed(self.rng, self.picture)
        return verdicts(pixels, self.regions, bars(pixels), words, reads_hangul)

    def _region(self, place, shape, text, certainty):
        (left, top), (height, width) = place, shape
        corners = [[left - 2, top - 3], [left + width + 2, top - 3]]
        corners += [[left + width + 2, top + height + 3], [left - 2, top + height + 3]]
        self.regions.append(Region(np.array(corners, np.float32), 0.8, text, certainty))


@pytest.mark.parametrize("text", ["STOP THE WAR", "EXIT 3", "OPEN 24H", "10", "2024.11.28", "REUTERS BUILDING", "MAP"])
def test_what_was_read_and_names_no_agency_stays(text):
    for opacity, reads_hangul in ((1.0, True), (0.5, True), (0.5, False)):
        (verdict,) = Page().overlay(text, opacity=opacity).judged(reads_hangul)
        assert verdict.agency is None and ("names no agency" in verdict.why or "among other words" in verdict.why)


@pytest.mark.parametrize(("text", "agency"), [("NEWSIS", "뉴시스"), ("YONHAP", "연합뉴스"), ("AP", "AP")])
def test_a_name_over_the_photograph_is_a_mark(text, agency):
    (verdict,) = Page().overlay(text).judged()
    assert verdict.agency == agency


def test_hangul_names_are_known_without_a_reader():
    for text, misread in (("뉴시스", ""), ("동아일보", "号"), ("경향신문", "2")):
        (verdict,) = Page().overlay(text, read=misread, certainty=0.9).judged()
        assert verdict.agency and verdict.agency in text


def test_large_letters_that_only_their_shape_tells_stay_but_in_the_middle():
    for place, size, is_mark in (((40, 405), 50, False), ((40, 425), 28, True), ((200, 215), 50, True)):
        (verdict,) = Page().overlay("동아일보", place, size=size, read="", certainty=0.0).judged()
        assert (verdict.agency is not None) == is_mark, place


@pytest.mark.parametrize("text", ["부동산", "한국병원"])
def test_hangul_that_cannot_be_read_stays_where_it_is_painted(text):
    for draw in (Page.overlay, Page.plate):
        page = Page()
        draw(page, text, read="", certainty=0.0, **({"opacity": 1.0} if draw is Page.overlay else {}))
        (verdict,) = page.judged()
        assert verdict.agency is None and "cannot be read" in verdict.why


def test_a_name_on_a_plate_is_a_sign():
    for text, colour in (("REUTERS", (20, 90, 50)), ("YTN", (190, 30, 40)), ("KBS", (28, 28, 31))):
        (verdict,) = Page().plate(text, colour=colour).judged()
        assert verdict.agency is None and "on a plate" in verdict.why


def test_a_name_that_is_the_read_part_of_a_line_is_not_alone():
    (verdict,) = Page().overlay("MBC를 국민에게", opacity=1.0, read="MBC").judged()
    assert verdict.agency is None and "among other words" in verdict.why


def test_a_name_beside_other_text_belongs_to_a_caption():
    page = (
        Page().overlay("Rain is expected over the weekend", (150, 400), 1.0, 18).overlay("YONHAP", (160, 428), 1.0, 18)
    )
    assert [verdict.agency for verdict in page.judged()] == [None, None]
    # A caption of two lines that was found as one text, and its last line again.
    page = Page().overlay("REUTERS/Kim Hong-Ji", (20, 445), 1.0, 18)
    page.regions.append(Region(np.float32([[10, 405], [600, 405], [600, 470], [10, 470]]), 0.7, "A w n", 0.4))
    assert [verdict.agency for verdict in page.judged()] == [None, None]
    # A sign far away does not protect a mark.
    page = Page().overlay("EXIT 3", (30, 30), 1.0).overlay("YONHAP")
    assert [verdict.agency for verdict in page.judged()] == [None, "연합뉴스"]


def test_what_a_bar_names_is_told_and_a_mark_above_it_goes():
    page = Page()
    page.picture[420:] = 250
    page.overlay("사진=연합뉴스", (500, 440), 1.0, 16, colour=(0, 0, 0)).overlay("NEWSIS", (500, 380))
    inside, above = page.judged(reads_hangul=True)
    assert inside.agency is None and inside.why == "a caption bar names 연합뉴스"
    assert above.agency == "뉴시스"


def test_a_name_that_the_border_cuts_off_is_no_mark():
    """A turned caption leaves the tops of its letters in the picture; a mark stands whole."""
    for top, is_mark in ((480 - 13, False), (480 - 27, True)):
        page = Page().overlay("NEWSIS", (430, top), size=24)
        page.regions[0].polygon[:, 1] = page.regions[0].polygon[:, 1].clip(0, 480)
        (verdict,) = page.judged()
        assert (verdict.agency == "뉴시스") == is_mark
        assert is_mark or "the border cuts it off" in verdict.why


def test_names_stand_where_marks_do():
    for place, is_mark in (((430, 440), True), ((40, 20), True), ((280, 445), True), ((280, 140), False)):
        (verdict,) = Page().overlay("NEWSIS", place).judged()
        assert (verdict.agency is not None) == is_mark


def test_more_words_are_judged_like_names():
    (verdict,) = Page().overlay("가나뉴스").judged(True, ("가나뉴스",))
    assert verdict.agency == "가나뉴스"
    (verdict,) = Page().overlay("가나뉴스").judged(True)
    assert verdict.agency is None and verdict.why == "names no agency"


def test_the_photograph_is_seen_through_a_mark_and_not_through_paint():
    columns = np.mgrid[0:480, 0:640][1]
    ground = np.repeat((110 + 60 * np.sin(columns / 40))[..., None], 3, -1).astype(np.float32)
    for opacity, through in ((0.5, True), (1.0, False)):
        picture = ground.copy()
        ink = news_lettering.coverage(["보도사진"], 26, "NanumGothicBold")
        news_lettering.lay(picture, ink, (255, 255, 255), opacity, 400, 430)
        right, bottom = 402 + ink.shape[1], 433 + ink.shape[0]
        quad = np.array([[398, 427], [right, 427], [right, bottom], [398, bottom]], np.float32)
        pixels = picture.round().astype(np.uint8)
        assert overlay.look(pixels, quad).seen_through == through
        (verdict,) = verdicts(pixels, [Region(quad, 0.8, "", 0.0)], [], (), False)
        assert (verdict.agency == "") == through
        (verdict,) = verdicts(pixels, [Region(quad, 0.8, "", 0.0)], [], (), True)
        assert verdict.agency is None  # where Hangul is read, what is not read is no mark
