"""What lay under a mark comes back by the formula; a mark's file holds what it must."""

import dataclasses

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.watermark import mark_file
from dancheong.nodes.watermark.learning import learn
from dancheong.nodes.watermark.mark import ANCHORS, Watermark
from dancheong.nodes.watermark.removing import clean, compression, restore
from dancheong.testing.scenes import watermark as scenes
from safetensors.numpy import save_file

CORNERS = tuple(ANCHORS)


def test_the_true_mark_gives_the_picture_back_exactly(mark):
    """Without JPEG and with the truth in place of an estimate only rounding is left: the formula itself is right."""
    truth = scenes.marked(1, 0, mark, 0.5, quality=None)[0]
    corner = np.s_[380:, 400:]
    picture, bare, alpha = truth.picture[corner], truth.clean[corner], (0.5 * truth.coverage[corner]).astype(np.float32)
    colour = np.full(picture.shape, 255.0, np.float32)
    result = restore.restore(picture, alpha, colour, None, 0.0, 0.0)
    assert np.abs(result - bare)[alpha > 0].max() < 4
    wrong = restore.restore(picture, alpha * 0.9, colour, None, 0.0, 0.0)
    assert np.abs(wrong - bare)[alpha > 0.4].mean() > 5


def test_flat_ground_takes_the_inpainting():
    rows, columns = np.mgrid[0:64, 0:64]
    picture = np.stack([40 + 1.5 * rows + columns] * 3, -1)
    alpha = np.zeros((64, 64), np.float32)
    alpha[24:40, 24:40] = 0.9
    rng = np.random.default_rng(0)
    noisy = (picture * (1 - alpha[..., None]) + 255 * alpha[..., None] + rng.normal(0, 3, picture.shape)).clip(0, 255)
    over = restore.restore(noisy, alpha, np.full((64, 64, 3), 255.0), picture.astype(np.float32), 3.0, 0.005)
    alone = restore.restore(noisy, alpha, np.full((64, 64, 3), 255.0), None, 3.0, 0.005)
    assert np.abs(over - picture)[alpha > 0].mean() < 0.7 * np.abs(alone - picture)[alpha > 0].mean()


def test_the_strength_of_jpeg_is_read_from_the_picture(mark):
    place = (slice(400, 464), slice(420, 620))
    strengths = [
        np.median([compression.noise(truth.picture, *place) for truth in scenes.marked(6, 1, mark, 0.5, quality)])
        for quality in (None, 90, 75, 50)
    ]
    assert strengths[0] == 0 < strengths[1] < strengths[2] < strengths[3]
    plain = np.full((480, 640, 3), 200, np.uint8)
    assert compression.noise(plain, *place) == 0
    assert compression.noise(plain[:7, :5], slice(0, 7), slice(0, 5)) == 0


def test_a_mark_at_the_border_is_cut_off(true_mark):
    mark = dataclasses.replace(true_mark, offset=(-100.0, -40.0))
    picture = np.full((480, 640, 3), 80, np.uint8)
    over = clean.lay(picture, mark, clean.Sighting(540.3, 440.6, 1.0, 9.0))
    assert over.alpha.shape == (over.rows.stop - over.rows.start, over.columns.stop - over.columns.start)
    assert over.rows.stop == 480 and over.columns.stop == 640 and over.alpha.max() > 0.3


def test_halves_are_what_jpeg_shows():
    field = np.zeros((6, 7))
    field[2:4, 2:4] = 1.0
    soft = restore.halved(field)
    assert soft.shape == field.shape and soft.max() < 1 and soft.sum() == pytest.approx(field.sum(), rel=0.3)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "something else"},
        {"anchor": "middle"},
        {"offset": "[1]"},
        {"reference": "[0, 480]"},
        {"agency": None},
    ],
)
def test_files_that_are_no_mark_are_refused(tmp_path, change):
    described = {
        "format": mark_file.FORMAT,
        "anchor": "centre",
        "offset": "[0.0, 0.0]",
        "reference": "[640, 480]",
        "uncertainty": "0.005",
        "agency": "",
    }
    described = {key: value for key, value in {**described, **change}.items() if value is not None}
    tensors = {"alpha": np.full((4, 5), 0.5, np.float32), "colour": np.zeros((4, 5, 3), np.float32)}
    path = tmp_path / "mark.safetensors"
    save_file(tensors, path, described)
    with pytest.raises(UserError, match=r"mark\.safetensors is no learned mark"):
        mark_file.read(path)


@pytest.mark.parametrize("broken", ["alpha", "colour", "shape", "nan"])
def test_tensors_that_do_not_fit_are_refused(tmp_path, broken):
    alpha, colour = np.full((4, 5), 0.5, np.float32), np.zeros((4, 5, 3), np.float32)
    path = tmp_path / "mark.safetensors"
    mark_file.write(path, Watermark(alpha, colour, "centre", (0.0, 0.0), (640, 480)))
    assert mark_file.read(path).agency == ""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        described = file.metadata()
    tensors = {
        "alpha": {"alpha": alpha + 1, "colour": colour},
        "colour": {"alpha": alpha},
        "shape": {"alpha": alpha, "colour": colour[:3]},
        "nan": {"alpha": alpha * np.nan, "colour": colour},
    }[broken]
    save_file(tensors, path, described)
    with pytest.raises(UserError, match="is no learned mark"):
        mark_file.read(path)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 16), (33, 20), (20, 3000)])
@pytest.mark.parametrize("box", [None, (0.0, 0.0, 1.0, 1.0), (0.4, 0.4, 0.41, 0.41)])
def test_pictures_too_small_for_any_mark(size, box):
    noise = np.random.default_rng(0)
    pictures = [noise.integers(0, 255, (*size, 3), dtype=np.uint8) for _ in range(12)]
    with pytest.raises(learn.NoMark, match="No mark was found"):
        learn.learn(pictures, CORNERS, box)


def test_smooth_ground_takes_the_inpainting_where_noise_hides_little():
    rows, columns = np.mgrid[0:64, 0:64]
    picture = np.stack([40 + 1.5 * rows + columns] * 3, -1)
    alpha = np.zeros((64, 64), np.float32)
    alpha[20:44, 20:44] = 0.5
    rng = np.random.default_rng(1)
    noisy = (picture * (1 - alpha[..., None]) + 255 * alpha[..., None] + rng.normal(0, 4, picture.shape)).clip(0, 255)
    colour = np.full((64, 64, 3), 255.0)
    over = restore.restore(noisy, alpha, colour, picture.astype(np.float32), 4.0, 0.005)
    alone = restore.restore(noisy, alpha, colour, None, 4.0, 0.005)
    assert np.abs(over - picture)[alpha > 0].mean() < 0.7 * np.abs(alone - picture)[alpha > 0].mean()
