"""An ISBN as the bar code on a book's back: EAN-13, with the five digits that Korean books carry beside it."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..ground import UserError
from ..page.drawing import Shape, box

TABLES = json.loads(Path(__file__).with_name("ean.json").read_text(encoding="utf-8"))
MODULE_MM = 0.33
"""Width of the thinnest bar at 100 %."""
HEIGHT_MM = 22.85
QUIET_LEFT, QUIET_RIGHT, GAP = 11, 5, 9
"""Modules that stay free: before the code, after its add-on (7 without one), and between the two (at least 7)."""
QUIET_BARE = 7
LONGER = 5
"""Modules that guard bars go on below the others, between the numerals."""
NUMERALS = 8.0
"""Modules of the numerals' em, whose digits are about 7 high."""
GUARDS = (0, 2, 46, 48, 92, 94)
WHITE = (255, 255, 255)
Line = Callable[[str], tuple[tuple[Shape, ...], float]]
"""Words -> their outlines in ems and their length; see `lettering.outlined`."""


@dataclass(frozen=True)
class BarCode:
    """A drawing in mm from its upper left corner, its white ground and quiet zone included."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def drawn(isbn: str, add_on: str, percent: float, line: Line) -> BarCode:
    """The bar code of an ISBN.

    Args:
        isbn: of 13 digits, its hyphens are printed above the bars.
        add_on: five digits, or empty.
        percent: of the size of 100 % (a bar of 0.33 mm), 80 to 200.
        line: sets words.

    Source: ISO/IEC 15420; GS1 General Specifications, section 5.2.

    Raises:
        UserError: no ISBN of 13 digits, a wrong check digit, or an add-on that is not five digits.
    """
    shown = unicodedata.normalize("NFKC", isbn).strip().removeprefix("ISBN").strip(" :")
    digits, more = checked(shown), _add_on(add_on)
    bars, height = code(digits), HEIGHT_MM / MODULE_MM
    top = NUMERALS * 1.4
    shapes: list[Shape] = []

    def bar(start: int, until: int, upper: float, lower: float) -> None:
        shapes.append(Shape(box(start, upper, until, lower)))

    def words(text: str, left: float, baseline: float, room: float = 0.0) -> None:
        outlines, length = line(text)
        start = left + (room - length * NUMERALS) / 2 if room else left
        shapes.extend(shape.placed(NUMERALS, start, baseline) for shape in outlines)

    for start, until in _runs(bars):
        bar(QUIET_LEFT + start, QUIET_LEFT + until, top, top + height + LONGER * (start in GUARDS))
    foot = top + height + NUMERALS
    words(digits[0], 1, foot)
    for at, six in ((3, digits[1:7]), (50, digits[7:])):
        for number, digit in enumerate(six):
            words(digit, QUIET_LEFT + at + 7 * number, foot, 7)
    words(f"ISBN {shown}", QUIET_LEFT, top - NUMERALS * 0.4)
    width = QUIET_LEFT + 95 + QUIET_BARE
    if more:
        left = QUIET_LEFT + 95 + GAP
        pattern = add_on_code(more)
        upper = top + NUMERALS * 1.1
        for start, until in _runs(pattern):
            bar(left + start, left + until, upper, top + height + LONGER)
        for number, digit in enumerate(more):
            words(digit, left + 4 + 9 * number, top + NUMERALS * 0.8, 7)
        width = left + len(pattern) + QUIET_RIGHT
    scale = MODULE_MM * percent / 100
    height = foot + NUMERALS * 0.4
    ground = Shape(box(0, 0, width, height), WHITE)
    return BarCode(width * scale, height * scale, tuple(shape.placed(scale, 0, 0) for shape in (ground, *shapes)))


def checked(isbn: str) -> str:
    """The 13 digits of an ISBN.

    >>> checked("979-11-90090-01-8")
    '9791190090018'

    Raises:
        UserError: there are not 13, they are no book's, or the last is wrong.
    """
    digits = "".join(letter for letter in isbn if letter not in "- \u2010\u2011\u2013")
    if not (digits.isdecimal() and digits.isascii() and len(digits) == 13 and digits[:3] in ("978", "979")):
        raise UserError(
            f"Expected an ISBN of 13 digits that begins with 978 or 979, got {isbn!r}: write it as the agency gave it."
        )
    right = check_digit(digits[:12])
    if digits[12] != right:
        raise UserError(
            f"Expected check digit {right} at the end of ISBN {isbn}, got {digits[12]}: compare the digits with the "
            "agency's."
        )
    return digits


def check_digit(twelve: str) -> str:
    """The 13th digit.

    >>> check_digit("978030640615")
    '7'
    """
    return str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(twelve)) % 10)


def code(digits: str) -> str:
    """95 modules, "1" = a bar."""
    sides = TABLES["first"][int(digits[0])]
    left = "".join(_set(side, digit) for side, digit in zip(sides, digits[1:7], strict=True))
    right = "".join(_set("O", digit).translate({48: "1", 49: "0"}) for digit in digits[7:])
    return f"101{left}01010{right}101"


def add_on_code(digits: str) -> str:
    """47 modules; the sum of the digits, which stands nowhere, decides the sides of the tables."""
    total = sum(int(digit) * (9 if at % 2 else 3) for at, digit in enumerate(digits))
    sides = TABLES["add_on"][total % 10]
    return "1011" + "01".join(_set(side, digit) for side, digit in zip(sides, digits, strict=True))


def _set(side: str, digit: str) -> str:
    odd: str = TABLES["odd"][int(digit)]
    return odd if side == "O" else odd.translate({48: "1", 49: "0"})[::-1]


def _runs(modules: str) -> list[tuple[int, int]]:
    """(Start, end) of the bars."""
    edges = [at for at, (one, other) in enumerate(zip("0" + modules, modules + "0", strict=True)) if one != other]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _add_on(text: str) -> str:
    digits = unicodedata.normalize("NFKC", text).strip()
    if digits and not (len(digits) == 5 and digits.isdecimal() and digits.isascii()):
        raise UserError(f"Expected an add-on of 5 digits, or none, got {text!r}: write it as the agency gave it.")
    return digits
