"""One region's words in the lettering of its old ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...page.drawing import Shape
from ..face import Face
from ..fonts import AUTO, Font, choose
from ..letters import VERTICAL
from ..opening import Cut, open_face
from ..wishes import ALL, Wish
from .alike import Alike, nearest, overlap
from .look import Colour, Look
from .measure import Measured
from .painting import Layer, corners, is_gradient, painted, shapes
from .plane import Plane
from .setting import Flat, Room, fitted, flat
from .typed import Typed, rounded, told

SAME_LENGTH = 0.03
"""Words that are so much longer or shorter than the font's own are as long as those."""
CLOSEST = -12.0
"""Percent of the size: letters that would be set closer touch, and are narrowed instead."""
CLEARLY = 0.2
"""log: letters are that much wider or narrower than the font's before they are taken to be stretched."""


@dataclass(frozen=True)
class Relettered:
    """A line that was set."""

    layer: Layer
    under: Layer
    """What of it stays pixels where `shapes` are printed."""
    shapes: tuple[Shape, ...]
    """The letters as outlines, in px of the picture."""
    line: str
    """As it can be typed to give the same."""
    notes: list[str]


def relettered(number: int, typed: Typed, found: Measured, wish: Wish, size: tuple[int, int]) -> Relettered:
    """Set a line.

    Args:
        number: of the region.
        size: height and width of the picture.

    Raises:
        UserError: a letter that the font does not draw, or words that do not fit.
    """
    words = typed.words
    look = found.look if wish.match == ALL else _place_of(found.look, wish.colour)
    look, font, notes = _with_font(look, typed, found, wish)
    look = rounded(replace(look, **_asked(typed.values, look)))
    face = open_face(font.path, Cut(look.weight)).face
    room = Room(*(found.room if look.direction == found.look.direction else found.room[::-1]))
    look, done = fitted(words, look, face, room, wish.fit, set(typed.values))
    drawn = flat(words, look, face, room, wish.fit)
    plane = _plane(look, found.plane)
    notes += [done] if done else []
    if _is_beyond(drawn, look, plane, room, size):
        notes.append("reaches beyond its region, as its line asks for" if typed.values else "reaches beyond its region")
    if is_gradient(look):
        notes.append("for its gradient it stays pixels on the output 'type'")
    layer, under = painted(drawn, look, plane, size)
    return Relettered(layer, under, shapes(drawn, look, plane), told(number, look, words, typed.old), notes)


def _place_of(look: Look, colour: Colour) -> Look:
    """A look with the place, the size and the turn of another alone."""
    return Look(
        size=look.size, angle=look.angle, slant=look.slant, bend=look.bend, taper=look.taper,
        direction=look.direction, colour=colour, to=colour,
    )  # fmt: skip


def _asked(values: Mapping[str, object], look: Look) -> dict:
    """What a line says, with what follows from it."""
    asked = dict(values)
    if "colour" in asked and "to" not in asked:
        asked["to"] = asked["colour"]
    if "shadow" in asked and "opacity" not in asked and not look.opacity:
        asked["opacity"] = 100.0
    return asked


def _with_font(look: Look, typed: Typed, found: Measured, wish: Wish) -> tuple[Look, Font, list[str]]:
    """The look with a font, its weight, and how far its letters are stretched or set apart."""
    name = str(typed.values.get("font", wish.font))
    asked_weight = int(typed.values.get("weight", 0))  # type: ignore[call-overload]
    alike: Alike | None = None
    if wish.match == ALL and not ({"font", "weight"} <= set(typed.values)):
        among = wish.fonts.values() if name == AUTO else [wish.fonts[name]]
        alike = nearest(found.seen, among, typed.words)
    font = alike.font if alike else choose(dict(wish.fonts), name, typed.words, Cut(asked_weight))
    weight = asked_weight or (alike.weight if alike else 0)
    look = replace(look, font=font.name, weight=weight)
    notes = [f"font {font.name} from {font.source}" + (", the nearest" if name == AUTO and alike else "")]
    if alike and not {"width", "tracking"} & set(typed.values):
        look = _spread(look, found, open_face(font.path, Cut(weight)).face, alike)
    return look, font, notes


def _spread(look: Look, found: Measured, face: Face, alike: Alike) -> Look:
    """Letters as wide and as far apart as the old ones, as far as the font's own do not say it."""
    words = found.seen.words
    if not words:
        if look.direction != VERTICAL and abs(alike.wider) > CLEARLY:
            return replace(look, width=100 * math.exp(alike.wider))
        return look
    left, top, right, bottom = flat(words, look, face, Room(math.inf, math.inf), "shrink").box
    own = bottom - top if look.direction == VERTICAL else right - left
    ratio = found.plane.length / max(own, 1e-6)
    if abs(ratio - 1) < SAME_LENGTH or not 0.4 < ratio < 4:
        return look
    gaps = max(1, len(words) - 1)
    apart = replace(look, tracking=100 * (found.plane.length - own) / gaps / look.size)
    stretched = replace(look, width=100 * ratio)
    if look.direction == VERTICAL:  # whose size is how wide its letters are
        across = look.size / max(right - left, 1e-6)
        stretched = replace(look, size=look.size * ratio, width=100 * across / ratio)
    if len(words) == 1 or apart.tracking < CLOSEST:
        return stretched
    covers = [_cut(flat(words, one, face, Room(math.inf, math.inf), "shrink")) for one in (stretched, apart)]
    alikes = [overlap(found.seen.cover, cover) for cover in covers]
    return stretched if alikes[0] >= alikes[1] else apart


def _cut(drawn: Flat) -> np.ndarray:
    cover = drawn.cover.astype(np.float32) / 255
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    return cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else cover


def _plane(look: Look, old: Plane) -> Plane:
    return replace(
        old, x=old.x + look.dx, y=old.y + look.dy, angle=look.angle, slant=look.slant, bend=look.bend,
        taper=look.taper, is_column=look.direction == VERTICAL,
    )  # fmt: skip


def _is_beyond(drawn: Flat, look: Look, plane: Plane, room: Room, size: tuple[int, int]) -> bool:
    left, top, right, bottom = drawn.box
    wide, tall = (room.across, room.along) if look.direction == VERTICAL else (room.along, room.across)
    if right - left > wide + 1 or bottom - top > tall + 1:
        return True
    rim = corners(drawn, plane)
    return bool((rim < -1).any() or (rim > np.array(size[::-1]) + 1).any())
