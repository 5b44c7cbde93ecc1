"""Measure the lettering of a region."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from ...text_mask import Region, draw_mask
from ..fonts import Font
from ..letters import HORIZONTAL, VERTICAL
from .alike import Alike, Seen
from .distance import distances
from .fitting import SURE, laid
from .lie import TALL, Lie, flattened
from .look import Colour, Look
from .paints import Paints, paints, rgb_of
from .plane import Plane
from .reading import SAME, Read, Reading, cut, lying, reading
from .shade import Shade, lit, shade
from .sight import Sight, sight
from .strokes import HEIGHT
from .unmixed import unmixed

EDGE = 2.0
"""px of the picture that are erased beyond what was seen of a lettering."""
FILLS = 0.85
"""Of a region, the height of its letters."""
GIVEN = 1.0
"""Certainty of words that the user gives: nobody is asked what the line says."""
THIN = 0.5
"""px: a thinner outline is the soft rim of letters."""


@dataclass(frozen=True)
class Measured:
    """One region's lettering."""

    look: Look
    """Without a font."""
    plane: Plane
    room: tuple[float, float]
    """px along and across the line that the region is large, and its letters at least."""
    seen: Seen
    left: int
    top: int
    old: np.ndarray
    """`[h,w]` bool at (left, top) of the picture: all of the old lettering."""


def measured(
    picture: np.ndarray, region: Region, fonts: Collection[Font] = (), read: Read | None = None
) -> Measured | None:
    """The lettering of a region.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        region: with what it says, as far as anybody knows.
        fonts: in which its words may be set.
        read: reads what it says.

    Returns:
        What was measured, or None where no letters part from the ground.
    """
    seen = sight(picture, region)
    read = None if region.certainty >= GIVEN else read
    best = _read(seen, region.polygon, read(picture, region) if read else [region], fonts, read)
    if best is None:
        return None
    found, known = best
    if known.likeness >= SAME:
        found = unmixed(seen, found, known.fonts[0])
    shadow = shade(seen, found, known.line.size)
    if shadow is not None and known.fonts and not found.outline:
        found, known = _lit(seen, found, known, shadow)
        shadow = shade(seen, found, known.line.size)
    line = known.line
    plane, zoom = line.plane, seen.zoom
    x, y = seen.to_picture(np.array([plane.x, plane.y]))
    own = replace(plane, x=_even(x), y=_even(y), length=max(_even(plane.length / zoom), 1.0))
    first, last, toward = _gradient(found, line)
    outline = found.outline / zoom
    look = Look(
        size=line.size / zoom,
        angle=plane.angle,
        slant=plane.slant,
        bend=plane.bend,
        taper=plane.taper,
        direction=VERTICAL if plane.is_column else HORIZONTAL,
        colour=first,
        to=last,
        toward=toward,
        outline=outline if outline >= THIN else 0.0,
        outline_colour=_bytes(rgb_of(found.outline_lab)) if outline >= THIN else first,
    )
    if shadow is not None:
        look = replace(
            look,
            shadow=(shadow.x / zoom, shadow.y / zoom),
            softness=shadow.softness / zoom,
            shadow_colour=_bytes(rgb_of(shadow.lab)),
            opacity=100 * shadow.opacity,
        )
    wide, tall = (float(side) for side in region.sides)
    along, across = (tall, wide) if plane.is_column else (wide, tall)
    room = max(along, own.length), max(across, (line.size + line.beyond) / zoom)
    return Measured(
        look, own, room, _seen(found, known, zoom), *_old(picture, seen, found, shadow)
    )  # fmt: skip


def _read(
    seen: Sight, polygon: np.ndarray, said: list[Region], fonts: Collection[Font], read: Read | None
) -> tuple[Paints, Reading] | None:
    """With what the letters are painted that are most like any font's: they are the letters, and nothing else is."""
    corners = seen.from_picture(polygon.astype(np.float64))
    best: tuple[Paints, Reading] | None = None
    for found in paints(seen):
        known = reading(found.cover, corners, seen.zoom, said, fonts, read)
        if known and (best is None or known.likeness > best[1].likeness):
            best = found, known
        if best and (best[1].likeness >= SURE or not fonts):
            break
    return best


