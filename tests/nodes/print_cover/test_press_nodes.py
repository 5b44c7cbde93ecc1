"""Type and press through ComfyUI's own executor."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import torch
from dancheong.testing import fonts, icc_profiles, pdfx, prepress
from PIL import Image, ImageDraw, ImageFont
from psd_tools import PSDImage

FINER = 10
"""Times the picture's resolution, at which a page is looked at."""


@pytest.fixture
def trim(comfy):
    return comfy.node("DancheongTrimSize", preset="custom", width_mm=30.0, height_mm=40.0, bleed_mm=3.0, dpi=100)[0]


@pytest.fixture
def press(base):
    (base / "models" / "icc").mkdir(exist_ok=True)
    (base / "models" / "icc" / "press.icc").write_bytes(icc_profiles.cmyk())
    return "press.icc"


def titled(comfy, trim, **values):
    image = torch.full((1, *trim.pixels[::-1], 3), 0.8)
    found = comfy.node(
        "DancheongTypesetTitle", image=image, title="\ub2ec\ube5b", colour="black", outline=0.0, **values
    )
    return found[0], found[-1]


def test_a_title_is_printed_once_and_as_outlines(comfy, trim, press):
    image, words = titled(comfy, trim)
    asked = {"image": image, "type": words, "trim": trim, "icc_profile": press, "standard": "PDF/X-4", "marks": True}
    _, path, report = comfy.node("DancheongSavePrint", **asked, format="pdf", filename_prefix="t/\ub2ec")
    with open(path, "rb") as file:
        assert pdfx.faults(file.read(), "PDF/X-4") == []
    with pikepdf.open(path) as document:
        page = document.pages[0]
        assert str(document.docinfo.Title) == "\ub2ec"
        assert len(np.unique(np.frombuffer(next(iter(page.get_images().values())).read_bytes(), np.uint8))) <= 2
        steps = [str(step.operator) for step in pikepdf.parse_content_stream(page)]
        black = page.Contents.read_bytes().decode().split("/Over gs\n0 0 0 1 k")
    assert "Type: 2 outlines." in report and "Ink: " in report and "Marks of 0 folds" in report
    assert "and a line with name and size below." in report
    assert len(black) == 3 and steps.count("c") > 8


def placed(comfy, trim):
    image = torch.full((1, *trim.pixels[::-1], 3), 0.8)
    found = comfy.node("DancheongPlaceTitle", image=image, title="\ub2ec\ube5b", author="\uae40\ub2e8\uccad", layouts=1)
    return found[0], found[-1]


def relettered(comfy, trim):
    sheet = Image.new("RGB", trim.pixels, (204, 204, 204))
    face = ImageFont.truetype(str(fonts.korean()), 30)
    ImageDraw.Draw(sheet).text((20, 100), "MOON", "#102060", face, anchor="ls")
    left, top, right, bottom = face.getbbox("MOON", anchor="ls")
    corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
    region = {"polygon": [[20 + x, 100 + y] for x, y in corners], "score": 0.9, "text": "MOON", "masked": True}
    said = json.dumps([{"width": sheet.width, "height": sheet.height, "regions": [region]}])
    image = torch.from_numpy(np.asarray(sheet, np.float32) / 255)[None]
    found = comfy.node(
        "DancheongReletter", image=image, text="1: \ub2ec\ube5b", regions=said, method="telea", match="place only",
        colour="#102060",
    )  # fmt: skip
    return found[0], found[-1]


