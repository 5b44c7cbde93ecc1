"""The same letters again beyond a region: a word that a figure parts.

Letters of one line share their height, their baseline and their colours, so what the letter network sees in line with a
region and in its colours belongs to it, even where the text network saw nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..marking import letters
from ..marking.shapes import area_of
from ..marking.upright import Upright
from ..regions import Region

DISPLAY = 0.15
"""Of the picture's shorter side: text of that height and more is looked for beyond its region."""
REACH = 4.0
"""Letter heights, to either side."""
IN_LINE, TALLEST = 0.7, 1.25
"""Of a piece of a letter: how much of it stands in the line; and how high it is at most, of the line's height."""
LEAST_HEIGHT, LEAST_AREA = 0.5, 0.02
"""Of the line's height, and of its square: less is a speck, or other text."""
SAME_COLOUR = 10.0
"""Lab distance to the nearest colour of the region's own letters."""
COLOURS = 256
GAP = 0.6
"""Letter heights: what stands closer is one region."""


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
    """The regions, and what stands in line with them beyond a gap.

    Args:
        picture: `[H,W,3]` uint8 RGB.
    """
    found = list(regions)
    for number, region in enumerate(regions):
        if region.height >= DISPLAY * min(picture.shape[:2]):
            others = area_of(regions[:number] + found[number + 1 :], picture.shape[:2], 0.0)
            found += _in_line(picture, region, others)
    return found


def _in_line(picture: np.ndarray, region: Region, others: np.ndarray) -> list[Region]:
    """What stands in line with a region beyond gaps; `others` are the letters of other regions, `[H,W]` bool."""
    seen, sure = letters.sight(picture, region, REACH)
    ink = ((sure > letters.INK) & seen.known).astype(np.uint8)
    is_down = region.sides[1] > region.sides[0]
    along, across = (seen.rows, seen.columns) if is_down else (seen.columns, seen.rows)
    own, gap = Span(along.start, along.stop, across.start, across.stop), GAP * (across.stop - across.start)
    # What touches the region is none of its letters: the text network would have seen it.
    parted = [
        span
        for span in _spans(seen, ink, seen.cut(others), is_down, own)
        if max(span.start - own.end, own.start - span.end) >= gap
    ]
    return [replace(region, polygon=_quad(seen, span, is_down), text=None) for span in _grouped(parted, gap)]


def _spans(seen: Upright, ink: np.ndarray, taken: np.ndarray, is_down: bool, own: Span) -> list[Span]:
    """Pieces of letters in line with a region and in its colours; none that others have."""
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
        left, top, columns, rows, area = stats[label]
        span = Span(top, top + rows, left, left + columns) if is_down else Span(left, left + columns, top, top + rows)
        if label in theirs or (own.start <= span.start and span.end <= own.end):
            continue
        in_line, tall = min(span.bottom, own.bottom) - max(span.top, own.top), span.bottom - span.top
        if in_line < IN_LINE * tall or not LEAST_HEIGHT * height <= tall <= TALLEST * height:
            continue
        box = (slice(top, top + rows), slice(left, left + columns))
        piece = lab[box][labels[box] == label]
        nearest = np.linalg.norm(colours - np.median(piece, axis=0), axis=1).min()
        if area >= LEAST_AREA * height**2 and nearest <= SAME_COLOUR:
            found.append(span)
    return found


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
