"""Print files read back with independent readers."""

import io
import zlib

import numpy as np
import pikepdf
import pytest
from dancheong.nodes.print_cover import print_files
from dancheong.nodes.print_cover.trim import Trim
from PIL import Image, ImageCms

PAGE = Trim(152, 225, 3, 300)
SMALL = Trim(20, 10, 3, 150)


def picture(page, channels=3):
    width, height = page.pixels
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize(("file_format", "dpi"), [("png", 299.9994), ("tiff", 300.0), ("jpeg", 300.0)])
def test_resolution_and_profile(file_format, dpi):
    image = Image.open(io.BytesIO(print_files.encode(picture(PAGE), file_format, PAGE, {})))
    assert image.size == (1866, 2728)
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=1e-4)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("file_format", ["png", "tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_lossless_formats_keep_every_value(file_format, channels):
    pixels = picture(SMALL, channels)
    image = Image.open(io.BytesIO(print_files.encode(pixels, file_format, SMALL, {})))
    assert np.array_equal(np.asarray(image), pixels)


def test_jpeg_keeps_full_colour_resolution():
    image = Image.open(io.BytesIO(print_files.encode(picture(SMALL), "jpeg", SMALL, {})))
    assert {sampling[1:3] for sampling in image.layer} == {(1, 1)}


def test_pdf_boxes_resolution_and_pixels():
    pixels = picture(PAGE)
    with pikepdf.open(io.BytesIO(print_files.encode(pixels, "pdf", PAGE, {}))) as document:
        page = document.pages[0]
        media, trim, bleed = ([float(value) for value in box] for box in (page.mediabox, page.trimbox, page.bleedbox))
        assert trim[2] - trim[0] == pytest.approx(152 / 25.4 * 72, abs=0.01)
        assert trim[3] - trim[1] == pytest.approx(225 / 25.4 * 72, abs=0.01)
        assert media == bleed
        assert trim[0] - media[0] == pytest.approx(media[2] - trim[2], abs=0.01)
        assert (media[2] - media[0]) / 72 * 300 == pytest.approx(1866, abs=0.01)
        assert (media[3] - media[1]) / 72 * 300 == pytest.approx(2728, abs=0.01)
        # Half a pixel of 1/300 inch is 0.04 mm.
        assert (trim[0] - media[0]) / 72 * 25.4 == pytest.approx(3, abs=0.05)
        image = next(iter(page.get_images().values()))
        assert (int(image.Width), int(image.Height)) == (1866, 2728)
        assert image.ColorSpace[0] == "/ICCBased"
        # The picture fills the page: 300 dpi is no label but what is drawn.
        scale = float(page.Contents.read_bytes().split()[1])
        assert 1866 / scale * 72 == pytest.approx(300, abs=0.01)
        assert np.array_equal(np.asarray(pikepdf.PdfImage(image).as_pil_image()), pixels)


@pytest.mark.parametrize("file_format", ["jpeg", "pdf"])
def test_alpha_becomes_white_paper(file_format):
    pixels = picture(SMALL, 4)
    pixels[..., 3] = 0
    data = print_files.encode(pixels, file_format, SMALL, {})
    if file_format == "pdf":
        with pikepdf.open(io.BytesIO(data)) as document:
            seen = np.asarray(pikepdf.PdfImage(next(iter(document.pages[0].get_images().values()))).as_pil_image())
    else:
        seen = np.asarray(Image.open(io.BytesIO(data)))
    assert seen.min() == 255


def test_metadata_is_kept_in_png_only():
    chunks = {"workflow": '{"제목": 1}'}
    assert Image.open(io.BytesIO(print_files.encode(picture(SMALL), "png", SMALL, chunks))).text == chunks
    for file_format in ("tiff", "jpeg", "pdf"):
        assert b"workflow" not in print_files.encode(picture(SMALL), file_format, SMALL, chunks)


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(ValueError, match=r"1866 x 2728 px.*got 118 x 59 px.*Upscale to Size"):
        print_files.encode(picture(Trim(20, 10, 0, 150)), "png", PAGE, {})


def test_png_resolution_is_the_nearest_that_the_format_can_say():
    data = print_files.encode(picture(SMALL), "png", Trim(20, 10, 3, 150), {})
    start = data.index(b"pHYs")
    chunk = data[start : start + 13]
    assert int.from_bytes(chunk[4:8], "big") == round(150 / 0.0254)
    assert zlib.crc32(chunk) == int.from_bytes(data[start + 13 : start + 17], "big")


def test_missing_pdf_libraries_are_named(monkeypatch):
    monkeypatch.setattr(print_files, "PDF_LIBRARIES", ("no_such_library", "pikepdf"))
    assert "pip install no_such_library`" in print_files.missing_libraries("pdf")
    assert print_files.missing_libraries("png") is None
