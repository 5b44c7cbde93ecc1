"""The measures of a flat, and its pixels panel by panel."""

import itertools

import numpy as np
import pytest
import torch
from dancheong.nodes.cover_flat import guides
from dancheong.nodes.cover_flat.compose import compose
from dancheong.nodes.cover_flat.flat import PANELS, PAPERS, Flat, report, spine_mm
from dancheong.nodes.page.trim import Trim

PAGE = Trim(152, 225, 3, 300)
SMALL = Trim(30, 40, 3, 100)
"""142 x 181 px, of which 12 are bleed on each side; 118 x 157 px of trim."""
WHITE = torch.ones(3)


def test_the_spine_of_the_printers_example():
    """320 pages of 80 g: 14.4 mm of paper, and 1 mm of glue."""
    assert spine_mm(320, PAPERS["mojo80"]["mm"], 1.0) == pytest.approx(15.4)
    assert spine_mm(320, PAPERS["mojo80"]["mm"], 0.0) == pytest.approx(14.4)
    assert spine_mm(321, 0.1, 0.0) == pytest.approx(16.1)


def test_the_flat_is_as_large_as_the_formula_says():
    """2 wings + 2 pages + spine + 2 bleeds, page + 2 bleeds."""
    sheet = Flat(PAGE, 15.4, 90.0).sheet
    assert (sheet.width_mm, sheet.height_mm) == (pytest.approx(499.4), 225)
    assert sheet.pixels == (round(505.4 / 25.4 * 300), round(231 / 25.4 * 300)) == (5969, 2728)


@pytest.mark.parametrize("dpi", [72, 300, 600])
def test_panels_follow_one_another_without_a_gap(dpi):
    for wing in [0.0, 0.1, 80.0, 93.7]:
        for spine in [0.0, 1.3, 15.4, 60.05]:
            flat = Flat(Trim(152, 225, 3, dpi), spine, wing)
            panels = flat.panels
            assert list(panels) == [name for name in PANELS if name in panels]
            for (_, right), (left, _) in itertools.pairwise(panels.values()):
                assert right == left
            reaches = [flat.reach(name) for name in panels]
            assert reaches[0][0] == 0 and reaches[-1][1] == flat.sheet.pixels[0]
            assert sum(right - left for left, right in reaches) == flat.sheet.pixels[0]
            # Each fold within half a pixel of where it belongs, however many lie before it.
            at = 3.0
            for name, mm in zip(PANELS, flat.widths_mm, strict=True):
                if name in panels:
                    assert abs(panels[name][0] - at / 25.4 * dpi) <= 0.5
                at += mm


def numbered(width, height=181, start=0.0):
    """Every column another value."""
    return (torch.arange(width) / 1000 + start).expand(height, width)[..., None].expand(-1, -1, 3).clone()


def test_covers_lie_on_their_panels_pixel_for_pixel():
    flat = Flat(SMALL, 5.0, 20.0)
    front, back = numbered(142), numbered(142, start=0.5)
    sheet = compose(flat, {"front": front, "back": back}, {}, "colour", WHITE)
    assert sheet.shape == (181, flat.sheet.pixels[0], 3)
    for name, picture in (("front", front), ("back", back)):
        left, right = flat.panels[name]
        assert torch.equal(sheet[:, left:right], picture[:, 12 : 12 + right - left])
    for name in ("spine", "front wing", "back wing"):
        left, right = flat.reach(name)
        assert (sheet[:, left:right] == 1).all()


