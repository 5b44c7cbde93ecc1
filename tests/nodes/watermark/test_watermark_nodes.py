"""Marks learned, kept and taken off through ComfyUI's own executor."""

import numpy as np
import pytest
import torch
from dancheong.testing.models import text_engines
from dancheong.testing.scenes import watermark as scenes
from PIL import Image


@pytest.fixture(scope="module")
def truths(mark):
    return scenes.marked(20, 0, mark, 0.5)


@pytest.fixture(scope="module")
def photos(truths):
    return as_images([truth.picture for truth in truths])


@pytest.fixture(scope="module")
def watermark(learned):
    return learned.watermark


def as_images(pictures):
    return torch.from_numpy(np.stack(pictures)).float() / 255


def gains(cleaned, truths):
    """dB inside the mark, before and after."""
    pixels = (cleaned[..., :3] * 255).round().numpy()
    before = [scenes.psnr(truth.picture, truth) for truth in truths]
    return np.mean(before), np.mean(
        [scenes.psnr(picture, truth) for picture, truth in zip(pixels, truths, strict=True)]
    )


def test_a_batch_is_learned_and_cleaned_with_the_mark(comfy, photos, truths):
    mark, mask, preview, report = comfy.node("DancheongLearnWatermark", images=photos, agency="가나")
    assert mark.agency == "가나" and mark.anchor == "bottom right" and mark.reference == (640, 480)
    assert mask.shape == (1, 480, 640) and 0.01 < mask.mean() < 0.06
    assert "20 of 20 pictures" in report and "opacity 0.5" in report
    assert preview.shape[0] == 1 and preview.shape[-1] == 3
    cleaned, touched, said = comfy.node("DancheongCleanWatermark", image=photos, watermark=mark)
    before, after = gains(cleaned, truths)
    assert before < 14 and after > 33
    assert torch.equal(cleaned[touched == 0], photos[touched == 0])
    assert said.count("the mark of 가나 was removed (un-blended") == 20


def test_a_batch_of_ten_learns_from_itself(comfy, photos, truths):
    cleaned, touched, report = comfy.node("DancheongCleanWatermark", image=photos[:12])
    assert gains(cleaned, truths[:12])[1] > 30
    assert torch.equal(cleaned[touched == 0], photos[:12][touched == 0])
    assert "was learned at the bottom right of 12 of 12" in report and "fewer than 20" in report


@pytest.mark.parametrize("method", ["auto", "unblend", "telea", "ns", "lama"])
def test_every_method_changes_the_mark_only(comfy, base, photos, truths, watermark, method):
    (model,) = comfy.node("DancheongLoadInpaintModel", model_name="big-lama.pt")
    cleaned, touched, report = comfy.node(
        "DancheongCleanWatermark", image=photos[:3], watermark=watermark, method=method, inpaint_model=model
    )
    assert torch.equal(cleaned[touched == 0], photos[:3][touched == 0])
    assert not torch.equal(cleaned, photos[:3])
    if method != "lama":  # its random weights paint anything
        assert gains(cleaned, truths[:3])[1] > {"auto": 33, "unblend": 33}.get(method, 20)
    assert {"auto": "filled by lama where", "unblend": "(un-blended;"}.get(method, f"filled by {method};") in report


def test_pictures_without_the_mark_pass_bit_identical(comfy, watermark):
    blank = as_images([truth.picture for truth in scenes.marked(5, 40, None)])
    blank[0, 0, 0] = torch.tensor([0.1234567, 1.5, -0.25])  # what is out of range or between bytes stays as well
    cleaned, touched, report = comfy.node("DancheongCleanWatermark", image=blank, watermark=watermark)
    assert torch.equal(cleaned, blank) and not touched.any()
    assert report.count("no mark was found, and nothing changed") == 5


def test_alpha_and_grey_pictures_keep_their_channels(comfy, photos, watermark):
    alpha = torch.cat([photos[:1], torch.rand(1, 480, 640, 1)], -1)
    cleaned, touched, _ = comfy.node("DancheongCleanWatermark", image=alpha, watermark=watermark)
    assert touched.any() and torch.equal(cleaned[..., 3], alpha[..., 3])
    grey = photos[1:2].mean(-1, keepdim=True)
    cleaned, touched, _ = comfy.node("DancheongCleanWatermark", image=grey, watermark=watermark)
    assert cleaned.shape == grey.shape and touched.any() and not torch.equal(cleaned, grey)


def test_a_mark_is_kept_in_a_file_and_loaded_again(comfy, base, watermark):
    (same,) = comfy.node("DancheongSaveWatermark", watermark=watermark, name="test mark")
    path = base / "models" / "watermarks" / "test mark.safetensors"
    try:
        assert same is watermark
        comfy.node("DancheongSaveWatermark", watermark=watermark, name="test mark.safetensors")  # the same again
        (loaded,) = comfy.node("DancheongLoadWatermark", name="test mark.safetensors")
        assert np.array_equal(loaded.alpha, watermark.alpha) and np.array_equal(loaded.colour, watermark.colour)
        assert (loaded.anchor, loaded.offset, loaded.reference) == (
            watermark.anchor,
            watermark.offset,
            watermark.reference,
        )
        other = type(watermark)(watermark.alpha / 2, watermark.colour, watermark.anchor, (0.0, 0.0), (640, 480))
        outcome = comfy.try_node("DancheongSaveWatermark", watermark=other, name="test mark")
        assert "is there already and holds another mark: choose another name" in outcome.error
        path.write_bytes(path.read_bytes()[:200])
        assert "damaged or cut off" in comfy.try_node("DancheongLoadWatermark", name="test mark.safetensors").error
    finally:
        path.unlink(missing_ok=True)
    for name in ("../up", "a/b", "", ".hidden", "c:d"):
        assert (
            "Expected a plain file name"
            in comfy.try_node("DancheongSaveWatermark", watermark=watermark, name=name).error
        )