def _lit(seen: Sight, found: Paints, known: Reading, shadow: Shade) -> tuple[Paints, Reading]:
    """The same letters without what is their shadow's, where those of a font lie better on them so."""
    cover = lit(seen, found, shadow)
    fit = laid(cover, known.fonts[0].line, known.fonts[0].drawn)
    if fit is None or fit.likeness <= known.likeness:
        return found, known
    found = replace(found, cover=cover)
    again = replace(known, line=lying(cover, known.line, fit), fonts=(fit, *known.fonts[1:]))
    return unmixed(seen, found, fit) if fit.likeness >= SAME else found, again


def _even(px: float) -> float:
    """To an eighth of a px: sums of many numbers differ in their last bits from run to run, places must not."""
    return round(8 * float(px)) / 8


def unseen(picture: np.ndarray, region: Region) -> Measured:
    """A region whose letters do not part from the ground: it is taken for them."""
    wide, tall = (float(side) for side in region.sides)
    is_column = tall > TALL * wide
    along, across = (tall, wide) if is_column else (wide, tall)
    top = region.polygon[1] - region.polygon[0]
    x, y = region.polygon.mean(axis=0)
    angle = math.degrees(math.atan2(top[1], top[0]))
    look = Look(size=FILLS * across, angle=angle, direction=VERTICAL if is_column else HORIZONTAL)
    plane = Plane(float(x), float(y), along, angle, is_column=is_column)
    old = draw_mask(picture, [region], "polygon", 0.0) > 0
    nothing = Seen(np.zeros((HEIGHT, HEIGHT), np.float32), look.size, "", is_column, ())
    return Measured(look, plane, (along, across), nothing, 0, 0, old)


def _gradient(found: Paints, line: Lie) -> tuple[Colour, Colour, float]:
    """Where a gradient begins and ends on the letters and what hangs below them, and degrees from the line in which it
    runs; one colour twice without one."""
    plane, tall = line.plane, line.size + line.beyond

    def at(x: float, y: float) -> Colour:
        return _bytes(np.array([1.0, x, y]) @ found.plane)

    x, y = plane.to_picture(np.array([0.0, line.beyond / 2]))
    if not found.is_gradient:
        middle = at(x, y)
        return middle, middle, 90.0
    steepest = np.linalg.svd(found.plane[1:])[0][:, 0]
    turn = math.radians(plane.angle)
    toward = math.atan2(steepest[1], steepest[0]) - turn
    toward %= math.pi
    if toward > math.pi - math.radians(20):  # nearly along the line: from its start
        toward -= math.pi
    wide, high = (tall, plane.length) if plane.is_column else (plane.length, tall)
    reach = abs(math.cos(toward)) * wide / 2 + abs(math.sin(toward)) * high / 2
    step = np.array([math.cos(toward + turn), math.sin(toward + turn)]) * reach
    return at(x - step[0], y - step[1]), at(x + step[0], y + step[1]), math.degrees(toward)


def _bytes(rgb: np.ndarray) -> Colour:
    red, green, blue = (round(255 * min(max(float(one), 0.0), 1.0)) for one in rgb)
    return red, green, blue


def _seen(found: Paints, known: Reading, zoom: float) -> Seen:
    """The letters straightened, `HEIGHT` px high and cut to their ink."""
    line = known.line
    fine = HEIGHT / line.size
    flat = flattened(found.cover, line.plane, 0.52 * line.plane.length, 0.5 * line.size + line.beyond + 2, fine)
    liked = tuple(Alike(one.drawn.font, one.drawn.weight, 1 - one.likeness, 0.0) for one in known.fonts)
    return Seen(cut(flat), line.size / zoom, known.words, line.plane.is_column, liked)


def _old(picture: np.ndarray, seen: Sight, found: Paints, shadow: Shade | None) -> tuple[int, int, np.ndarray]:
    """Where the old lettering is: what was seen of its ink, its outline and its shadow."""
    import cv2

    old = (seen.ink | (found.cover > 0.1)).astype(np.float32)
    outside = distances(found.cover <= 0.5)
    full = (outside <= found.outline + 1).astype(np.float32)
    old = np.maximum(old, full)
    if shadow is not None:
        move = np.array([[1, 0, shadow.x], [0, 1, shadow.y]], np.float64)
        soft = cv2.GaussianBlur(full, (0, 0), max(shadow.softness, 0.3))
        old = np.maximum(old, cv2.warpAffine(soft, move, old.shape[::-1]) > 0.06)
    size = tuple(round(side / seen.zoom) for side in old.shape[::-1])
    shown = cv2.resize(old.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    height, width = picture.shape[:2]
    shown = shown[: height - seen.top, : width - seen.left]
    outside = distances(shown <= 0.05)
    return seen.left, seen.top, outside <= EDGE
