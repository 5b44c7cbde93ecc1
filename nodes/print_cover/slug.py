"""A line below the marks that tells the printer what sheet this is; in mm from the trim's upper left."""

from collections.abc import Callable

from ..page.drawing import Shape
from ..page.trim import Trim
from .marks import AWAY, LONG

HIGH = 2.5
"""Of the letters' em: 7 points."""
BELOW = 3.0
"""From the marks' end to the baseline."""
APART = " - "
"""Between what is told: every font has it."""
Line = Callable[[str], tuple[tuple[Shape, ...], float]]
"""Words -> their outlines in ems and their length; see `lettering.outlined`."""


def slug(page: Trim, title: str, press: str, line: Line) -> list[Shape]:
    """The line from the left trim edge on, in every ink; smaller where it would be wider than the trim.

    Args:
        title: of the file, or empty.
        press: what its colours are for.
        line: sets words.

    Raises:
        UserError: `line` has no letter for something in them.
    """
    size = f"{page.width_mm:g} x {page.height_mm:g} mm"
    parts = (title, size, f"bleed {page.bleed_mm:g} mm", f"{page.dpi} dpi", press)
    shapes, length = line(APART.join(filter(None, parts)))
    em = min(HIGH, page.width_mm / length)
    baseline = page.height_mm + page.bleed_mm + AWAY + LONG + BELOW
    return [Shape(shape.placed(em, 0.0, baseline).moves, None) for shape in shapes]
