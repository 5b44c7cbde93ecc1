"""What the printer's knife, folder and plates go by, outside of what is printed; in mm from the trim's upper left."""

from itertools import pairwise

from ..page.drawing import Shape, box, circle
from ..page.trim import Trim

SLUG_MM = 12.0
"""Beyond the bleed on every side: where marks stand."""
AWAY, LONG, THIN = 2.0, 6.0, 0.09
"""Of a mark: how far from the bleed, its length, and its width, a quarter of a point."""
RADIUS = 2.0
"""Of a registration mark."""
DASHES = 3
"""Of a fold's mark, so that nobody cuts there."""


def marks(page: Trim) -> list[Shape]:
    """Crop marks at the corners, dashed ones above and below every fold, and a registration mark on each side.

    All are in every ink, so that each plate has them.
    """
    width, height, bleed = page.width_mm, page.height_mm, page.bleed_mm
    near, far = bleed + AWAY, bleed + AWAY + LONG
    shapes: list[Shape] = []
    for x in (0.0, width):
        shapes += [_upright(x, -far, -near), _upright(x, height + near, height + far)]
    for y in (0.0, height):
        shapes += [_level(y, -far, -near), _level(y, width + near, width + far)]
    step = LONG / (2 * DASHES - 1)
    for x in page.folds_mm:
        for start in (-far, height + near):
            shapes += [_upright(x, start + 2 * dash * step, start + (2 * dash + 1) * step) for dash in range(DASHES)]
    middle = (near + far) / 2
    edges = (0.0, *page.folds_mm, width)
    # In the middle of the widest panel, where no fold's mark is.
    across = max((right - left, (left + right) / 2) for left, right in pairwise(edges))[1]
    places = ((across, -middle), (across, height + middle), (-middle, height / 2), (width + middle, height / 2))
    for x, y in places:
        shapes += [_upright(x, y - LONG / 2, y + LONG / 2), _level(y, x - LONG / 2, x + LONG / 2), *_ring(x, y)]
    return shapes


def _upright(x: float, top: float, bottom: float) -> Shape:
    return Shape(box(x - THIN / 2, top, x + THIN / 2, bottom), None)


def _level(y: float, left: float, right: float) -> Shape:
    return Shape(box(left, y - THIN / 2, right, y + THIN / 2), None)


def _ring(x: float, y: float) -> list[Shape]:
    """A circle's line, as an outline that can be filled: there and back again."""
    outer, inner = circle(x, y, RADIUS), circle(x, y, RADIUS - THIN)
    points = [inner[0][1][0], *(point for _, line in inner[1:-1] for point in line)][::-1]
    back = [("moveTo", (points[0],)), *(("curveTo", tuple(points[at : at + 3])) for at in range(1, len(points), 3))]
    return [Shape((*outer, *back, ("closePath", ())), None)]
