"""From typed panels and an ISBN to one print file, through ComfyUI's own executor."""

import numpy as np
import pikepdf
import pypdfium2
import pytest
import torch
import zxingcpp
from dancheong.testing import icc_profiles, pdfx


@pytest.fixture
def sized(comfy):
    """(flat, trim, spine width, wing width, height) of a small book that opens from the other side."""
    page = comfy.node("DancheongTrimSize", preset="custom", width_mm=64.0, height_mm=60.0, bleed_mm=3.0, dpi=100)[0]
    found = comfy.node(
        "DancheongCoverFlatSize", trim=page, pages=100, paper="custom", thickness_mm=0.1, wing_mm=20.0, binding="right"
    )
    return (*found[:5], page)


def titled(comfy, width, height, **values):
    image = torch.full((1, height, width, 3), 0.7)
    found = comfy.node("DancheongTypesetTitle", image=image, colour="black", outline=0.0, **values)
    return image, found[0], found[-1]


def test_the_words_of_every_panel_and_the_isbn_reach_the_printer_as_outlines(comfy, base, sized):
    flat, trim, spine, wing, height, page = sized
    front, set_front, front_type = titled(comfy, page.pixels[0], height, title="\ub2ec\ube5b")
    _, _, spine_type = titled(comfy, spine, height, title="\ub2ec", layout="vertical", margin=10.0)
    _, _, wing_type = titled(comfy, wing, height, title="\uc791\uac00", title_size=5.0, align="justified")
    types = {"front_type": front_type, "spine_type": spine_type, "front_wing_type": wing_type}
    asked = {"flat": flat, **types, "isbn": "979-11-90090-01-8", "add_on": "03810", "barcode_size": 80}
    sheet, _, report, words = comfy.node("DancheongComposeCoverFlat", front=front, **asked)
    again = comfy.node("DancheongComposeCoverFlat", front=set_front, **asked)
    assert torch.equal(sheet, again[0]) and torch.equal(words.ground, again[3].ground)  # printed once, either way
    assert next(iter(flat.panels)) == "front wing" and "Type on: front, spine, front wing." in report
    assert "Bar code of ISBN 979-11-90090-01-8: 44." in report and "from the spine's fold" in report
    (base / "models" / "icc").mkdir(exist_ok=True)
    (base / "models" / "icc" / "press.icc").write_bytes(icc_profiles.cmyk())
    save = {"icc_profile": "press.icc", "standard": "PDF/X-4", "marks": True, "format": "pdf"}
    path, told = comfy.node("DancheongSavePrint", image=sheet, type=words, trim=trim, filename_prefix="t/f", **save)[1:]
    with open(path, "rb") as file:
        assert pdfx.faults(file.read(), "PDF/X-4") == []
    assert "Marks of 4 folds" in told and f"Type: {len(words.shapes)} outlines." in told
    with pikepdf.open(path) as document:
        pixels = np.frombuffer(next(iter(document.pages[0].get_images().values())).read_bytes(), np.uint8)
        assert len(np.unique(pixels.reshape(-1, 4), axis=0)) <= 2  # the back's colour and the panels', no letter
    with pypdfium2.PdfDocument(path) as document:
        seen = document[0].render(scale=300 / 72).to_numpy()
    codes = zxingcpp.read_barcodes(seen, ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Read)
    assert "979119009001803810" in [code.text.replace(" ", "") for code in codes]


def test_a_bar_code_over_words_is_told(comfy, sized):
    flat, _, _, _, height, page = sized
    front, words = torch.rand(1, height, page.pixels[0], 3), torch.zeros(1, height, page.pixels[0], 4)
    asked = {"flat": flat, "front": front, "isbn": "9791190090018", "barcode_size": 80}
    said = "The bar code lies over words on the back: set them higher, or lower barcode_size."
    words[:, : height // 3] = 1
    assert said not in comfy.node("DancheongComposeCoverFlat", **asked, back_text=words)[2]
    words[:, height // 3 :] = 1
    assert said in comfy.node("DancheongComposeCoverFlat", **asked, back_text=words)[2]


def test_without_type_the_sheet_is_what_it_was(comfy, sized):
    flat, _, _, _, height, page = sized
    front = torch.rand(1, height, page.pixels[0], 3, generator=torch.Generator().manual_seed(0))
    sheet, _, report, words = comfy.node("DancheongComposeCoverFlat", flat=flat, front=front)
    assert torch.equal(sheet, words.ground) and not words.shapes and "Bar code" not in report
    assert not words.layer.any() and not words.under.any()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"isbn": "979-11-90090-01-7"}, "Expected check digit 8 at the end of ISBN 979-11-90090-01-7, got 7"),
        ({"add_on": "03810"}, "Expected an ISBN beside the add-on '03810', got none"),
        ({"isbn": "9791190090018", "barcode_size": 200}, "lower barcode_size"),
    ],
)
def test_what_cannot_be_printed_is_said(comfy, sized, asked, message):
    flat, _, _, _, height, page = sized
    front = torch.zeros(1, height, page.pixels[0], 3)
    assert message in comfy.try_node("DancheongComposeCoverFlat", flat=flat, front=front, **asked).error


def test_type_that_was_set_on_another_panel_is_refused(comfy, sized):
    flat, _, _, _, height, page = sized
    front, _, words = titled(comfy, page.pixels[0], height, title="\ub2ec")
    error = comfy.try_node("DancheongComposeCoverFlat", flat=flat, front=front, spine_type=words).error
    assert "Expected a spine of" in error
    error = comfy.try_node("DancheongComposeCoverFlat", flat=flat, front=front * 0.5, front_type=words).error
    assert "Expected on 'front' the very picture that the words on its type were set on" in error
