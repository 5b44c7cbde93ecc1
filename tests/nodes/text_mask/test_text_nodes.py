"""Text found and erased through ComfyUI's own executor."""

import json
import re

import numpy as np
import pytest
import torch
from dancheong.testing.models import text_engines
from dancheong.testing.models.upscale import rrdb_x4
from PIL import Image


@pytest.fixture(scope="module")
def sample(cover):
    return torch.from_numpy(np.array(Image.open(cover))).float()[None] / 255


@pytest.fixture(scope="module", autouse=True)
def searched_once(comfy):
    """The engine answers for a picture that it has seen before with what it found then: it always finds the same."""
    engine, known = comfy.module("nodes.text_mask.engines.rapidocr_engine").load(), {}
    search = engine.detect

    def detect(picture, call):
        seen = (picture.shape, picture.tobytes())
        if seen not in known:
            known[seen] = search(picture, call)
        return known[seen]

    engine.detect = detect
    yield
    del engine.detect


@pytest.fixture(scope="module")
def regions(comfy, sample):
    """What is found in it, as the bundled recogniser reads it."""
    return json.loads(comfy.node("DancheongOCRTextMask", image=sample, only=".")[1])[0]["regions"]


@pytest.fixture(scope="module")
def text(regions):
    return next(region["text"] for region in regions if region["text"])


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


def test_pseudo_text_is_found_erased_and_not_found_again(comfy, sample):
    mask, regions, overlay, count = comfy.node("DancheongOCRTextMask", image=sample, shape="stroke", grow=6.0)
    assert count == 5 and json.loads(regions)[0]["engine"] == "rapidocr"
    assert overlay.shape == sample.shape and mask.shape == sample.shape[:3]
    (clean,) = comfy.node("DancheongEraseMasked", image=sample, mask=mask)
    assert torch.equal(clean[mask == 0], sample[mask == 0])
    assert not torch.equal(clean, sample)
    left, _, _, count = comfy.node("DancheongOCRTextMask", image=clean)
    assert count == 0 and not left.any()


def test_rules_reach_the_mask(comfy, sample):
    everything = comfy.node("DancheongOCRTextMask", image=sample)
    large = comfy.node("DancheongOCRTextMask", image=sample, min_height=80.0)
    assert large[3] == 1 and large[0].sum() < everything[0].sum()
    assert [region["masked"] for region in json.loads(large[1])[0]["regions"]].count(True) == 1


def test_hangul_rules_are_refused_as_long_as_nothing_reads_hangul(comfy, sample, monkeypatch):
    monkeypatch.setattr(comfy.module("nodes.text_mask.engines.tesseract_reader"), "is_there", lambda: False)
    outcome = comfy.try_node("DancheongOCRTextMask", image=sample, keep="\uc18d\ubcf4")
    assert "run `dancheong models get korean-ocr`" in outcome.error
    outcome = comfy.try_node("DancheongOCRTextMask", image=sample, script="hangul")
    assert "A rule asks for Hangul" in outcome.error


def test_with_a_korean_recogniser_hangul_rules_work(comfy, base, sample):
    says = "\uc18d\ubcf4"
    path = text_engines.korean_reader(base / "models" / "ocr" / "korean_test_rec.onnx", says)
    try:
        for rule, count in (({"only": says, "script": "hangul"}, 5), ({"keep": says}, 0)):
            found = comfy.node("DancheongOCRTextMask", image=sample, **rule)
            assert found[3] == count, rule
            assert json.loads(found[1])[0]["regions"][0]["text"] == says
        path.write_bytes(b"not a network")
        comfy.module("nodes.text_mask.engines.reader").load.cache_clear()
        outcome = comfy.try_node("DancheongOCRTextMask", image=sample, only=says)
        assert outcome.error.startswith("korean_test_rec.onnx is damaged or no text recogniser")
    finally:
        path.unlink()


def test_word_lists_come_from_the_input_folder(comfy, base, sample, regions, text):
    (base / "input" / "words.txt").write_text(f"# kept\n{text}\n", encoding="utf-8")
    kept = comfy.node("DancheongOCRTextMask", image=sample, keep="@words.txt")
    assert kept[3] < len(regions)
    for name, message in (("@nowhere.txt", "Expected a file of ComfyUI's input folder, got 'nowhere.txt'"),
                          ("@../../etc/hostname", "Expected a file of ComfyUI's input folder")):  # fmt: skip
        assert message in comfy.try_node("DancheongOCRTextMask", image=sample, keep=name).error
    (base / "input" / "wide.txt").write_bytes("\uc18d\ubcf4".encode("cp949"))
    assert "is not UTF-8 text" in comfy.try_node("DancheongOCRTextMask", image=sample, keep="@wide.txt").error


