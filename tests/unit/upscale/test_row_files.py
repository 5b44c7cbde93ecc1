"""Files written by rows, read back with independent readers."""

import io
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from dancheong.nodes.page import colour_profile
from dancheong.nodes.upscale import row_files
from PIL import Image, ImageCms

PROFILE = colour_profile.srgb()
WIDTH, HEIGHT = 77, 301


def picture(bits, channels):
    """Noise, a ramp, a flat part: each is smallest after another filter."""
    kind = np.uint8 if bits == 8 else np.uint16
    pixels = np.random.default_rng(0).integers(0, 2**bits, (HEIGHT, WIDTH, channels)).astype(kind)
    pixels[100:200] = np.arange(WIDTH)[None, :, None] * 3
    pixels[200:250] = 99
    return pixels


def written(file_format, pixels, rows=128, dpi=300, **texts):
    file = io.BytesIO()
    bits = pixels.dtype.itemsize * 8
    form = row_files.Form(pixels.shape[1], pixels.shape[0], pixels.shape[2], bits, dpi, PROFILE, texts)
    row_files.write(file, file_format, form, (pixels[top : top + rows] for top in range(0, len(pixels), rows)))
    file.seek(0)
    return file


@pytest.mark.parametrize("rows", [1, 128, 1000])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_png_by_opencv_and_pillow(bits, channels, rows):
    pixels = picture(bits, channels)
    data = written("png", pixels, rows).getvalue()
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    order = [2, 1, 0, 3][:channels]
    assert seen.dtype == pixels.dtype and np.array_equal(seen[..., order], pixels)
    image = Image.open(io.BytesIO(data))
    image.load()  # checks every checksum
    if bits == 8:
        assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("rows", [1, 128, 1000])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_tiff_by_tifffile_and_another(bits, channels, rows):
    pixels = picture(bits, channels)
    file = written("tiff", pixels, rows)
    with tifffile.TiffFile(file) as tiff:
        (page,) = tiff.pages
        assert np.array_equal(page.asarray(), pixels)
        assert page.extrasamples == ((tifffile.EXTRASAMPLE.UNASSALPHA,) if channels == 4 else ())
        assert page.rowsperstrip == min(rows, HEIGHT)
    if bits == 8:  # OpenCV multiplies 8-bit colours with their alpha, Pillow reads no 16-bit RGB
        assert np.array_equal(np.asarray(Image.open(file)), pixels)
    else:
        seen = cv2.imdecode(np.frombuffer(file.getvalue(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(seen[..., [2, 1, 0, 3][:channels]], pixels)


@pytest.mark.parametrize(("file_format", "dpi"), [("png", 299.9994), ("tiff", 300.0)])
def test_resolution_and_profile_are_inside(file_format, dpi):
    image = Image.open(written(file_format, picture(8, 3)))
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=1e-4)
    assert image.info["icc_profile"] == PROFILE
    assert "sRGB" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])))


def test_texts_are_in_png_in_any_script():
    """A workflow is plain ASCII, and stands where ComfyUI's editor looks for it."""
    data = written("png", picture(8, 3), workflow='{"a": 1}').getvalue()
    assert b'tEXtworkflow\0{"a": 1}' in data and Image.open(io.BytesIO(data)).text == {"workflow": '{"a": 1}'}
    assert Image.open(written("png", picture(8, 3), workflow='{"제목": 1}')).text == {"workflow": '{"제목": 1}'}


def test_png_is_smaller_than_without_filters():
    """A photograph-like ramp: rows that are guessed well shrink."""
    ramp = (np.add.outer(np.arange(300), np.arange(400)) // 3).astype(np.uint8)[..., None].repeat(3, 2)
    noise = np.random.default_rng(0).integers(0, 4, ramp.shape, np.uint8)
    unfiltered = len(zlib.compress((ramp + noise).tobytes(), row_files.COMPRESSION))
    assert len(written("png", ramp + noise).getvalue()) < 0.85 * unfiltered


def test_a_large_tiff_has_large_offsets(monkeypatch):
    monkeypatch.setattr(row_files, "TIFF_LARGEST", 1000)
    file = written("tiff", picture(8, 3))
    with tifffile.TiffFile(file) as tiff:
        assert tiff.is_bigtiff and np.array_equal(tiff.pages[0].asarray(), picture(8, 3))
    monkeypatch.undo()
    with tifffile.TiffFile(written("tiff", picture(8, 3))) as tiff:
        assert not tiff.is_bigtiff


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(row_files, "TIFF_LIBRARY", "no_such_library")
    assert "pip install no_such_library`" in row_files.missing_library("tiff")
    assert row_files.missing_library("png") is None
