"""The text finder and its masks on real pictures with real fonts."""

import itertools

import numpy as np
import pytest
from dancheong.nodes.erase.opencv import inpaint
from dancheong.nodes.text_mask.engines import rapidocr_engine, reader
from dancheong.nodes.text_mask.finding.detection import directly
from dancheong.nodes.text_mask.marking import shapes
from PIL import Image, ImageDraw, ImageFont

GREY, RED, WHITE, BLACK = (128, 128, 128), (200, 30, 60), (255, 255, 255), (0, 0, 0)


@pytest.fixture(scope="module")
def detect():
    engine = rapidocr_engine.load()
    return lambda picture: engine.detect(picture, directly)


@pytest.fixture(scope="module")
def read():
    bundled = reader.load(None, "")
    return lambda picture, found: [bundled.read(picture, region).text for region in found]


def page(size, lines, font, background=(70, 110, 90)):
    """A picture with lines of text as (text, corner, letter height, colour), and the pixels that are ink."""
    picture, ink = Image.new("RGB", size, background), Image.new("L", size)
    for text, corner, height, colour in lines:
        face = ImageFont.truetype(str(font), height)
        ImageDraw.Draw(picture).text(corner, text, colour, face)
        ImageDraw.Draw(ink).text(corner, text, 255, face)
    return np.asarray(picture), np.asarray(ink) > 76


def test_korean_and_latin_words_are_found(detect, korean_font):
    lines = [
        ("달빛 아래", (60, 50), 60, "white"),
        ("Journey", (330, 280), 44, "yellow"),
        ("그림책", (80, 400), 24, "black"),
    ]
    picture, ink = page((640, 480), lines, korean_font)
    found = detect(picture)
    assert len(found) == 3
    mask = shapes.draw_mask(picture, found, "polygon", 10.0).astype(bool)
    assert mask[ink].mean() > 0.97
    assert mask.mean() < 0.25


def test_a_region_that_cannot_be_read_keeps_its_place(detect, read, korean_font):
    """The bundled recogniser knows no Hangul; rapidocr's own pipeline drops what it cannot read."""
    lines = [("연합뉴스", (60, 30), 70, "white"), ("SALE 50%", (60, 180), 60, "white")]
    picture, _ = page((640, 300), lines, korean_font)
    korean, english = read(picture, detect(picture))
    assert korean == "" and "SALE" in english


@pytest.mark.parametrize("angle", [-35, 20, 90])
def test_turned_text_is_found_and_read(detect, read, korean_font, angle):
    flat = Image.fromarray(page((560, 260), [("Photograph", (100, 95), 60, "white")], korean_font)[0])
    turned = np.asarray(flat.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(70, 110, 90)))
    found = detect(turned)
    assert len(found) == 1
    assert found[0].height == pytest.approx(62, rel=0.2)
    if abs(angle) < 45:
        assert read(turned, found)[0].lower() == "photograph"


@pytest.mark.parametrize(
    ("size", "colour"),
    [
        *itertools.product([(1, 1), (3, 200), (200, 3), (33, 33), (320, 240)], [GREY, RED, WHITE, BLACK]),
        *zip([(40, 6000), (6000, 40), (40, 2000), (2000, 40), (640, 480)], [GREY, RED, WHITE, BLACK, RED], strict=True),
    ],
)
def test_plain_colours_give_nothing_whatever_their_size(detect, size, colour):
    assert detect(np.full((size[1], size[0], 3), colour, np.uint8)) == []


def test_regions_lie_inside_the_picture(detect, korean_font):
    picture, _ = page((300, 200), [("가장자리 글자", (-40, -20), 90, "white")], korean_font)
    for region in detect(picture):
        assert (region.polygon >= 0).all() and (region.polygon <= [300, 200]).all()


def recall(detect, picture, ink, shape="polygon"):
    return shapes.draw_mask(picture, detect(picture), shape, 4.0).astype(bool)[ink].mean()


@pytest.mark.parametrize("size", [24, 90])
def test_vertical_korean_is_one_line(detect, korean_font, size):
    letters = [(letter, (150, 40 + index * size * 1.1), size, "white") for index, letter in enumerate("달빛아래기와집")]
    picture, ink = page((400, 900), letters, korean_font)
    (found,) = detect(picture)
    assert found.height == pytest.approx(size, rel=0.15)
    assert recall(detect, picture, ink) > 0.99


@pytest.mark.parametrize("size", [6, 8, 10])
def test_captions_of_six_px_are_found(detect, korean_font, size):
    texts = ("무단전재 및 재배포 금지", "Photograph by Kim, Seoul", "사진 연합뉴스 제공")
    lines = [(text, (40 + index * 180, 60 + index * 120), size, "white") for index, text in enumerate(texts)]
    picture, ink = page((640, 480), lines, korean_font)
    assert recall(detect, picture, ink) > 0.97