def test_places_choose_by_third(comfy, sample):
    counts = {place: comfy.node("DancheongOCRTextMask", image=sample, place=place)[3] for place in ("top", "bottom")}
    everything = comfy.node("DancheongOCRTextMask", image=sample)[3]
    assert 0 < counts["top"] < everything and 0 < counts["bottom"] < everything


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (
            "craft",
            r"expected craft\*.safetensors or .pth or .h5 in models/ocr, found none. Run `dancheong models get craft`",
        ),
        ("keras-ocr", r"expected craft\*.h5 in models/ocr, found none. Run `dancheong models get craft-keras`"),
    ],
)
def test_missing_engines_name_the_command(comfy, sample, engine, message, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_OCR_CACHE_DIR", str(tmp_path))
    outcome = comfy.try_node("DancheongOCRTextMask", image=sample, engine=engine)
    assert re.search(message, outcome.error), outcome.error


def test_an_interrupt_between_two_looks_is_answered(comfy, sample):
    def hook(value, total):
        comfy.model_management.interrupt_current_processing()

    outcome = comfy.try_node("DancheongOCRTextMask", hook=hook, image=sample.flip(2))
    assert outcome.interrupted and not outcome.captured


@pytest.mark.parametrize("method", ["telea", "ns"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_outside_of_the_mask_every_bit_stays(comfy, method, channels):
    image = noise(3, 90, 120, channels)
    mask = torch.zeros(1, 90, 120)
    mask[:, 30:50, 40:70] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, method=method)
    outside = mask.expand(3, 90, 120) == 0
    assert torch.equal(clean[outside], image[outside])
    assert not torch.equal(clean[~outside], image[~outside])
    assert torch.equal(clean[..., 3:], image[..., 3:])


def test_values_outside_the_range_survive_where_nothing_is_erased(comfy):
    image = noise(1, 40, 40) * 3 - 1
    mask = torch.zeros(1, 40, 40)
    mask[:, 10:12, 10:12] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask)
    assert torch.equal(clean[mask == 0], image[mask == 0])


def test_a_mask_of_another_size_is_resized_and_a_flat_one_is_accepted(comfy):
    image, small = noise(1, 80, 120), torch.zeros(20, 30)
    small[5:10, 10:20] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=small)
    changed = (clean != image).any(-1)[0]
    assert changed[22:38, 42:78].float().mean() > 0.95 and not changed[:16].any() and not changed[:, :36].any()


def test_soft_masks_blend_and_feather_fades_outward(comfy):
    image = torch.ones(1, 60, 60, 3)
    image[:, 20:40, 20:40] = 0
    mask = torch.zeros(1, 60, 60)
    mask[:, 18:42, 18:42] = 0.5
    (half,) = comfy.node("DancheongEraseMasked", image=image, mask=mask)
    assert half[0, 30, 30, 0] == pytest.approx(0.5, abs=0.01)
    ramp = comfy.module("nodes.host.images").widen((mask > 0).float(), 0, 8)[0, 30, 42:52]
    assert (ramp.diff() <= 0).all() and 0 < ramp[4] < 1 and ramp[9] == 0


def test_grow_widens_by_pixels(comfy):
    image = noise(1, 60, 60)
    mask = torch.zeros(1, 60, 60)
    mask[:, 30, 30] = 1
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, grow=5)
    rows = (clean != image).any(-1)[0].any(1).nonzero()
    assert (rows.min(), rows.max()) == (25, 35)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(1, 40, 40), "The mask covers the whole picture"),
        (torch.zeros(2, 40, 40), "Expected one mask, or 3 for the batch"),
        (torch.zeros(1, 0, 0), r"got \[1, 0, 0\]"),
    ],
)
def test_bad_masks_are_explained(comfy, mask, message):
    outcome = comfy.try_node("DancheongEraseMasked", image=noise(3, 40, 40), mask=mask)
    assert re.search(message, outcome.error), outcome.error


@pytest.mark.parametrize("shape", [(0, 8, 8, 3), (1, 0, 8, 3), (1, 8, 8, 5), (8, 8, 3)])
@pytest.mark.parametrize("node", ["DancheongOCRTextMask", "DancheongUpscaleToSize", "DancheongTypesetTitle"])
def test_pictures_without_pixels_or_of_a_wrong_shape_are_explained(comfy, node, shape):
    outcome = comfy.try_node(node, image=torch.zeros(shape))
    assert outcome.error.startswith("Expected at least one picture") and str(list(shape)) in outcome.error


@pytest.mark.parametrize("shape", [(1, 1, 1, 3), (3, 33, 7, 3), (1, 64, 64, 4), (2, 40, 40, 1)])
def test_odd_pictures_pass_through_every_node(comfy, shape):
    image = torch.full(shape, 0.5)
    mask, _, overlay, count = comfy.node("DancheongOCRTextMask", image=image)
    assert (count, mask.shape) == (0, shape[:3]) and overlay.shape == (*shape[:3], 3)
    assert torch.equal(comfy.node("DancheongEraseMasked", image=image, mask=mask)[0], image)
    resized, missing, _ = comfy.node("DancheongUpscaleToSize", image=image, width=50, height=70)
    assert resized.shape == (shape[0], 70, 50, 3) and missing.shape == (shape[0], 70, 50)
    assert torch.equal(comfy.node("DancheongTypesetTitle", image=image)[0], image)


