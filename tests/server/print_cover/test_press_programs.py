"""Files for the press as poppler and Ghostscript read them: the same boxes, and inks on their plates."""

import io
import shutil

import numpy as np
import pikepdf
import pytest
from dancheong.nodes.page.drawing import Shape, box
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.print_cover.marks import SLUG_MM
from dancheong.nodes.print_cover.print_files import Press, encode
from dancheong.testing import icc_profiles, prepress

pytestmark = pytest.mark.skipif(
    not (shutil.which("gs") and shutil.which("pdfinfo")),
    reason="no Ghostscript or poppler here; on Debian: apt-get install ghostscript poppler-utils",
)

SMALL = Trim(20, 10, 3, 150)
PRESS = icc_profiles.cmyk()
LETTER = Shape(box(30, 20, 60, 40))
"""As a letter is: black, 30 x 20 px."""
EDGES = [
    (Trim(152, 225, 0, 300), False),
    (Trim(33.3, 47.7, 0, 100, (10.0, 23.3)), True),
    (Trim(20, 10, 3, 150), True),
]


def picture(page, colour=(90, 160, 200)):
    return np.full((*page.pixels[::-1], 3), colour, np.uint8)


def boxes(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        page = document.pages[0].obj
        return {name: [float(edge) for edge in page["/" + name]] for name in prepress.BOXES}


@pytest.mark.parametrize(("page", "has_marks"), EDGES)
def test_poppler_and_ghostscript_read_the_same_boxes(tmp_path, page, has_marks):
    file = tmp_path / "page.pdf"
    file.write_bytes(encode(picture(page), "pdf", page, {}, PRESS, Press("PDF/X-4", 0, has_marks)).data)
    ours = boxes(file.read_bytes())
    for name, edges in prepress.boxes_in_poppler(file).items():
        assert edges == pytest.approx(ours[name], abs=0.006)
    for name, edges in prepress.boxes_in_ghostscript(file).items():
        assert edges == pytest.approx(ours[name], abs=1e-4)


@pytest.mark.parametrize("paper", [(255, 255, 255), (90, 160, 200)])
def test_black_type_is_on_the_black_plate_alone(tmp_path, paper):
    """On paper and on a picture, whose other plates go on under the letters as if there were none."""
    found, rich = [], icc_profiles.cmyk(rich=0.6)
    for name, shapes in (("bare", ()), ("set", (LETTER,))):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(encode(picture(SMALL, paper), "pdf", SMALL, {}, rich, Press("PDF/X-4"), shapes).data)
        found.append(prepress.plates(file, SMALL.dpi))
    bare, printed = found
    for ink in ("Cyan", "Magenta", "Yellow"):
        assert np.array_equal(bare[ink], printed[ink])
        assert paper != (255, 255, 255) or not printed[ink].any()
    inside = np.zeros_like(printed["Black"], bool)
    inside[21:39, 31:59] = True
    assert (printed["Black"][inside] == 255).all()
    inside[19:41, 29:61] = True
    assert np.array_equal(printed["Black"][~inside], bare["Black"][~inside])


def test_colour_type_knocks_the_picture_out_and_marks_are_on_every_plate(tmp_path):
    file = tmp_path / "page.pdf"
    shapes = (Shape(LETTER.moves, (255, 255, 255)),)
    file.write_bytes(encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press("PDF/X-4", 0, True), shapes).data)
    slug = round(SLUG_MM / 25.4 * SMALL.dpi)
    for plate in prepress.plates(file, SMALL.dpi).values():
        assert not plate[slug + 22 : slug + 38, slug + 32 : slug + 58].any()
        outside = np.ones_like(plate, bool)
        outside[slug - 9 : -slug + 9, slug - 9 : -slug + 9] = False
        assert plate[outside].max() == 255