def test_few_pictures_need_a_mask(comfy, mark, photos):
    assert "Expected at least 10 pictures" in comfy.try_node("DancheongLearnWatermark", images=photos[:9]).error
    outcome = comfy.try_node("DancheongLearnWatermark", images=photos[:5], region="mask")
    assert "The region mask needs a mask" in outcome.error
    area = torch.zeros(1, 240, 320)  # of another size than the pictures
    area[:, 175:, 170:] = 1
    few = scenes.marked(5, 0, mark, 0.5)
    images = as_images([truth.picture for truth in few])
    learned, _, _, report = comfy.node("DancheongLearnWatermark", images=images, region="mask", mask=area)
    assert "5 of 5" in report and "fewer than 20" in report
    cleaned, *_ = comfy.node("DancheongCleanWatermark", image=images, watermark=learned)
    assert gains(cleaned, few)[1] > 28
    outcome = comfy.try_node("DancheongLearnWatermark", images=images[:2], region="mask", mask=area)
    assert "Expected at least 3 pictures" in outcome.error


def test_where_nothing_repeats_nothing_is_learned(comfy):
    blank = as_images([truth.picture for truth in scenes.marked(20, 3, None)])
    outcome = comfy.try_node("DancheongLearnWatermark", images=blank)
    assert outcome.error.startswith("No mark was found") and "mask the area" in outcome.error
    outcome = comfy.try_node("DancheongCleanWatermark", image=blank[:3], method="unblend")
    assert "The method unblend needs a mark that was learned" in outcome.error
    assert "needs a model" in comfy.try_node("DancheongCleanWatermark", image=blank[:1], method="lama").error


def test_a_single_picture_is_searched_for_agencies_by_name(comfy, base, korean_font):
    from PIL import ImageDraw, ImageFont

    clean = scenes.marked(1, 4, None, quality=None)[0].picture
    picture = Image.fromarray(clean)
    draw = ImageDraw.Draw(picture)
    draw.text((470, 440), "NEWSIS", "white", ImageFont.truetype(str(korean_font), 30))
    draw.text((200, 120), "OPEN DAILY", "white", ImageFont.truetype(str(korean_font), 30))
    lettered = as_images([np.asarray(picture)])
    cleaned, touched, report = comfy.node("DancheongCleanWatermark", image=lettered)
    assert "'NEWSIS'" in report and "Hangul cannot be read here" in report
    assert touched[0, 440:475, 470:600].mean() > 0.5 and not touched[0, :300].any()
    assert torch.equal(cleaned[touched == 0], lettered[touched == 0])
    # With a reader of Hangul, place alone is no reason any more.
    path = text_engines.korean_reader(base / "models" / "ocr" / "korean_test_rec.onnx", "연합뉴스")
    try:
        _, touched, report = comfy.node("DancheongCleanWatermark", image=lettered)
        assert "연합뉴스" in report and "cannot be read" not in report and touched.any()
        path = text_engines.korean_reader(path, "가게")
        comfy.module("nodes.text_mask.engines.reader").load.cache_clear()
        cleaned, touched, _ = comfy.node("DancheongCleanWatermark", image=lettered)
        assert not touched.any() and torch.equal(cleaned, lettered)
        _, touched, _ = comfy.node("DancheongCleanWatermark", image=lettered, agencies="다른 말, 가게")
        assert touched.any()
    finally:
        path.unlink()
        comfy.module("nodes.text_mask.engines.reader").load.cache_clear()


def test_what_was_removed_is_written_into_saved_pictures(comfy, base, photos, watermark):
    import dataclasses
    import json

    prompt = {
        "node": {
            "class_type": "DancheongCleanWatermark",
            "inputs": {"image": ["photos", 0], "watermark": ["mark", 0], "method": "auto", "agencies": ""},
        },
        "save": {"class_type": "SaveImage", "inputs": {"images": ["node", 0], "filename_prefix": "provenance"}},
    }
    named = dataclasses.replace(watermark, agency="가나")
    outcome = comfy.run({**prompt, **comfy.provide(photos=photos[:2], mark=named)}, extra={})
    assert not outcome.error
    saved = next((base / "output").glob("provenance*.png"))
    told = json.loads(Image.open(saved).text["dancheong_watermark"])
    assert told["agencies"] == ["가나"] and told["pictures"] == 2 and "un-blended" in told["methods"][0]


def test_an_interrupt_ends_learning(comfy, photos):
    def hook(value, total):
        comfy.model_management.interrupt_current_processing()

    outcome = comfy.try_node("DancheongLearnWatermark", hook, images=photos)
    assert outcome.interrupted
