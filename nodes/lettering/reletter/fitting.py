"""How a line lies, by the letters of a font laid over it until they cover it best.

What a short word says of its angle and its height is in the shapes of its letters, not in its box: so its own words
are drawn in the fonts that look most like it, and each is moved, turned and stretched onto the line (the enhanced
correlation coefficient of Evangelidis and Psarakis, 2008, as OpenCV has it).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .alike import Drawn, overlap
from .lie import LEAST_SLANT, LONG, Lie, best_of, ends, flattened, straight
from .strokes import HEIGHT

FIRST, TRIED = 3, 10
"""Fonts that are laid over a line, first and in all, of those that draw its words."""
LOST = 0.5
"""Likeness of the first below which no more are: the line says something else or lies otherwise."""
SURE = 0.9
"""Correlation from which letters are the line's own, and nothing else needs to be tried."""
STEEP = (-30.0, 30.0)
"""Tapers that are tried where nothing fits."""
NEAR_TAPERS = np.array([-12.0, -6.0, 0.0, 6.0, 12.0])
LEAST_TAPER = 8.0
"""Percent: a line that is less higher at its end is as high."""
BETTER = 0.75
"""Of what letters lack of fitting: so little they lack of it on a line that is seen from the side, or it is not."""
SEEN = 0.8
"""Likeness from which letters say that their line is seen from the side: others lie on a straight one by chance so."""
RIM = 10
"""px of ground around drawn letters, which holds them where the line's own ink ends."""
AROUND = 0.6
"""Of the text height: what is looked at around the line."""
SOFT = (9, 3)
"""px of the blur under which letters are laid over the line, coarse first."""
ROUNDS, STILL = 40, 1e-4
MOST_TURNED, MOST_STRETCHED = 14.0, 1.7
"""Degrees and times: a fit that goes beyond is lost."""


@dataclass(frozen=True)
class Fit:
    """A line as the letters of a font lie on it."""

    line: Lie
    slant: float
    """Degrees by which its letters lean to the right against the font's own."""
    likeness: float
    """Correlation of the letters with the line's ink, up to 1."""
    drawn: Drawn


def fits(cover: np.ndarray, corners: np.ndarray, line: Lie, drawn: Sequence[Drawn]) -> list[Fit]:
    """The fonts that lie best on a line, best first.

    Args:
        cover: `[h,w]` float32: the ink of the piece.
        corners: `[4,2]` px of the piece: the region.
        line: how it seems to lie.
        drawn: its words in every font.
    """
    found: list[Fit] = []
    for start in _starts(cover, corners, line, drawn[0].words if drawn else ""):
        near = _nearest(cover, start, drawn)
        first = _all_laid(cover, start, near[:FIRST], line.plane.taper)
        found = _sorted([*found, *first])
        if first and first[0].likeness >= LOST:
            found = _sorted([*found, *_all_laid(cover, start, near[FIRST:], line.plane.taper)])
        if found and found[0].likeness >= SURE:
            break
    if not found or found[0].likeness < LOST:
        return found
    found = _sorted([*found, *_others(cover, found, drawn, line.plane.taper)])
    best = found[0]
    if not best.line.plane.is_column and best.line.plane.length >= LONG * best.line.size:
        tapered = _tapered(cover, best)
        if tapered is not best:
            found = _sorted([tapered, *_others(cover, [tapered], drawn, tapered.line.plane.taper)])
    return found


def _nearest(cover: np.ndarray, line: Lie, drawn: Sequence[Drawn]) -> list[Drawn]:
    seen = _cut(cover, line)
    return sorted(drawn, key=lambda one: -overlap(seen, one.cover))[:TRIED]


def _others(cover: np.ndarray, found: list[Fit], drawn: Sequence[Drawn], taper: float) -> list[Fit]:
    """More fonts that are like the line: how it lies is better known by letters that lie on it."""
    known, line = [one.drawn for one in found], found[0].line
    return _all_laid(cover, line, [one for one in _nearest(cover, line, drawn) if one not in known], taper)


def _all_laid(cover: np.ndarray, line: Lie, drawn: Sequence[Drawn], taper: float) -> list[Fit]:
    """The fonts that come to rest on a line, best first; on another taper than this one only those that are surely its
    own."""
    resting = [one for one in (laid(cover, line, one) for one in drawn) if one]
    return _sorted([one for one in resting if one.line.plane.taper in (0, taper) or one.likeness >= SEEN])


def _sorted(found: list[Fit]) -> list[Fit]:
    return sorted(found, key=lambda one: -one.likeness)


