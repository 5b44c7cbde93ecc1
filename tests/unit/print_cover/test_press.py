"""Files for the press: their boxes, inks, profiles and outlines. Other programs: tests/server/print_cover."""

import io

import numpy as np
import pikepdf
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering import outlined
from dancheong.nodes.page import colour_profile
from dancheong.nodes.page.drawing import Shape, box, circle, painted
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.print_cover.marks import SLUG_MM, marks
from dancheong.nodes.print_cover.print_files import Press, encode
from dancheong.nodes.print_cover.separation import limited
from dancheong.nodes.print_cover.slug import slug
from dancheong.testing import icc_profiles, prepress
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import Resource

MM = 72 / 25.4
SMALL = Trim(20, 10, 3, 150)
PRESS = icc_profiles.cmyk()
LETTER = Shape(box(30, 20, 60, 40))
"""As a letter is: black, 30 x 20 px."""
STANDARDS = ("PDF/X-4", "PDF/X-1a:2003")


def picture(page, colour=(90, 160, 200)):
    return np.full((*page.pixels[::-1], 3), colour, np.uint8)


def boxes(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        page = document.pages[0].obj
        return {name: [float(edge) for edge in page["/" + name]] for name in prepress.BOXES}


# The sizes at which pixels round down on one side, up on the other, and hardly any bleed hides it.
EDGES = [
    (Trim(152, 225, 0, 300), False),
    (Trim(20.01, 10.03, 0, 72), False),
    (Trim(20, 10, 0.02, 72), False),
    (Trim(33.3, 47.7, 3, 96), False),
    (Trim(33.3, 47.7, 0, 100, (10.0, 23.3)), True),
    (Trim(20, 10, 3, 150), True),
]


@pytest.mark.parametrize(("page", "has_marks"), EDGES)
def test_boxes_lie_in_each_other_and_the_picture_fills_them(page, has_marks):
    data = encode(picture(page), "pdf", page, {}, None, Press(has_marks=has_marks)).data
    media, bleed, trim = boxes(data).values()
    for outer, inner in ((media, bleed), (bleed, trim)):
        assert outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
    for low, high, mm in ((0, 2, page.width_mm), (1, 3, page.height_mm)):
        assert trim[high] - trim[low] == pytest.approx(mm * MM, abs=1e-3)
        assert media[high] - bleed[high] == pytest.approx(has_marks * SLUG_MM * MM, abs=1e-3)
    with pikepdf.open(io.BytesIO(data)) as document:
        numbers = [float(part) for part in document.pages[0].Contents.read_bytes().split()[1:7]]
    assert numbers == pytest.approx([bleed[2] - bleed[0], 0, 0, bleed[3] - bleed[1], *bleed[:2]], abs=1e-3)


def profile_of(document):
    space = next(iter(document.pages[0].get_images().values())).ColorSpace
    return bytes(space[1].read_bytes())


@pytest.mark.parametrize("profile", [None, icc_profiles.wide_rgb(), PRESS])
def test_a_pdf_holds_no_profile_that_is_newer_than_itself(profile):
    with pikepdf.open(io.BytesIO(encode(picture(SMALL), "pdf", SMALL, {}, profile).data)) as document:
        assert document.pdf_version == "1.7"
        assert colour_profile.version(profile_of(document)) <= (4, 2)


@pytest.mark.parametrize(("version", "standard"), [((4, 4), "boxes only"), ((4, 3), "PDF/X-4"), ((4, 0), STANDARDS[1])])
def test_a_newer_profile_is_refused(version, standard):
    newer = colour_profile.stamped(PRESS, version)
    with pytest.raises(UserError, match=rf"Expected an ICC profile of version .* got {version[0]}\.{version[1]}"):
        encode(picture(SMALL), "pdf", SMALL, {}, newer, Press(standard))
    assert encode(picture(SMALL), "tiff", SMALL, {}, newer).data


def test_marks_stand_beyond_the_bleed_and_inside_the_slug():
    page = Trim(40, 30, 3, 150, (10.0, 14.0))
    points = np.concatenate([np.array(points) for mark in marks(page) for _, points in mark.moves if points])
    beyond = (points < -3).any(1) | (points[:, 0] > 43) | (points[:, 1] > 33)
    assert beyond.all()
    assert points.min() > -3 - SLUG_MM and (points < np.array((40, 30)) + 3 + SLUG_MM).all()
    above = sorted({round(float(x)) for x, y in points if y < -3 and x < 15})
    assert above == [0, 10, 14]


@pytest.mark.parametrize("title", ["moon", "a long title " * 20, ""])
def test_a_line_below_the_marks_names_the_sheet(title):
    page, said = Trim(40, 30, 3, 150, (20.0,)), []

    def line(text):
        said.append(text)
        return outlined(text)

    letters = slug(page, title, "PDF/X-4, press.icc", line)
    points = np.concatenate([np.array(points) for letter in letters for _, points in letter.moves if points])
    lowest = max(y for mark in marks(page) for _, move in mark.moves for _, y in move)
    assert said == [f"{title} - "[3 * (not title) :] + "40 x 30 mm - bleed 3 mm - 150 dpi - PDF/X-4, press.icc"]
    assert points[:, 1].min() > lowest and points[:, 1].max() < page.height_mm + page.bleed_mm + SLUG_MM
    assert points[:, 0].min() >= 0 and 30 < points[:, 0].max() <= page.width_mm
    assert {letter.colour for letter in letters} == {None}


@pytest.mark.parametrize("file_format", ["png", "tiff", "jpeg"])
def test_pixels_have_marks_around_the_same_picture(file_format):
    profile = None if file_format == "png" else PRESS
    bare = encode(picture(SMALL), file_format, SMALL, {}, profile)
    marked = encode(picture(SMALL), file_format, SMALL, {}, profile, Press(has_marks=True))
    inner, outer = (Image.open(io.BytesIO(file.data)) for file in (bare, marked))
    slug = round(SLUG_MM / 25.4 * SMALL.dpi)
    assert outer.size == (inner.width + 2 * slug, inner.height + 2 * slug) and outer.mode == inner.mode
    cut = np.asarray(outer)[slug:-slug, slug:-slug].astype(int)
    assert np.abs(cut - np.asarray(inner)).max() <= (9 if file_format == "jpeg" else 0)
    left = np.asarray(outer.convert("L"))[slug + 16 : slug + 20, : slug - 9]
    assert left.min() < 200 and left.max() > 250


def test_ink_is_held_to_the_limit_and_told():
    inks = np.random.default_rng(1).integers(0, 256, (40, 50, 4), np.uint8)
    before = Image.fromarray(inks, "CMYK")
    held, told = limited(before, 260)
    after = np.asarray(held)
    totals = inks.astype(int).sum(-1)
    over = totals > 2.6 * 255
    assert after.astype(int).sum(-1).max() <= 2.6 * 255
    assert np.array_equal(after[~over], inks[~over]) and np.array_equal(after[..., 3], inks[..., 3])
    assert f"{over.sum()} px" in told and "held to 260 %" in told and f"{totals.max() / 2.55:.0f} % at most" in told
    shares = after[over][:, :3].astype(float) + 1
    assert np.abs(np.log(shares / (inks[over][:, :3] + 1.0))).max() < 3  # proportional: none is taken out alone
    same, told = limited(before, 0)
    assert same is before and f"{(totals > 765).sum()} px" in told and "set ink_limit" in told


@pytest.mark.parametrize(
    ("file_format", "profile", "press", "message"),
    [
        ("tiff", PRESS, Press("PDF/X-4"), "PDF/X-4 is a kind of PDF, got format tiff"),
        ("pdf", None, Press("PDF/X-4"), "PDF/X-4 is made for one press, got a profile for RGB"),
        ("pdf", icc_profiles.wide_rgb(), Press(STANDARDS[1]), "is made for one press, got a profile for RGB"),
        ("png", None, Press(ink_limit=300), "An ink limit needs inks, got a profile for RGB"),
    ],
)
def test_what_cannot_be_had_is_refused(file_format, profile, press, message):
    with pytest.raises(UserError, match=message):
        encode(picture(SMALL), file_format, SMALL, {}, profile, press)


def test_shapes_are_painted_where_their_edges_are():
    assert painted([Shape(box(2, 1, 4.5, 3))], 6, 4)[..., 3].tolist() == [
        [0] * 6, [0, 0, 255, 255, 128, 0], [0, 0, 255, 255, 128, 0], [0] * 6,
    ]  # fmt: skip
    hole = tuple((name, tuple((40 - x, y) for x, y in points)) for name, points in circle(20, 20, 6))
    ring = painted([Shape((*circle(20, 20, 12), *hole), (9, 8, 7))], 40, 40)
    assert ring[..., 3].sum() / 255 == pytest.approx(np.pi * (144 - 36), rel=0.01) and ring[20, 20, 3] == 0
    assert ring[20, 11].tolist() == [9, 8, 7, 255]
    half = painted([Shape(box(0, 0, 4, 1), (255, 255, 255)), Shape(box(1, 0, 2.5, 1))], 4, 1)
    assert half[0].tolist() == [[255] * 4, [0, 0, 0, 255], [128, 128, 128, 255], [255] * 4]


@pytest.mark.parametrize("profile", [None, icc_profiles.wide_rgb()])
@pytest.mark.parametrize("channels", [3, 4])
def test_picture_and_type_are_layers_of_a_psd(channels, profile):
    pixels = np.random.default_rng(0).integers(0, 256, (*SMALL.pixels[::-1], channels), np.uint8)
    words = np.zeros((*SMALL.pixels[::-1], 4), np.uint8)
    words[20:40, 30:60] = (200, 30, 60, 255)
    data = encode(pixels, "psd", SMALL, {}, profile, words=words).data
    seen = PSDImage.open(io.BytesIO(data))
    assert [layer.name for layer in seen] == ["Picture", "Type"]
    whole = Image.open(io.BytesIO(data))
    assert whole.mode == "RGBA"
    assert profile is None or whole.info["icc_profile"] == profile
    assert seen.image_resources[Resource.RESOLUTION_INFO].data.horizontal == 150 << 16
    picture, over = (np.asarray(layer.topil(apply_icc=False)) for layer in seen)
    assert np.array_equal(over[..., 3], words[..., 3]) and len({tuple(one) for one in over[25, 35:55]}) == 1
    if profile is None:
        assert np.array_equal(picture[..., :channels], pixels) and over[25, 40].tolist() == [200, 30, 60, 255]
    assert tuple(np.asarray(whole)[25, 40][:3]) == tuple(over[25, 40][:3])


def test_a_psd_has_neither_inks_nor_marks():
    with pytest.raises(UserError, match="PSD has no CMYK: take pdf, tiff or jpeg"):
        encode(picture(SMALL), "psd", SMALL, {}, PRESS)
    with pytest.raises(UserError, match="PSD is to be worked on and gets no marks"):
        encode(picture(SMALL), "psd", SMALL, {}, None, Press(has_marks=True))


def test_the_hour_in_the_profile_of_srgb_changes_nothing(monkeypatch):
    """littlecms writes the second into it, so that two of them are seldom the same."""
    hours = iter(range(100))
    made = colour_profile.srgb
    monkeypatch.setattr(colour_profile, "srgb", lambda: made()[:35] + bytes([next(hours)]) + made()[36:])
    data = encode(picture(SMALL), "pdf", SMALL, {}, None, shapes=(Shape(LETTER.moves, (200, 30, 60)),)).data
    with pikepdf.open(io.BytesIO(data)) as document:
        assert colour_profile.version(profile_of(document)) == (4, 2)
        assert b"0.7843 0.1176 0.2353 scn" in document.pages[0].Contents.read_bytes()
