"""Pictures of every format and depth, against what they show, Pillow and OpenCV; broken ones are told."""

import io
import sys

import cv2
import numpy as np
import pytest
from dancheong.nodes.news.picture import BrokenPicture, read
from dancheong.testing.scenes import odd_pictures
from PIL import Image, ImageFile


def difference(one, other):
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize("name", odd_pictures.good())
def test_a_picture_is_what_it_shows(name):
    one = odd_pictures.good()[name]
    picture = read(one.data)
    assert picture.pixels.dtype == np.uint8 and picture.pixels.flags.c_contiguous
    assert difference(picture.pixels, one.expected) <= one.exact
    assert picture.is_animated == ("moving" in name)


@pytest.mark.parametrize("name", [name for name in odd_pictures.good() if "alpha" not in name and "cmyk" not in name])
def test_opencv_sees_the_same(name):
    data = odd_pictures.good()[name].data
    theirs = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if theirs is None or name in ("tiff grey 32", "tiff lab", "pfm"):
        pytest.skip("OpenCV does not read it")
    assert difference(read(data).pixels, theirs[..., ::-1]) <= 1


@pytest.mark.parametrize("name", odd_pictures.bad())
def test_a_broken_picture_is_told(name):
    one = odd_pictures.bad()[name]
    with pytest.raises(BrokenPicture, match=one.reason):
        read(one.data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "GIF", "DDS", "JPEG2000", "BMP", "PPM"])
def test_no_damage_ends_in_anything_but_a_picture_or_a_reason(kind):
    rng = np.random.default_rng(7)
    whole = np.frombuffer(odd_pictures.saved(Image.fromarray(odd_pictures.scene()), kind), np.uint8)
    refused = 0
    for _ in range(60):
        data = whole.copy()
        for place in rng.integers(0, len(data), rng.integers(1, 20)):
            data[place] = rng.integers(256)
        try:
            assert read(data.tobytes()).pixels.shape[2] == 3
        except BrokenPicture as error:
            refused += 1
            assert len(str(error)) < 200
    assert refused or kind not in ("PNG", "AVIF", "WEBP")


def test_profiles_that_fit_the_pixels_are_kept():
    wide = odd_pictures.good()["png with a profile"]
    assert read(wide.data).profile == Image.open(io.BytesIO(wide.data)).info["icc_profile"]
    press = odd_pictures.profile(b"CMYK")
    cmyk = odd_pictures.saved(Image.fromarray(odd_pictures.scene()).convert("CMYK"), "JPEG", icc_profile=press)
    assert Image.open(io.BytesIO(cmyk)).info["icc_profile"] and read(cmyk).profile is None


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (np.array([[0, 32768, 65535]], np.uint16), [0, 128, 255]),
        (np.array([[0, 65535]], np.int32), [0, 255]),
        (np.array([[0, 2**32 - 1]], np.uint32), [0, 255]),
        (np.array([[0, 0.5, 1, np.nan, np.inf, -3]], np.float32), [0, 128, 255, 0, 255, 0]),
        (np.array([[0, 128, 255]], np.float32), [0, 128, 255]),
        (np.array([[0, 65535]], np.float64), [0, 255]),
    ],
)
def test_numbers_of_any_depth_become_levels(values, levels):
    from dancheong.nodes.news.levels import eight_bits

    assert eight_bits(values)[0].tolist() == levels


def test_what_others_tell_pillow_changes_nothing(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    for name in ("JPEG cut off", "PNG cut off", "bomb"):
        with pytest.raises(BrokenPicture, match="the picture is broken"):
            read(odd_pictures.bad()[name].data)
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_missing_opencv_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert read(odd_pictures.good()["tiff 16"].data).pixels.any()
    with pytest.raises(BrokenPicture, match="a kind of TIFF that needs OpenCV, which is not installed"):
        read(odd_pictures.good()["tiff float"].data)


def test_a_program_is_no_picture():
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    assert Image.open(io.BytesIO(eps)).format == "EPS"
    with pytest.raises(BrokenPicture, match="no known format"):
        read(eps)