@pytest.fixture(scope="module")
def lama(supplies):
    return supplies.put("big-lama.pt")


def spots(height, width):
    mask = torch.zeros(1, height, width)
    mask[:, 30:50, 40:70] = 1
    return mask


def test_lama_fills_as_spandrel_fills_and_touches_nothing_else(comfy, lama):
    from spandrel import ModelLoader

    image, mask = noise(2, 120, 150, 4), spots(120, 150)
    (model,) = comfy.node("DancheongLoadInpaintModel", model_name=lama.name)
    (clean,) = comfy.node("DancheongEraseMasked", image=image, mask=mask, method="lama", inpaint_model=model)
    outside = mask.expand(2, 120, 150) == 0
    assert torch.equal(clean[outside], image[outside]) and torch.equal(clean[..., 3], image[..., 3])
    reference = ModelLoader().load_from_file(lama).eval()
    with torch.inference_mode():
        filled = reference(image[:1, ..., :3].movedim(-1, 1), mask[:, None]).movedim(1, -1)[0]
    inside = mask[0] == 1
    assert torch.allclose(clean[0][inside][:, :3], filled[inside], atol=1e-4)
    assert not torch.allclose(clean[0][inside][:, :3], image[0][inside][:, :3], atol=0.05)


def test_lama_sees_a_window_at_its_own_size_with_all_holes_hidden(comfy, lama, monkeypatch):
    """A diagonal row of holes is one group; the far hole in the corner of its window is another, and hidden too."""
    (model,) = comfy.node("DancheongLoadInpaintModel", model_name=lama.name)
    windows = []

    def fill(self, picture, mask):
        windows.append((tuple(picture.shape), int(mask.sum())))
        return picture

    monkeypatch.setattr(type(model), "fill", fill)
    mask = torch.zeros(1, 800, 800)
    for place in range(0, 601, 100):
        mask[:, place : place + 10, place : place + 10] = 1
    mask[:, 600:610, 0:10] = 1
    comfy.node("DancheongEraseMasked", image=noise(1, 800, 800), mask=mask, method="lama", inpaint_model=model)
    assert sorted(windows) == [((266, 138, 3), 100), ((738, 738, 3), 800)]


def test_lama_without_a_model_and_wrong_models_are_explained(comfy, base, lama):
    image, mask = noise(1, 64, 64), torch.zeros(1, 64, 64)
    outcome = comfy.try_node("DancheongEraseMasked", image=image, mask=mask, method="lama")
    assert "connect Load Inpaint Model with big-lama" in outcome.error
    folder = base / "models" / "inpaint"
    rrdb_x4(folder / "upscaler.safetensors")
    (folder / "cut.pt").write_bytes(lama.read_bytes()[:100000])
    torch.save({"a": torch.zeros(1)}, folder / "other.pth")
    for name, message in (
        ("upscaler.safetensors", "upscaler.safetensors is a model for SR, not for inpainting"),
        ("cut.pt", "cut.pt is damaged or cut off"),
        ("other.pth", "other.pth is not an inpainting model that spandrel knows"),
    ):
        outcome = comfy.try_node("DancheongLoadInpaintModel", model_name=name)
        (folder / name).unlink()
        assert message in outcome.error, outcome.error


def test_text_is_erased_until_none_is_left(comfy, sample):
    clean, mask, report, left = comfy.node("DancheongEraseText", image=sample)
    assert left == 0 and report.startswith("Picture 1: 5 -> 0 texts, engine rapidocr.")
    assert torch.equal(clean[mask == 0], sample[mask == 0]) and mask.mean() < 0.2
    assert comfy.node("DancheongOCRTextMask", image=clean)[3] == 0


def test_pictures_without_text_pass_with_every_bit(comfy):
    image = torch.full((2, 90, 130, 4), 0.37)
    clean, mask, report, left = comfy.node("DancheongEraseText", image=image)
    assert torch.equal(clean, image) and not mask.any() and left == 0
    assert report.splitlines()[1].startswith("Picture 2: 0 texts")


def test_erasing_stops_when_it_does_not_help(comfy, sample, monkeypatch):
    """An eraser that changes nothing: two looks, not ten, and the count of what is left."""
    nodes = comfy.module("nodes.erase.nodes")
    monkeypatch.setattr(nodes, "fill_masked", lambda *_: None)
    _, _, report, left = comfy.node("DancheongEraseText", image=sample, rounds=10)
    assert report.startswith("Picture 1: 5 -> 5 texts") and left == 5


def test_kept_words_are_not_erased(comfy, sample, text):
    clean, mask, _, left = comfy.node("DancheongEraseText", image=sample, keep=re.escape(text))
    everything = comfy.node("DancheongEraseText", image=sample)[1]
    assert mask.sum() < everything.sum() and left == 0
    assert comfy.node("DancheongOCRTextMask", image=clean)[3] == 1
