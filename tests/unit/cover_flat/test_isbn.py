"""Bar codes of books, read back by a reader that knows nothing of ours."""

import io
import random
import re

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from dancheong.nodes.cover_flat.isbn import MODULE_MM, add_on_code, check_digit, checked, code, drawn
from dancheong.nodes.ground import UserError
from dancheong.nodes.lettering import outlined
from dancheong.nodes.page.drawing import painted
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.print_cover.print_files import encode

BLANK = lambda text: ((), 0.0)  # noqa: E731


def random_books(count, seed):
    chance = random.Random(seed)
    for _ in range(count):
        twelve = chance.choice(("978", "979")) + "".join(chance.choices("0123456789", k=9))
        yield twelve + check_digit(twelve), "".join(chance.choices("0123456789", k=5))


def read(pixels):
    found = zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.BarcodeFormat.EAN13, ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Read
    )
    # With an add-on, some lines across the bars are above its own.
    return max((re.sub(r"\D", "", one.text) for one in found), key=len, default="")


def in_pixels(bar_code, dpi):
    scale = dpi / 25.4
    size = (round(bar_code.width * scale), round(bar_code.height * scale))
    layer = painted([shape.placed(scale, 0, 0) for shape in bar_code.shapes], *size)
    return np.round(255 - (255.0 - layer[..., :3]) * layer[..., 3:] / 255).astype(np.uint8)


def in_pdf(bar_code, dpi):
    page = Trim(round(bar_code.width) + 10, round(bar_code.height) + 10, 0, 150)
    scale = 150 / 25.4
    shapes = tuple(shape.placed(scale, 5 * scale, 5 * scale) for shape in bar_code.shapes)
    data = encode(np.full((*page.pixels[::-1], 3), 120, np.uint8), "pdf", page, {}, None, shapes=shapes).data
    with pypdfium2.PdfDocument(io.BytesIO(data)) as document:
        return document[0].render(scale=dpi / 72).to_numpy()


@pytest.mark.parametrize("add_on", [True, False])
@pytest.mark.parametrize("percent", [80, 130])
def test_a_reader_reads_them_from_300_dpi(percent, add_on):
    for number, more in random_books(2, percent + add_on):
        bar_code = drawn(number, more if add_on else "", percent, BLANK)
        wanted = number + more if add_on else number
        assert read(in_pixels(bar_code, 300)) == wanted
        assert read(in_pdf(bar_code, 300)) == wanted


def test_numerals_stand_under_the_bars_and_do_not_disturb_them(korean_font):
    bar_code = drawn("979-11-90090-01-8", "03810", 100, lambda text: outlined(text, [korean_font]))
    assert read(in_pdf(bar_code, 300)) == "979119009001803810"
    bare = drawn("979-11-90090-01-8", "03810", 100, BLANK)
    letters = len("ISBN979-11-90090-01-8") + 13 + 5 - 1
    assert len(bar_code.shapes) - len(bare.shapes) in (letters, letters + 1)
    bars = [np.array([points[0] for _, points in shape.moves if points]) for shape in bare.shapes[1:]]
    free = [(bar[:, 0].min() - 0.01, bar[:, 1].min(), bar[:, 0].max() + 0.01, bar[:, 1].max()) for bar in bars]
    for shape in bar_code.shapes[1:]:
        if len(shape.moves) > 5:
            x, y = np.array([point for _, points in shape.moves for point in points]).T
            assert x.min() >= 0 and x.max() <= bar_code.width and y.min() >= 0 and y.max() <= bar_code.height
            for left, top, right, bottom in free:
                assert x.max() < left or x.min() > right or y.max() < top or y.min() > bottom


def test_the_quiet_zone_is_white_and_as_wide_as_the_standard_says():
    bar_code = drawn("9791190090018", "03810", 100, BLANK)
    ground, *bars = bar_code.shapes
    assert ground.colour == (255, 255, 255)
    across = sorted(point[0] / MODULE_MM for bar in bars for _, points in bar.moves for point in points)
    assert across[0] == pytest.approx(11) and bar_code.width / MODULE_MM - across[-1] >= 5 - 1e-9
    gaps = np.diff(across)
    assert gaps.max() >= 7 and across[-1] - across[0] == pytest.approx(95 + 9 + 47)
    assert drawn("9791190090018", "", 100, BLANK).width / MODULE_MM == pytest.approx(11 + 95 + 7)


def test_the_standard_s_own_example():
    # GS1 General Specifications: 5901234123457; ISBN users' manual: 978-0-306-40615-7.
    assert code("5901234123457") == (
        "101" "0001011" "0100111" "0110011" "0010011" "0111101" "0011101" "01010"
        "1100110" "1101100" "1000010" "1011100" "1001110" "1000100" "101"
    )  # fmt: skip
    assert checked("978-0-306-40615-7") == "9780306406157"
    assert len(add_on_code("52495")) == 47


@pytest.mark.parametrize(
    ("isbn", "message"),
    [
        ("979-11-90090-01-7", "Expected check digit 8 at the end of ISBN 979-11-90090-01-7, got 7: compare the digits"),
        ("9780306406151", "Expected check digit 7"),
        ("979-11-90090-01", "Expected an ISBN of 13 digits that begins with 978 or 979, got '979-11-90090-01'"),
        ("89-90090-01-X", "Expected an ISBN of 13 digits"),
        ("5901234123457", "that begins with 978 or 979"),
        ("97911900900\u0f21\u0f20", "Expected an ISBN of 13 digits"),
    ],
)
def test_wrong_numbers_are_refused(isbn, message):
    with pytest.raises(UserError, match=re.escape(message)):
        drawn(isbn, "", 100, BLANK)


@pytest.mark.parametrize("add_on", ["0381", "038100", "0381a"])
def test_wrong_add_ons_are_refused(add_on):
    with pytest.raises(UserError, match=f"Expected an add-on of 5 digits, or none, got '{add_on}'"):
        drawn("9791190090018", add_on, 100, BLANK)


def test_every_wrong_digit_is_found():
    for at in range(3, 13):
        for digit in "0123456789":
            wrong = "9791190090018"[:at] + digit + "9791190090018"[at + 1 :]
            if wrong != "9791190090018":
                with pytest.raises(UserError):
                    checked(wrong)


def test_wide_digits_and_a_name_before_them_are_read():
    wide = "ISBN \uff19\uff17\uff19-11-90090-01-8"
    assert drawn(wide, "\uff10\uff13\uff18\uff11\uff10", 100, BLANK) == drawn("9791190090018", "03810", 100, BLANK)
