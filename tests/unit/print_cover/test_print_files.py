"""Print files read back with independent readers."""

import io
import zlib

import numpy as np
import pikepdf
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.page import colour_profile
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.print_cover import print_files
from dancheong.testing import icc_profiles
from PIL import Image, ImageCms

COLOURS = [(255, 255, 255), (0, 0, 0), (119, 119, 119), (200, 30, 60)]

PAGE = Trim(152, 225, 3, 300)
SMALL = Trim(20, 10, 3, 150)


def encoded(*asked):
    return print_files.encode(*asked).data


def picture(page, channels=3):
    width, height = page.pixels
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize(("file_format", "dpi"), [("png", 299.9994), ("tiff", 300.0), ("jpeg", 300.0)])
def test_resolution_and_profile(file_format, dpi):
    image = Image.open(io.BytesIO(encoded(picture(PAGE), file_format, PAGE, {})))
    assert image.size == (1866, 2728)
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=1e-4)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("file_format", ["png", "tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_lossless_formats_keep_every_value(file_format, channels):
    pixels = picture(SMALL, channels)
    image = Image.open(io.BytesIO(encoded(pixels, file_format, SMALL, {})))
    assert np.array_equal(np.asarray(image), pixels)


def test_jpeg_keeps_full_colour_resolution():
    image = Image.open(io.BytesIO(encoded(picture(SMALL), "jpeg", SMALL, {})))
    assert {sampling[1:3] for sampling in image.layer} == {(1, 1)}


def test_pdf_boxes_resolution_and_pixels():
    pixels = picture(PAGE)
    with pikepdf.open(io.BytesIO(encoded(pixels, "pdf", PAGE, {}))) as document:
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
    data = encoded(pixels, file_format, SMALL, {})
    if file_format == "pdf":
        with pikepdf.open(io.BytesIO(data)) as document:
            seen = np.asarray(pikepdf.PdfImage(next(iter(document.pages[0].get_images().values()))).as_pil_image())
    else:
        seen = np.asarray(Image.open(io.BytesIO(data)))
    assert seen.min() == 255


def test_metadata_is_kept_in_png_only():
    chunks = {"workflow": '{"제목": 1}'}
    assert Image.open(io.BytesIO(encoded(picture(SMALL), "png", SMALL, chunks))).text == chunks
    for file_format in ("tiff", "jpeg", "pdf"):
        assert b"workflow" not in encoded(picture(SMALL), file_format, SMALL, chunks)


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(UserError, match=r"1866 x 2728 px.*got 118 x 59 px.*Upscale to Size"):
        encoded(picture(Trim(20, 10, 0, 150)), "png", PAGE, {})


def test_png_resolution_is_the_nearest_that_the_format_can_say():
    data = encoded(picture(SMALL), "png", Trim(20, 10, 3, 150), {})
    start = data.index(b"pHYs")
    chunk = data[start : start + 13]
    assert int.from_bytes(chunk[4:8], "big") == round(150 / 0.0254)
    assert zlib.crc32(chunk) == int.from_bytes(data[start + 13 : start + 17], "big")


def test_missing_pdf_libraries_are_named(monkeypatch):
    monkeypatch.setattr(print_files, "LIBRARIES", {"pdf": "no_such_library"})
    assert "PDF needs no-such-library: run `pip install no-such-library`" in print_files.missing_libraries("pdf")
    assert print_files.missing_libraries("png") is None


def swatches(page, channels=3):
    width, height = page.pixels
    pixels = np.empty((height, width, channels), np.uint8)
    for number, colour in enumerate(COLOURS):
        pixels[:, number * width // 4 : (number + 1) * width // 4, :3] = colour
    if channels == 4:
        pixels[..., 3] = 255
    return pixels


def pressed(red, green, blue):
    """The inks of the test press, from the definition of CIE L*a*b* (D50) and of sRGB, without littlecms."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    matrix = np.array(
        [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
    )
    x, y, z = matrix @ linear / [0.9642, 1.0, 0.8249]
    f = [part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116 for part in (x, y, z)]
    lightness, a, b = 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
    return np.clip([-a / 100, a / 100, b / 100, 1 - lightness / 100], 0, 1) * 255


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("file_format", ["tiff", "jpeg", "pdf"])
def test_cmyk_is_made_by_the_profile(file_format, channels):
    """Grey becomes black ink alone, as this press's profile says; the naive inversion would print it with three."""
    profile = icc_profiles.cmyk()
    data = encoded(swatches(SMALL, channels), file_format, SMALL, {}, profile)
    if file_format == "pdf":
        with pikepdf.open(io.BytesIO(data)) as document:
            found = next(iter(document.pages[0].get_images().values()))
            assert found.ColorSpace[0] == "/ICCBased" and int(found.ColorSpace[1].N) == 4
            assert bytes(found.ColorSpace[1].read_bytes()) == profile
            assert "/Decode" not in found or list(found.Decode) == [0, 1] * 4
            raw = found.read_bytes()
        seen = np.frombuffer(raw, np.uint8).reshape(SMALL.pixels[1], SMALL.pixels[0], 4)
    else:
        image = Image.open(io.BytesIO(data))
        assert image.mode == "CMYK" and image.info["icc_profile"] == profile
        assert image.info["dpi"] == pytest.approx((150, 150), abs=1e-4)
        seen = np.asarray(image)
    width = SMALL.pixels[0]
    for number, colour in enumerate(COLOURS):
        found = seen[5, (2 * number + 1) * width // 8].astype(int)
        assert np.abs(found - pressed(*(part / 255 for part in colour))).max() <= 3, (colour, found)


def test_colours_are_relative_to_the_paper():
    """White stays free of ink and grey keeps its own, whatever white the printer's paper has."""
    on_paper = icc_profiles.cmyk(paper=(0.85, 0.88, 0.68))
    seen, plain = (
        np.asarray(Image.open(io.BytesIO(encoded(swatches(SMALL), "tiff", SMALL, {}, profile)))).astype(int)
        for profile in (on_paper, icc_profiles.cmyk())
    )
    assert np.abs(seen - plain).max() <= 2 and plain.max() == 255


def test_shadows_are_kept_apart_on_a_press_without_deep_black():
    """Black point compensation lays Y between the black and the white of the press, and clips nothing."""
    width, height = SMALL.pixels
    dark = np.full((height, width, 3), 30, np.uint8)
    seen = Image.open(io.BytesIO(encoded(dark, "tiff", SMALL, {}, icc_profiles.cmyk(black=10.0))))
    shown, black = ((30 / 255 + 0.055) / 1.055) ** 2.4, ((10 + 16) / 116) ** 3
    lightness = 116 * (black + (1 - black) * shown) ** (1 / 3) - 16
    assert abs(int(np.asarray(seen)[5, 5, 3]) - 255 * (100 - lightness) / 90) <= 2


def test_an_rgb_profile_keeps_what_is_seen():
    """Other numbers, the same colours: back in sRGB they are within rounding."""
    data = encoded(swatches(SMALL, 4), "png", SMALL, {}, icc_profiles.wide_rgb())
    image = Image.open(io.BytesIO(data))
    assert image.mode == "RGBA" and image.info["icc_profile"] == icc_profiles.wide_rgb()
    assert not np.array_equal(np.asarray(image), swatches(SMALL, 4))
    back = ImageCms.profileToProfile(
        image.convert("RGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(icc_profiles.wide_rgb())),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert np.abs(np.asarray(back).astype(int) - swatches(SMALL)).max() <= 2


def test_profiles_that_cannot_be_used_are_explained(tmp_path):
    with pytest.raises(UserError, match="PNG has no CMYK: take pdf, tiff or jpeg"):
        encoded(swatches(SMALL), "png", SMALL, {}, icc_profiles.cmyk())
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    with pytest.raises(UserError, match="Expected a profile for RGB or CMYK, got one for Lab"):
        encoded(swatches(SMALL), "tiff", SMALL, {}, lab)
    (tmp_path / "press.icc").write_bytes(b"no profile")
    with pytest.raises(UserError, match=r"press\.icc is no ICC profile"):
        colour_profile.read(tmp_path / "press.icc")


def test_the_profile_of_a_picture(tmp_path):
    image = Image.new("RGB", (4, 4))
    image.save(tmp_path / "wide.png", icc_profile=icc_profiles.wide_rgb())
    assert colour_profile.embedded(tmp_path / "wide.png") == icc_profiles.wide_rgb()
    image.save(tmp_path / "plain.png")
    with pytest.raises(UserError, match="has no colour profile inside"):
        colour_profile.embedded(tmp_path / "plain.png")
    Image.new("CMYK", (4, 4)).save(tmp_path / "press.tif", icc_profile=icc_profiles.cmyk())
    with pytest.raises(UserError, match="a profile for CMYK"):
        colour_profile.embedded(tmp_path / "press.tif")
    image.save(tmp_path / "broken.png", icc_profile=b"no profile")
    with pytest.raises(UserError, match=r"Expected a picture with a colour profile, got broken\.png"):
        colour_profile.embedded(tmp_path / "broken.png")
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(UserError, match="Expected a picture with a colour profile"):
        colour_profile.embedded(tmp_path / "text.png")