@pytest.mark.parametrize("height", [300, 400])
def test_a_title_that_fills_the_picture_is_found(detect, korean_font, height):
    picture, ink = page((1024, 1024), [("봄밤", (100, 150), height, "white")], korean_font)
    assert recall(detect, picture, ink) > 0.97


@pytest.mark.parametrize("cut", [8, 16])
def test_text_that_the_border_cuts_is_found(detect, korean_font, cut):
    lines = [("가장자리 글자", (-2 * cut, -cut), 60, "white"), ("Border", (320, 240), 60, "yellow")]
    picture, ink = page((500, 300), lines, korean_font)
    assert recall(detect, picture, ink) > 0.97


def test_a_caption_over_a_title_and_the_title_are_both_masked(detect, korean_font):
    lines = [("겨울밤", (30, 60), 240, (250, 200, 60)), ("a novel by Kim", (260, 380), 40, "white")]
    picture, ink = page((800, 500), lines, korean_font, (30, 40, 70))
    assert recall(detect, picture, ink) > 0.97


def test_text_on_a_gentle_arc_is_found(detect, korean_font):
    """Each letter turned along a circle, 60 degrees from end to end."""
    picture, ink = Image.new("RGB", (900, 420), (70, 110, 90)), Image.new("L", (900, 420))
    face, text = ImageFont.truetype(str(korean_font), 44), "Midnight Garden"
    for index, letter in enumerate(text):
        angle = np.deg2rad(-30 + 60 * (index + 0.5) / len(text))
        glyph = Image.new("L", (88, 88))
        ImageDraw.Draw(glyph).text((44, 44), letter, 255, face, anchor="mm")
        glyph = glyph.rotate(-np.rad2deg(angle), Image.Resampling.BICUBIC)
        corner = (round(450 + 500 * np.sin(angle) - 44), round(650 - 500 * np.cos(angle) - 44))
        picture.paste("white", corner, glyph)
        ink.paste(255, corner, glyph)
    assert recall(detect, np.asarray(picture), np.asarray(ink) > 76) > 0.9


def test_a_row_of_lit_windows_is_no_word(detect, cover):
    """The text network alone takes the house of the sample cover for a word, the more so when the titles are gone."""
    picture = np.asarray(Image.open(cover).convert("RGB"))
    found = detect(picture)
    assert not shapes.draw_mask(picture, found, "polygon", 4.0)[400:960].any()
    clean = inpaint(picture, shapes.draw_mask(picture, found, "stroke", 6.0).astype(bool), "telea")
    assert detect(clean) == []


def test_a_huge_title_and_small_print_of_one_large_picture_are_both_found(detect, korean_font):
    lines = [("겨울", (300, 60), 700, "white"), ("무단전재 및 재배포 금지", (2480, 700), 16, "yellow")]
    picture, ink = page((3000, 900), lines, korean_font)
    mask = shapes.draw_mask(picture, detect(picture), "polygon", 4.0).astype(bool)
    for area in (slice(None, 2200), slice(2200, None)):
        assert mask[:, area][ink[:, area]].mean() > 0.97
    assert mask.mean() < 0.5


def test_the_same_picture_small_and_large_has_the_same_masked_share(detect, korean_font):
    picture, _ = page(
        (1024, 1024), [("달빛 아래", (200, 200), 160, "white"), ("Journey", (300, 600), 120, "red")], korean_font
    )
    shares = []
    for side in (256, 1024):
        scaled = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS))
        shares.append(shapes.draw_mask(scaled, detect(scaled), "polygon", 10.0).mean())
    assert shares[0] == pytest.approx(shares[1], rel=0.2)


@pytest.mark.parametrize("colour", ["white", "black", (200, 40, 40)])
def test_strokes_hold_the_letters_with_less_area(detect, korean_font, colour):
    picture, ink = page((640, 300), [("하늘을 나는 꿈", (40, 90), 80, colour)], korean_font, (96, 140, 110))
    found = detect(picture)
    strokes, polygon = (shapes.draw_mask(picture, found, shape, 6.0).astype(bool) for shape in ("stroke", "polygon"))
    assert strokes[ink].mean() > 0.995
    assert strokes.sum() < 0.8 * polygon.sum()


def test_strokes_see_letters_on_a_gradient(detect, korean_font):
    picture, ink = page((640, 300), [("꿈 Dream", (60, 90), 100, (235, 235, 235))], korean_font, (0, 0, 0))
    ramp = np.linspace(20, 190, 640)[None, :, None]
    picture = np.where(picture.max(axis=2, keepdims=True) > 0, picture, 0) * 0.4 + ramp * (1 - ink[..., None] * 0.6)
    picture = np.clip(np.where(ink[..., None], 240, picture), 0, 255).astype(np.uint8)
    mask = shapes.draw_mask(picture, detect(picture), "stroke", 6.0).astype(bool)
    assert mask[ink].mean() > 0.98
    assert mask.mean() < 0.3
