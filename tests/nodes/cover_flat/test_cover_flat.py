"""Cover flats through ComfyUI's own executor."""

import pikepdf
import pytest
import torch


def noise(batch, height, width, channels=3):
    return torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def flat(comfy):
    """(flat, trim, spine width, wing width, height, spine mm, report) of a small book."""
    page = comfy.node("DancheongTrimSize", preset="custom", width_mm=30.0, height_mm=40.0, bleed_mm=3.0, dpi=100)[0]
    return comfy.node("DancheongCoverFlatSize", trim=page, pages=100, paper="custom", thickness_mm=0.1, wing_mm=20.0)


def test_a_flat_becomes_a_print_file(comfy, flat):
    sizes, trim, spine, wing, height, spine_mm, report = flat
    assert spine_mm == pytest.approx(6.0) and "50 sheets of 0.1 mm for 100 pages" in report
    given = {"front": noise(1, 181, 142), "back": noise(1, 181, 142) / 2, "spine": noise(1, height, spine, 4),
             "front_wing": noise(1, height, wing, 1)}  # fmt: skip
    sheet, guides, told, _ = comfy.node("DancheongComposeCoverFlat", flat=sizes, **given)
    assert tuple(sheet.shape[1:3]) == trim.pixels[::-1] == (181, round(112 / 25.4 * 100))
    assert guides.shape == sheet.shape and not torch.equal(guides, sheet)
    assert told.splitlines() == [
        "back wing: the cover beside it, mirrored.", "back: a picture.", "spine: a picture.", "front: a picture.",
        "front wing: a picture.",
    ]  # fmt: skip
    path = comfy.node("DancheongSavePrint", image=sheet, trim=trim, format="pdf", filename_prefix="t/flat")[1]
    with pikepdf.open(path) as document:
        box = [float(edge) for edge in document.pages[0].trimbox]
    assert box[2] - box[0] == pytest.approx(106 / 25.4 * 72, abs=0.01)
    assert box[3] - box[1] == pytest.approx(40 / 25.4 * 72, abs=0.01)


def test_a_preset_of_paper_decides_the_spine(comfy):
    page = comfy.node("DancheongTrimSize", preset="sinkukpan")[0]
    _, trim, spine, wing, height, mm, _ = comfy.node("DancheongCoverFlatSize", trim=page, pages=320, paper="mojo80")
    assert (mm, trim.pixels, height) == (pytest.approx(15.4), (5969, 2728), 2728)
    assert (spine, wing) == (182, round(93 / 25.4 * 300))


def test_a_batch_of_fronts_shares_one_back(comfy, flat):
    given = {"front": noise(2, 181, 142), "back": noise(1, 181, 142)}
    sheets, guides, *_ = comfy.node("DancheongComposeCoverFlat", flat=flat[0], fill="colour", colour="black", **given)
    assert len(sheets) == len(guides) == 2
    left, right = flat[0].panels["back"]
    assert torch.equal(sheets[0, :, left:right], sheets[1, :, left:right])
    left, right = flat[0].reach("front wing")
    assert not sheets[:, :, left:right].any()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"front": (181, 140)}, "Expected a front of 142 x 181 px, got 140 x 181 px: put Upscale to Size"),
        ({"front": (181, 142), "spine": (181, 9)}, "Expected a spine of 23 x 181 px, got 9 x 181 px"),
        ({"front": (181, 142), "back_wing": (157, 91)}, "Expected a back wing of 91 x 181 px, got 91 x 157 px"),
    ],
)
def test_other_sizes_are_refused(comfy, flat, given, message):
    pictures = {name: noise(1, *size) for name, size in given.items()}
    assert message in comfy.try_node("DancheongComposeCoverFlat", flat=flat[0], **pictures).error


def test_other_mistakes_are_explained(comfy, flat):
    front = noise(3, 181, 142)
    asked = {"flat": flat[0], "front": front}
    error = comfy.try_node("DancheongComposeCoverFlat", **asked, back=noise(2, 181, 142)).error
    assert "Expected one back, or 3 for the 3 fronts, got 2." in error
    error = comfy.try_node("DancheongComposeCoverFlat", **asked, colour="reddish").error
    assert "Expected a colour such as #ffcc00 or white for 'colour', got 'reddish'" in error
    error = comfy.try_node("DancheongComposeCoverFlat", **asked, back_text=noise(1, 181, 142)).error
    assert "Expected a text layer with alpha for back_text, got a picture without" in error
    page = flat[0].page
    bare = comfy.node("DancheongCoverFlatSize", trim=page, pages=100, paper="custom", wing_mm=0.0)[0]
    error = comfy.try_node("DancheongComposeCoverFlat", flat=bare, front=front, front_wing=noise(1, 181, 5)).error
    assert "There is no front wing on this cover, but a picture came: raise wing_mm or disconnect it." in error