def _starts(cover: np.ndarray, corners: np.ndarray, line: Lie, words: str) -> Iterator[Lie]:
    """How the line may lie, the likeliest first."""
    yield replace(line, plane=replace(line.plane, slant=0.0))
    level = straight(cover, corners, words)
    if level is None or level.plane.is_column:
        return
    yield level
    for taper in STEEP if line.plane.length >= LONG * line.size else ():
        tilted = ends(cover, replace(level.plane, taper=taper), level.size, words)
        if tilted is not None:
            yield tilted


def _cut(cover: np.ndarray, line: Lie) -> np.ndarray:
    """The line straightened, `HEIGHT` px high and cut to its ends."""
    fine = HEIGHT / line.size
    low, high = line.size / 2, line.size / 2 + line.beyond
    flat = flattened(cover, line.plane, line.plane.length / 2, high, fine)
    return flat if line.plane.is_column else flat[round((high - low) * fine) :]


def _tapered(cover: np.ndarray, found: Fit) -> Fit:
    """The same letters on the line seen from where they fit best."""
    plane = found.line.plane

    def at(taper: float) -> Fit | None:
        return laid(cover, replace(found.line, plane=replace(plane, taper=float(taper))), found.drawn)

    def likeness(taper: float) -> float:
        found = at(taper)
        return found.likeness if found else 0.0

    taper, _ = best_of(plane.taper + NEAR_TAPERS, likeness)
    better = at(taper if abs(taper) >= LEAST_TAPER else 0.0)
    if better is None or (better.line.plane.taper and better.likeness < SEEN):
        return found
    return better if 1 - better.likeness < BETTER * (1 - found.likeness) else found


def laid(cover: np.ndarray, line: Lie, drawn: Drawn) -> Fit | None:
    """The letters of a font on a line that seems to lie so; None where they do not come to rest on it."""
    import cv2

    fine = HEIGHT / line.size
    along, across = line.plane.length / 2 + AROUND * line.size, (0.5 + AROUND) * line.size + line.beyond
    seen = flattened(cover, line.plane, along, across, fine)
    tall, wide = drawn.cover.shape
    is_column = line.plane.is_column
    box = np.array([wide, tall if is_column else HEIGHT], np.float64)  # without what hangs below the foot
    wanted = np.array([line.size, line.plane.length] if is_column else [line.plane.length, line.size]) * fine
    middle, place = RIM + box / 2 - 0.5, np.array(seen.shape[::-1]) / 2 - 0.5
    start = np.array([[wanted[0] / box[0], 0, 0], [0, wanted[1] / box[1], 0]])
    start[:, 2] = place - start[:, :2] @ middle
    way = start.astype(np.float32)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, ROUNDS, STILL)
    likeness, letters, everywhere = 0.0, np.pad(drawn.cover, RIM), np.ones(seen.shape, np.uint8)
    try:
        for soft in SOFT:
            likeness, way = cv2.findTransformECC(letters, seen, way, cv2.MOTION_AFFINE, stop, everywhere, soft)
    except cv2.error:  # nothing to go by
        return None
    found = np.asarray(way, np.float64)
    right, down = found[:, 0], found[:, 1]
    stretched = float(np.linalg.norm(right))
    high = float(np.linalg.det(found[:, :2])) / stretched
    turn, upright = math.degrees(math.atan2(right[1], right[0])), math.degrees(math.atan2(-down[0], down[1]))
    lean = turn - upright
    if abs(lean) < LEAST_SLANT:  # letters stand upright: both sides of their box say how it is turned, the longer more
        turn = float((box**2) @ (turn, upright) / (box**2).sum())
    times = stretched / start[0, 0], high / start[1, 1]
    if abs(turn) > MOST_TURNED or not all(1 / MOST_STRETCHED < one < MOST_STRETCHED for one in times):
        return None
    x, y = line.plane.to_picture((found[:, :2] @ middle + found[:, 2] - place) / fine)
    across, down_ = stretched * box[0] / fine, high * box[1] / fine
    size, length = (across, down_) if is_column else (down_, across)
    plane = replace(line.plane, x=float(x), y=float(y), length=length, angle=line.plane.angle + turn)
    return Fit(Lie(plane, size, high * (tall - box[1]) / fine), lean, float(likeness), drawn)


def covered(best: Fit, size: tuple[int, ...]) -> np.ndarray:
    """`[h,w]` float32 in 0..1: how much of every px of a piece of that size the letters cover that lie on its line."""
    import cv2

    plane = replace(best.line.plane, slant=best.slant if abs(best.slant) >= LEAST_SLANT else 0.0)
    tall, wide = best.drawn.cover.shape
    rows, columns = np.indices(size, np.float32)
    places = plane.from_picture(np.stack([columns, rows], axis=-1))
    own = np.array([best.line.size, plane.length] if plane.is_column else [plane.length, best.line.size])
    box = np.array([wide, tall if plane.is_column else HEIGHT])
    places = (places * (box / own) + box / 2 - 0.5).astype(np.float32)
    return cv2.remap(best.drawn.cover, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
