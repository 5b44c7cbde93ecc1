"""What the network that knows lines of text is shown: a region upright, whole and at one height, whatever its form."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.finding import line_network
from dancheong.nodes.text_mask.finding.lines import upright_first
from dancheong.nodes.text_mask.regions import Region
from PIL import Image, ImageDraw, ImageFont


def box(left, top, right, bottom):
    return Region(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32), 1.0)


@pytest.fixture(scope="module")
def picture():
    """Every place has another colour."""
    rows, columns = np.mgrid[:400, :600]
    return np.stack([rows * 255 // 400, columns * 255 // 600, (rows + columns) % 256], -1).astype(np.uint8)


@pytest.mark.parametrize(
    ("region", "width"),
    [
        (box(100, 100, 140, 140), 48),
        (box(100, 100, 160, 140), 80),
        (box(100, 100, 180, 120), 224),
        (box(20, 100, 580, 110), 224),
        (box(100, 20, 140, 380), 224),
        (box(300, 200, 303, 201), 128),
        (box(0, 0, 600, 400), 80),
        (Region(upright_first(np.array([[100, 100], [180, 140], [170, 160], [90, 120]], np.float32)), 1.0), 224),
    ],
    ids=["square", "short", "line", "longer than seen", "upright", "tiny", "the whole picture", "turned"],
)
def test_a_patch_has_one_height_and_the_narrowest_width(picture, region, width):
    assert line_network.patch(picture, region).shape == (48, width, 3)
    assert line_network.patch(picture, region, spare=4).shape == (56, width + 8, 3)


def test_upright_text_is_laid_on_its_side(picture):
    across = line_network.patch(picture, box(100, 100, 260, 140))
    down = line_network.patch(picture.transpose(1, 0, 2).copy(), box(100, 100, 140, 260))
    assert np.abs(across.astype(int) - down).max() <= 1


def test_of_a_long_line_the_middle_is_seen(picture):
    seen = line_network.patch(picture, box(20, 200, 580, 220))
    assert np.abs(seen[24, 112].astype(int)[:2] - picture[210, 300][:2]).max() <= 2
    assert seen[:, :, 1].min() > picture[210, 180, 1]  # nothing from its beginning


def test_regions_are_answered_in_their_order_whatever_their_width(picture):
    regions = [box(10 + 3 * n, 20, 10 + 3 * n + (40, 160, 90)[n % 3], 60) for n in range(40)]
    together = line_network.odds(picture, regions)
    alone = np.concatenate([line_network.odds(picture, [region]) for region in regions])
    assert np.abs(together - alone).max() < 1e-3
    assert line_network.odds(picture, []).shape == (0,)


def written(line, size, ink, ground, font):
    """A line of text on its ground, and where it stands."""
    face = ImageFont.truetype(str(font), size)
    left, top, right, bottom = face.getbbox(line)
    sheet = Image.new("RGB", (right - left + 2 * size, bottom - top + 2 * size), ground)
    ImageDraw.Draw(sheet).text((size - left, size - top), line, ink, face)
    return np.asarray(sheet), box(size, size, size + right - left, size + bottom - top)


def on_paper(thing):
    """A picture inset in paper, and where it lies."""
    height, width = thing.shape[:2]
    sheet = np.full((height + 40, width + 40, 3), 240, np.uint8)
    sheet[20 : 20 + height, 20 : 20 + width] = thing
    return sheet, box(20, 20, 20 + width, 20 + height)


def things():
    """Screentone, a coin, a striped wall."""
    rows, columns = np.mgrid[:90, :70]
    dots = np.where(np.hypot(rows % 8 - 4, columns % 8 - 4) < 1 + 3 * columns / 70, 20, 245)
    coin = np.where(np.hypot(rows - 45, columns - 35) < 30, 150 + 40 * np.sin(columns / 9), 60)
    wall = 120 + 60 * (rows // 6 % 2)
    return [np.repeat(grey[..., None], 3, 2).astype(np.uint8) for grey in (dots, coin, wall)]


def test_lines_of_letters_are_told_from_things(korean_font):
    """Any script, and marks that are none."""
    for line, size in (("달빛 아래", 60), ("꽃", 120), ("무단전재 금지", 14), ("Journey", 40), ("뷁꿹쀍", 40)):
        for ink, ground in (("black", "white"), ("yellow", (30, 60, 120))):
            picture, region = written(line, size, ink, ground, korean_font)
            assert line_network.odds(picture, [region])[0] > 0, (line, ink)
    for number, thing in enumerate(things()):
        picture, region = on_paper(thing)
        assert line_network.odds(picture, [region])[0] < 0, number
