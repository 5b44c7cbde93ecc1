"""Hangul is read by Debian's tesseract where no Korean recogniser is there. Needs tesseract-ocr-kor."""

import json

import numpy as np
import pytest
import torch
from dancheong.nodes.text_mask import reported_regions
from dancheong.nodes.text_mask.engines import tesseract_reader
from PIL import Image, ImageDraw, ImageFont

pytestmark = pytest.mark.skipif(
    not tesseract_reader.is_there(), reason="no Korean tesseract here; on Debian: apt-get install tesseract-ocr-kor"
)


@pytest.fixture(scope="module")
def cover_page(korean_font):
    """`[1,H,W,3]`: a Korean and an English title on a gradient."""
    ground = np.repeat(np.linspace(40, 160, 640)[None, :, None], 320, 0).repeat(3, 2).astype(np.uint8)
    sheet = Image.fromarray(ground)
    for text, top in (("오늘의 날씨", 40), ("Photograph", 190)):
        ImageDraw.Draw(sheet).text((60, top), text, (255, 240, 180), ImageFont.truetype(str(korean_font), 70))
    return torch.from_numpy(np.asarray(sheet)).float()[None] / 255


def test_a_rule_with_hangul_chooses_what_tesseract_reads(comfy, cover_page):
    mask, report, _, count = comfy.node("DancheongOCRTextMask", image=cover_page, only="날씨")
    (picture,) = json.loads(report)
    assert count == 1 and mask[0, :150].any() and not mask[0, 180:].any()
    assert picture["reader"] == "rapidocr and tesseract"
    texts = [region.text for region in reported_regions(report)[0].regions]
    assert any("날씨" in text.replace(" ", "") for text in texts) and any("Photo" in text for text in texts)


def test_script_and_erasing_use_it_too(comfy, cover_page):
    assert comfy.node("DancheongOCRTextMask", image=cover_page, script="hangul")[3] == 1
    clean, mask, report, _ = comfy.node("DancheongEraseText", image=cover_page, keep="날씨")
    assert "read by rapidocr and tesseract" in report
    assert torch.equal(clean[:, :150], cover_page[:, :150]) and mask[0, 180:].any()


def test_rules_without_hangul_do_not_start_it(comfy, cover_page):
    report = comfy.node("DancheongOCRTextMask", image=cover_page, only="Photo")[1]
    assert json.loads(report)[0]["reader"] == "rapidocr"
    assert json.loads(comfy.node("DancheongOCRTextMask", image=cover_page)[1])[0]["reader"] is None
