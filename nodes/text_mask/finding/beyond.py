"""The same letters again beyond a region: a word that a figure parts, a line that the border cuts.

Letters of one line share their height, their baseline and their colours, so what the letter network sees in line with a
region and in its colours belongs to it, even where the text network saw nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..marking import letters
from ..marking.shapes import area_of
from ..marking.upright import Upright
from ..regions import Region

DISPLAY = 0.05
"""Of the picture's shorter side: text of that height and more is looked for beyond its region."""
REACH = 4.0
"""Letter heights, to either side."""
IN_LINE, TALLEST = 0.7, 1.25
"""Of a piece of a letter: how much of it stands in the line; and how high it is at most, of the line's height."""
LEAST_HEIGHT, LEAST_AREA = 0.5, 0.02
"""Of the line's height, and of its square: less is a speck, or other text."""
SAME_COLOUR = 16.0
"""Lab distance to the nearest colour of the region's own letters."""
COLOURS = 256
GAP = 0.6
"""Letter heights: what stands closer belongs to one region."""


@dataclass(frozen=True)
class Span:
    """Letters along a line, in px of its patch laid along its first axis."""

    start: int
    end: int
    top: int
    bottom: int

    def joined(self, other: "Span") -> "Span":
        """Both, and what lies between them."""
        return Span(min(self.start, other.start), max(self.end, other.end), min(self.top, other.top),
                    max(self.bottom, other.bottom))  # fmt: skip


def continued(picture: np.ndarray, regions: list[Region]) -> list[Region]:
    """The regions with all that their lines hold: some are longer, and some are new.

    Args:
        picture: `[H,W,3]` uint8 RGB.
    """
    found = list(regions)
    for number, region in enumerate(regions):
        if region.height < DISPLAY * min(picture.shape[:2]):
            continue
        others = area_of(found[:number] + found[number + 1 :], picture.shape[:2], 0.0)
        found[number], more = _line(picture, region, others)
        found += more
    return found


def _line(picture: np.ndarray, region: Region, others: np.ndarray) -> tuple[Region, list[Region]]:
    """A region as long as its letters go on without a gap, and what stands in line with it beyond gaps; `others` are
    the letters of other regions, `[H,W]` bool."""
    seen, sure = letters.sight(picture, region, REACH)
    ink = ((sure > letters.INK) & seen.known).astype(np.uint8)
    is_down = region.sides[1] > region.sides[0]
    along, across = (seen.rows, seen.columns) if is_down else (seen.columns, seen.rows)
    own = Span(along.start, along.stop, across.start, across.stop)
    height = across.stop - across.start
    whole, rest = own, []
    for span in _spans(seen, ink, seen.cut(others), is_down, own):
        if span.start - whole.end < GAP * height and whole.start - span.end < GAP * height:
            whole = whole.joined(span)
        else:
            rest.append(span)
    grown = region if whole == own else replace(region, polygon=_quad(seen, whole, is_down))
    more = [span for span in _grouped(rest, GAP * height) if span.bottom - span.top >= LEAST_HEIGHT * height]
    return grown, [replace(region, polygon=_quad(seen, span, is_down), text=None) for span in more]


def _spans(seen: Upright, ink: np.ndarray, taken: np.ndarray, is_down: bool, own: Span) -> list[Span]:
    """Pieces of letters in line with a region and in its colours, nearest first; none that others have."""
    import cv2

    lab = cv2.cvtColor(seen.pixels.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    colours = lab[(ink > 0) & seen.inside]
    if not len(colours):
        return []
    colours = colours[:: max(1, len(colours) // COLOURS)]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    height, theirs = own.bottom - own.top, set(np.unique(labels[taken]).tolist())
    found: list[Span] = []
    for label in range(1, count):
        left, top, wide, tall, area = stats[label]
        span = Span(top, top + tall, left, left + wide) if is_down else Span(left, left + wide, top, top + tall)
        if label in theirs or (own.start <= span.start and span.end <= own.end):
            continue
        in_line = min(span.bottom, own.bottom) - max(span.top, own.top)
        if in_line < IN_LINE * (span.bottom - span.top) or span.bottom - span.top > TALLEST * height:
            continue
        piece = lab[top : top + tall, left : left + wide][labels[top : top + tall, left : left + wide] == label]
        nearest = np.linalg.norm(colours - np.median(piece, axis=0), axis=1).min()
        if area >= LEAST_AREA * height**2 and nearest <= SAME_COLOUR:
            found.append(span)
    return sorted(found, key=lambda span: max(span.start - own.end, own.start - span.end))


def _grouped(spans: list[Span], gap: float) -> list[Span]:
    groups: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if groups and span.start - groups[-1].end < gap:
            groups[-1] = groups[-1].joined(span)
        else:
            groups.append(span)
    return groups


def _quad(seen: Upright, span: Span, is_down: bool) -> np.ndarray:
    box = (span.top, span.start, span.bottom, span.end) if is_down else (span.start, span.top, span.end, span.bottom)
    return seen.corners(*box)