def test_a_name_that_no_font_draws_keeps_the_marks_and_is_told(comfy, trim):
    image = torch.zeros(1, *trim.pixels[::-1], 3)
    asked = {"image": image, "trim": trim, "format": "pdf", "marks": True, "filename_prefix": "t/\U0010ffff"}
    _, path, report = comfy.node("DancheongSavePrint", **asked)
    assert Path(path).exists() and "no line with name and size below them: No font on this machine" in report


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="no poppler; on Debian: apt-get install poppler-utils")
@pytest.mark.parametrize("lettered", [titled, placed, relettered])
def test_words_of_every_node_are_printed_as_outlines_where_they_stand(comfy, trim, press, lettered):
    """Not in the picture that they lie on, and sharp at ten times its resolution."""
    image, words = lettered(comfy, trim)
    asked = {"image": image, "type": words, "trim": trim, "icc_profile": press, "standard": "PDF/X-4"}
    path = comfy.node("DancheongSavePrint", **asked, format="pdf", filename_prefix=f"t/{lettered.__name__}")[1]
    with open(path, "rb") as file:
        data = file.read()
    assert pdfx.faults(data, "PDF/X-4") == []
    with pikepdf.open(io.BytesIO(data)) as document:
        page = document.pages[0]
        steps = [str(step.operator) for step in pikepdf.parse_content_stream(page)]
        inside = np.frombuffer(next(iter(page.get_images().values())).read_bytes(), np.uint8)
    assert steps.count("f") == len(words.shapes) > 1 and steps.count("c") > 8
    assert np.ptp(inside.reshape(-1, 4).astype(int), axis=0).max() <= 8
    letters = words.layer[..., 3].numpy()
    high, wide = letters.shape
    large = prepress.drawn_by_poppler(Path(path), FINER * trim.dpi)[: FINER * high, : FINER * wide].astype(float)
    shown = large.max() - large.reshape(high, FINER, wide, FINER).mean((1, 3))
    assert np.corrcoef(shown.ravel(), letters.ravel())[0, 1] > 0.8
    rim = (large > large.min() + 40) & (large < large.max() - 40)
    assert rim.sum() < 0.1 * (large < 128).sum()


def test_a_shadow_stays_in_the_picture_under_the_outlines(comfy, trim):
    image, words = titled(comfy, trim, shadow=20.0)
    path = comfy.node("DancheongSavePrint", image=image, type=words, trim=trim, format="pdf", filename_prefix="t/s")[1]
    with pikepdf.open(path) as document:
        pixels = np.asarray(pikepdf.PdfImage(next(iter(document.pages[0].get_images().values()))).as_pil_image())
    assert 0 < (pixels < 200).any(-1).mean() < 0.3


def test_pixel_formats_keep_the_picture_as_it_came_and_say_so(comfy, trim):
    image, words = titled(comfy, trim)
    for format in ("png", "tiff"):
        files = [
            comfy.node("DancheongSavePrint", image=image, trim=trim, format=format, filename_prefix="t/p", **more)
            for more in ({}, {"type": words})
        ]
        assert np.array_equal(*(np.asarray(Image.open(path)) for _, path, _ in files))
        assert f"Type: pixels, as {format} has no outlines" in files[1][2] and not files[0][2]


def test_a_psd_has_the_picture_without_its_words_and_the_words(comfy, trim):
    image, words = titled(comfy, trim)
    asked = {"image": image, "trim": trim, "format": "psd", "filename_prefix": "t/l"}
    _, path, report = comfy.node("DancheongSavePrint", **asked, type=words)
    picture, over = (np.asarray(layer.topil(apply_icc=False)) for layer in PSDImage.open(path))
    assert (picture == (204, 204, 204, 255)).all() and np.array_equal(over, (words.layer * 255).round().numpy())
    assert report == "Type: a layer of its own, in pixels."
    assert "One layer" in comfy.node("DancheongSavePrint", **asked)[2]


def test_words_are_not_lost_when_the_picture_was_changed_after_them(comfy, trim):
    image, words = titled(comfy, trim)
    outcome = comfy.try_node("DancheongSavePrint", image=image * 0.5, type=words, trim=trim)
    assert "the very picture that the words on its type were set on" in outcome.error


@pytest.mark.parametrize("format", ["pdf", "png", "tiff", "jpeg", "psd"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_picture_of_any_channels_is_saved_and_shown(comfy, trim, format, channels):
    image = torch.rand(2, *trim.pixels[::-1], channels, generator=torch.Generator().manual_seed(0))
    outcome = comfy.try_node(
        "DancheongSavePrint", image=image, trim=trim, format=format, filename_prefix=f"t/c{channels}"
    )
    assert not outcome.error, outcome.error
    assert len(outcome.shown["node"]["images"]) == 2 and len(outcome.captured["out1"].splitlines()) == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"standard": "PDF/X-4"}, "PDF/X-4 is made for one press"),
        ({"standard": "PDF/X-1a:2003", "format": "tiff"}, "is a kind of PDF, got format tiff"),
        ({"ink_limit": 280.0}, "An ink limit needs inks"),
    ],
)
def test_what_the_press_cannot_have_is_said_and_nothing_written(comfy, trim, base, asked, message):
    image = torch.zeros(1, *trim.pixels[::-1], 3)
    outcome = comfy.try_node("DancheongSavePrint", image=image, trim=trim, filename_prefix="t/refused", **asked)
    assert message in outcome.error
    assert not list((base / "output" / "t").glob("refused*"))
