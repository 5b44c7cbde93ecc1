"""Single pictures through the node, with the recognisers that the pack brings: marks go, and all other text stays."""

import numpy as np
import pytest
import torch
from dancheong.testing.models import text_engines
from dancheong.testing.scenes import news_credits, news_desk, news_lettering


@pytest.fixture(autouse=True)
def read_anew(comfy):
    """No recogniser of another test."""
    comfy.module("nodes.text_mask.engines.reader").load.cache_clear()
    yield
    comfy.module("nodes.text_mask.engines.reader").load.cache_clear()


def cleaned(comfy, picture, **inputs):
    """The picture, whether it is bit-identical, the mask and the report."""
    image = torch.from_numpy(picture.astype(np.float32) / 255)[None]
    result, touched, report = comfy.node("DancheongCleanWatermark", image=image, **inputs)
    assert torch.equal(result[touched == 0], image[touched == 0])
    return torch.equal(result, image), touched[0].numpy() > 0, report


def lettered(*drawings, seed=8):
    rng = np.random.default_rng(seed)
    picture = news_desk.photograph(rng)
    for draw, *arguments in drawings:
        draw(rng, picture, *arguments)
    return news_desk.compressed(rng, picture)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("STOP THE WAR", "bottom right"),
        ("EXIT 3", "top left"),
        ("2024.11.28", "bottom right"),
        ("REUTERS BUILDING", "top left"),
    ],
)
def test_text_that_was_read_stays(comfy, text, place):
    picture = lettered((news_lettering.overlay, [text], news_lettering.WHITE, 26, place))
    same, touched, report = cleaned(comfy, picture)
    assert same and not touched.any()
    assert "no mark was found, and nothing changed; what stays:" in report


@pytest.mark.parametrize("text", ["부동산", "출구 3"])
def test_a_sign_in_a_corner_stays(comfy, text):
    same, touched, report = cleaned(comfy, lettered((news_lettering.plate, [text], 28, "bottom left")))
    assert same and not touched.any() and "no mark was found" in report


def test_photographs_without_a_mark_are_bit_identical(comfy):
    for shot in news_desk.unmarked(4, 21):
        same, touched, report = cleaned(comfy, shot.picture)
        assert same and not touched.any(), (shot.what, report)


def test_no_caption_bar_is_touched(comfy):
    """In a frame, of glass and on a gradient, and a credit three lines under its caption."""
    for shot in (*news_desk.captioned(7, 22, 4), *news_credits.credited(27, 22, 26)):
        same, _, report = cleaned(comfy, shot.picture)
        assert same, (shot.what, report)


def test_what_a_bar_names_is_told(comfy):
    picture = lettered().copy()
    picture[440:] = 250
    ink = news_lettering.coverage(["REUTERS/Kim Hong-Ji"], 16, "DejaVuSans")
    bar = picture[440:].astype(np.float32)
    news_lettering.lay(bar, ink, news_lettering.BLACK, 1.0, 460, 12)
    picture[440:] = bar.round()
    same, _, report = cleaned(comfy, picture)
    assert same and "(a caption bar names Reuters)" in report


@pytest.mark.parametrize(("text", "agency"), [("YONHAP", "연합뉴스"), ("뉴시스", "뉴시스"), ("동아일보", "동아일보")])
def test_a_mark_goes_whether_it_is_read_or_known_by_its_shape(comfy, text, agency):
    rng = np.random.default_rng(8)
    picture = news_desk.photograph(rng)
    ink = news_lettering.overlay(rng, picture, [text], news_lettering.WHITE, 28, "bottom right", 0.6) > 0.3
    same, touched, report = cleaned(comfy, news_desk.compressed(rng, picture))
    assert not same and (touched & ink).sum() > 0.9 * ink.sum() and touched.mean() < 0.05
    assert "1 marks were removed by their words" in report and agency in report


def test_where_hangul_is_read_a_name_counts_only_alone(comfy, base):
    picture = lettered((news_lettering.overlay, ["보도사진"], news_lettering.WHITE, 28, "bottom right", 0.6))
    path = base / "models" / "ocr" / "korean_test_rec.onnx"
    try:
        for says, stays in (("연합뉴스", False), ("연합뉴스는 사과하라", True), ("보도사진", True)):
            text_engines.korean_reader(path, says)
            comfy.module("nodes.text_mask.engines.reader").load.cache_clear()
            same, _, report = cleaned(comfy, picture)
            assert same == stays and says in report and "cannot be read" not in report
    finally:
        path.unlink()
