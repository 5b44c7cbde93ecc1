"""Real pages and covers: pictures are no letters, and large letters are found whatever parts or cuts them."""

import numpy as np
import pytest
import torch
from dancheong.nodes.text_mask.engines import rapidocr_engine
from dancheong.nodes.text_mask.finding.detection import directly
from dancheong.nodes.text_mask.marking import shapes
from dancheong.testing.scenes import pages, text
from PIL import Image, ImageDraw, ImageFont

PICTURES = pages.Pictures([], 1)
KINDS = {
    "photograph": text.photograph,
    "portrait": PICTURES.portrait,
    "coins": PICTURES.coins,
    "windows": PICTURES.windows,
}


def masked(picture, shape="polygon"):
    found = rapidocr_engine.load().detect(picture, directly)
    return shapes.draw_mask(picture, found, shape, 4.0).astype(bool)


def test_strips_of_screentone_are_no_lines():
    rng = np.random.Generator(np.random.PCG64(6))
    rows, columns = np.mgrid[:44, :170]
    page = np.full((400, 400, 3), (250, 220, 230), np.uint8)
    for number, pitch in enumerate((5, 6, 7, 8, 9, 10, 11, 12)):
        grey = text.photograph(rng, 170, 44).mean(-1) / 255
        u, v = (0.9 * columns + 0.4 * rows) * 2 * np.pi / pitch, (0.9 * rows - 0.4 * columns) * 2 * np.pi / pitch
        dots = (np.cos(u) + np.cos(v)) / 4 + 0.5 < grey
        top, left = 10 + 95 * (number // 2), 20 + 200 * (number % 2)
        page[top : top + 44, left : left + 170] = (dots * 235 + 10)[..., None]
    assert masked(page).mean() < 0.01


def test_rows_of_windows_are_no_lines():
    rng = np.random.default_rng(0)
    page = np.full((420, 420, 3), (238, 240, 225), np.uint8)
    page[30:390, 30:390] = (120, 90, 70)
    for row in range(3):
        for column in range(10):
            top, left = 30 + int((row + 0.2) * 120), 30 + int((column + 0.2) * 36)
            page[top : top + 72, left : left + 21] = (230, 220, 150) if rng.random() < 0.7 else (40, 30, 30)
    grain = rng.normal(0, 5, (360, 360, 3))
    page[30:390, 30:390] = (page[30:390, 30:390] + grain).clip(0, 255)
    assert masked(page).mean() < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_equal_pictures_on_paper_are_no_letters(kind):
    rng = np.random.Generator(np.random.PCG64(4))
    page = np.full((420, 420, 3), 245, np.uint8)
    for left in (30, 220):
        for top in (30, 220):
            page[top : top + 160, left : left + 160] = KINDS[kind](rng, 160, 160)
    assert masked(page).mean() < 0.02


def test_a_photograph_beside_its_caption_stays(comfy, korean_font):
    rng = np.random.Generator(np.random.PCG64(2))
    sheet = Image.new("RGB", (420, 480), (250, 250, 248))
    sheet.paste(Image.fromarray(text.photograph(rng, 360, 340)), (30, 20))
    ink = Image.new("L", sheet.size)
    for number, line in enumerate(("서울의 밤, 사진 연합뉴스", "Photograph by Kim")):
        for layer, colour in ((sheet, (20, 20, 20)), (ink, 255)):
            ImageDraw.Draw(layer).text((32, 366 + 34 * number), line, colour, ImageFont.truetype(str(korean_font), 22))
    image = torch.from_numpy(np.asarray(sheet)).float()[None] / 255
    clean, mask, report, _ = comfy.node("DancheongEraseText", image=image)
    assert mask[0].numpy()[np.asarray(ink) > 76].mean() > 0.97, report
    assert (clean[0, 20:360, 30:390] == image[0, 20:360, 30:390]).all(-1).float().mean() > 0.995, report


def lettered(ground, lines, font):
    """A ground with lines (text, corner, size, colour), and their ink."""
    picture, ink = Image.fromarray(ground), Image.new("L", ground.shape[1::-1])
    for line, corner, size, colour in lines:
        for layer, paint in ((picture, colour), (ink, 255)):
            ImageDraw.Draw(layer).text(corner, line, paint, ImageFont.truetype(str(font), size))
    return np.array(picture), np.asarray(ink) > 76


def sky():
    """Dark above, light below, with soft clouds."""
    rng = np.random.default_rng(1)
    clouds = Image.fromarray(rng.integers(0, 60, (8, 8), np.uint8)).resize((512, 512), Image.Resampling.BICUBIC)
    return np.repeat((np.linspace(30, 120, 512)[:, None] + np.asarray(clouds))[..., None], 3, 2).astype(np.uint8)


def test_the_two_sides_of_a_word_that_a_figure_parts_are_found(korean_font):
    lines = [("달빛", (20, 180), 120, (240, 240, 235)), ("정원", (310, 180), 120, (240, 240, 235))]
    picture, ink = lettered(sky(), lines, korean_font)
    figure = Image.new("L", (512, 512))
    ImageDraw.Draw(figure).polygon([(230, 512), (215, 250), (255, 160), (295, 250), (300, 512)], 255)
    hidden = np.asarray(figure) > 0
    picture[hidden] = (25, 30, 22)
    assert masked(picture)[ink & ~hidden].mean() > 0.97
    assert masked(picture, "stroke")[ink & ~hidden].mean() > 0.95


def test_a_huge_effect_word_is_found(korean_font):
    picture, ink = lettered(sky(), [("쿵", (40, -40), 452, (250, 220, 60))], korean_font)
    assert masked(picture)[ink].mean() > 0.95


def test_a_letter_that_fills_the_picture_is_found_over_two_grounds(korean_font):
    ground = sky()
    ground[300:] = (150, 60, 90)
    picture, ink = lettered(ground, [("꽃", (60, -30), 420, (250, 240, 120))], korean_font)
    assert masked(picture)[ink].mean() > 0.95


def test_a_title_that_the_border_cuts_deeply_is_found(korean_font):
    picture, ink = lettered(sky(), [("겨울 이야기", (150, 60), 110, (250, 220, 60))], korean_font)
    assert masked(picture)[ink].mean() > 0.95
