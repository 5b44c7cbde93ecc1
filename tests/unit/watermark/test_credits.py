"""A credit that stands apart from its caption is part of it, on whatever ground; a mark beyond the bar still goes."""

import numpy as np
import pytest
from dancheong.nodes.text_mask import Region
from dancheong.nodes.watermark.words.captions import bars
from dancheong.nodes.watermark.words.lines import Lines
from dancheong.nodes.watermark.words.verdict import verdicts
from dancheong.testing.scenes import news_lettering
from dancheong.testing.scenes.news_lettering import BLACK, WHITE

CAPTION = "People walk past a closed shop"
HEIGHT, WIDTH, TOP = 300, 400, 200


def photograph():
    """Too rough for bars of glass to be seen by themselves."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    wave = 90 + 30 * np.sin(columns / 23 + rows / 31)
    return (wave[..., None] + np.random.default_rng(0).normal(0, 18, (HEIGHT, WIDTH, 1))).repeat(3, -1)


def glass(picture):
    picture[TOP:] *= 0.4


def scrim(picture):
    """It begins with nothing and has no edge."""
    picture[TOP:] *= np.linspace(1, 0.2, HEIGHT - TOP)[:, None, None]


def scrim_above(picture):
    picture[: HEIGHT - TOP] *= np.linspace(0.2, 1, HEIGHT - TOP)[:, None, None]


def milk(picture):
    picture[TOP:] += 0.6 * (255 - picture[TOP:])


def marks(ground, *texts):
    """Which of some texts are taken for marks; (text, left, top, size), aligned to the right where left is None."""
    picture, regions = photograph(), []
    ground(picture)
    for text, left, top, size in texts:
        ink = news_lettering.coverage([text], size, "NanumGothicBold")
        left = WIDTH - 8 - ink.shape[1] if left is None else left
        news_lettering.lay(picture, ink, BLACK if ground is milk and top > TOP else WHITE, 0.9, left, top)
        right, bottom = left + ink.shape[1] + 2, top + ink.shape[0] + 3
        quad = np.float32([[left - 2, top - 3], [right, top - 3], [right, bottom], [left - 2, bottom]])
        regions.append(Region(quad, 0.8, text, 0.98))
    pixels = picture.clip(0, 255).round().astype(np.uint8)
    assert bars(pixels) == []
    found = verdicts(pixels, regions, [], (), True)
    return [region.text for region, verdict in zip(regions, found, strict=True) if verdict.agency is not None]


CREDITS = {
    "beside it": (None, 226, 13),
    "above it": (8, 207, 11),
    "two lines under it": (8, 268, 13),
    "two lines under it, to the right": (None, 268, 13),
    "three lines under it, to the right": (None, 282, 12),
}


@pytest.mark.parametrize("ground", [glass, scrim, milk])
def test_a_credit_apart_from_its_caption_stays(ground):
    for place, credit in CREDITS.items():
        assert marks(ground, (CAPTION, 8, 225, 15), ("YONHAP", *credit)) == [], place
    small = ("2024.11.28", 8, 246, 9)
    assert marks(ground, (CAPTION, 8, 220, 15), small, ("YONHAP", None, 274, 12)) == []


def test_a_caption_says_more_than_a_sign():
    for text, is_caption in ((CAPTION, True), ("REUTERS BUILDING", False), ("오늘 밤 많은 비 소식", False),
                             ("오늘 밤 전국에 많은 비 소식", True)):  # fmt: skip
        quad = np.float32([[8, 225], [150, 225], [150, 240], [8, 240]])
        lines = Lines(photograph(), [Region(quad, 0.8, text, 0.98)], lambda number: np.zeros(3))
        assert bool(lines.captions([0], [True], WIDTH)) == is_caption, text


def test_a_credit_at_the_margin_stays_though_a_small_line_is_between():
    caption, date = (CAPTION, 8, 8, 15), ("2024.11.28", 8, 30, 9)
    assert marks(scrim_above, caption, date, ("YONHAP", 8, 82, 12)) == []


@pytest.mark.parametrize("ground", [glass, scrim, milk])
def test_a_mark_beyond_the_caption_goes(ground):
    for left, top in ((None, 10), (20, 160)):
        assert marks(ground, (CAPTION, 8, 225, 15), ("YONHAP", left, top, 18)) == ["YONHAP"], (left, top)


def board(picture):
    """Grey as the photograph around it, so that its edges do not show."""
    picture[TOP:, 100:] = 90


def test_what_stands_with_another_line_on_one_even_ground_stays():
    """As the first line of a placard, and as a credit with something between."""
    assert marks(board, ("YONHAP", 200, 210, 18), ("resign", 200, 240, 18)) == []
    assert marks(board, ("screens at the", 110, 210, 13), ("YONHAP", None, 262, 12)) == []
    assert marks(board, ("YONHAP", 250, 160, 18), ("resign", 250, 240, 18)) == ["YONHAP"]


@pytest.mark.parametrize(("fall", "is_one"), [(0, True), (56, True), (140, False)])
def test_a_ground_is_one_though_light_falls_off_on_it(fall, is_one):
    picture = np.full((HEIGHT, WIDTH, 3), 130.0)
    picture[:, 200:280] += np.linspace(fall / 2, -fall / 2, 80)[None, :, None]
    quads = [np.float32([[200, top], [280, top], [280, top + 20], [200, top + 20]]) for top in (210, 240)]
    lines = Lines(picture, [Region(quad, 0.8) for quad in quads], lambda number: np.full(3, 130.0))
    assert lines.on_one_ground(0, 1) == is_one


def test_lines_on_their_side_are_lines():
    ground, dark = np.full((WIDTH, HEIGHT, 3), 200), np.full(3, 9.0)
    ground[:, :80] = 9
    quads = [np.float32([[left, top], [right, top], [right, bottom], [left, bottom]])
             for left, top, right, bottom in ((50, 20, 70, 240), (8, 330, 21, 390), (150, 330, 163, 390))]  # fmt: skip
    lines = Lines(ground, [Region(quad, 0.8) for quad in quads], lambda number: dark)
    assert lines.on_one_ground(1, 0) and not lines.on_one_ground(2, 0)


def test_a_sign_protects_no_mark():
    assert marks(lambda picture: None, ("EXIT 3", 8, 200, 20), ("YONHAP", None, 268, 18)) == ["YONHAP"]