@pytest.mark.parametrize("fill", ["mirror", "extend"])
def test_wings_and_spine_go_on_from_the_cover_beside_them(fill):
    flat = Flat(SMALL, 5.0, 20.0)
    front, back = numbered(142), numbered(142, start=0.5)
    sheet = compose(flat, {"front": front, "back": back}, {}, fill, WHITE)[0, :, 0]
    left, right = flat.panels["front"]
    wing = sheet[right:]
    # First the front's own bleed, which goes over the fold, then it turns round or stops.
    assert torch.equal(wing[:12], front[0, 12 + right - left :, 0][:12])
    assert torch.equal(wing[12:40], front[0, -28:, 0].flip(0) if fill == "mirror" else front[0, -1:, 0].expand(28))
    spine = sheet[flat.panels["spine"][0] : left]
    assert torch.equal(spine[-12:], front[0, :12, 0])
    assert torch.equal(
        spine[:-12], (front[0, :8, 0].flip(0) if fill == "mirror" else front[0, :1, 0].expand(8))[-len(spine) + 12 :]
    )
    inner = flat.panels["back"][0]
    assert torch.equal(sheet[inner - 12 : inner], back[0, :12, 0])


def test_given_panels_lie_on_top_up_to_the_fold():
    flat = Flat(SMALL, 5.0, 20.0)
    given = {
        name: torch.full((181, flat.width(name), 3), value)
        for name, value in (("spine", 0.2), ("front wing", 0.3), ("back wing", 0.4))
    }
    sheet = compose(flat, {"front": numbered(142), **given}, {}, "mirror", WHITE)
    for name, picture in given.items():
        left, right = flat.reach(name)
        assert torch.equal(sheet[:, left:right], picture)
    left, right = flat.panels["back"]
    assert (sheet[:, left:right] == 1).all()


def test_without_wings_the_covers_keep_their_own_bleed():
    flat = Flat(SMALL, 5.0, 0.0)
    front, back = numbered(142), numbered(142, start=0.5)
    sheet = compose(flat, {"front": front, "back": back}, {}, "mirror", WHITE)
    assert list(flat.panels) == ["back", "spine", "front"]
    assert torch.equal(sheet[:, -12:], front[:, -12:])
    assert torch.equal(sheet[:, :12], back[:, :12])


def test_guides_show_trim_and_folds_where_they_are():
    flat = Flat(SMALL, 5.0, 20.0)
    width, height = flat.sheet.pixels
    drawn = guides.drawn(np.full((height, width, 3), 128, np.uint8), flat)
    assert drawn.shape == (height, width, 3)
    first, last = flat.panels["back wing"][0], flat.panels["front wing"][1]
    assert tuple(drawn[60, first]) == guides.TRIM and tuple(drawn[60, last]) == guides.TRIM
    assert tuple(drawn[12, first + 3]) == guides.TRIM and tuple(drawn[height - 12, first + 3]) == guides.TRIM
    for name in ("back", "spine", "front", "front wing"):
        column = drawn[:, flat.panels[name][0] - 1 : flat.panels[name][0] + 2].reshape(-1, 3)
        assert (column == guides.FOLD).all(1).any()
    assert (drawn[0, 0] == 128).all()


def test_the_report_shows_the_sum():
    text = report(Flat(PAGE, 15.4, 90.0), 320, 0.09, 1.0)
    assert "Spine 15.4 mm: 160 sheets of 0.09 mm for 320 pages, and 1 mm for glue" in text
    assert "Flat 499.4 x 225 mm (90 + 152 + 15.4 + 152 + 90)" in text and "5969 x 2728 px at 300 dpi" in text


def test_text_is_on_its_cover_alone():
    """The wing goes on from the picture under the words, not from their mirror image."""
    flat = Flat(SMALL, 5.0, 20.0)
    front, layer = numbered(142), torch.zeros(181, 142, 4)
    layer[50:60, :, 0], layer[50:60, :, 3] = 1.0, 0.5
    bare = compose(flat, {"front": front}, {}, "mirror", WHITE)
    sheet = compose(flat, {"front": front}, {"front": layer}, "mirror", WHITE)
    left, right = flat.reach("front")
    changed = (sheet != bare).any(-1)
    assert changed[50:60, left:right].all()
    changed[50:60, left:right] = False
    assert not changed.any()
    assert torch.allclose(sheet[55, left:right, 0], bare[55, left:right, 0] / 2 + 0.5)
