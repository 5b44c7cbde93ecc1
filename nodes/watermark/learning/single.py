"""One mark from pictures that are thought to share it.

Looked for along the border and in the centre, where every picture has it; pictures that do not carry the mark
are found out and left aside.
"""

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from ...ground import UserError
from ..alignment import CARRIES
from ..mark import Watermark
from .estimate import estimate
from .pairs import groups
from .trace import FoundTrace, Step, Trace, look, peaks, trace_of
from .variety import scenes
from .windows import resized, to_width

LEAST, MAJORITY = 3, 0.6
"""Pictures that must carry a mark, and which share of them."""
MOST_TRACES = 3
"""Traces that are tried: the clearest may be no mark, but what the pictures show."""
FAINTEST = 0.04
ALPHA_ERROR = 0.1
"""How far alpha may be off as a whole, times the number of pictures; chosen with benchmarks/watermark.py."""
RIM = 8
MOST = 0.9
"""Share of the window that a mark with its surroundings may fill."""


class NoMark(UserError):
    """Nothing repeats in the pictures, or not surely enough."""


class Alike(NoMark):
    """What repeats is a scene, which pictures share."""

    def __init__(self, carrying: tuple[int, ...]) -> None:
        """Numbers of the pictures that show it."""
        super().__init__(
            "The pictures look alike, so that a mark cannot be told from what they show: expected pictures of "
            "different scenes with the same mark."
        )
        self.carrying = carrying


class Several(NoMark):
    """What repeats is the common part of several marks."""

    def __init__(self, groups: tuple[tuple[int, ...], ...]) -> None:
        """Numbers of the pictures, parted by what only some of them share."""
        super().__init__("The pictures carry more than one mark, and too few carry each: add pictures of each agency.")
        self.groups = groups


@dataclass(frozen=True)
class Single:
    """A mark, and how sure it is."""

    watermark: Watermark
    confidence: float
    """Median over the pictures of how far their correlation with the others' mark stands out; surely from 5 on."""
    carrying: tuple[int, ...]
    """Numbers of the pictures that it was learned from."""
    scaled: bool
    """Whether the mark grows with the picture's width instead of keeping its px."""
    shrink: int
    """How much smaller than the pictures it was learned."""
    is_multiplied: bool
    """Whether it lets channels through unevenly, as a mark does that is multiplied onto the picture in colour."""

    def at_its_size(self, picture: np.ndarray) -> np.ndarray:
        """A picture of the collection at the size in which the mark was learned."""
        return to_width(picture, self.watermark.reference[0]) if self.scaled else resized(picture, 1 / self.shrink)


def learn_single(
    pictures: list[np.ndarray],
    places: tuple[str, ...],
    box: tuple | None,
    least_scenes: int,
    step: Step,
    common: bool = False,
) -> Single:
    """The clearest mark that most of the pictures share; arguments as for `learn.learn`.

    Args:
        least_scenes: that the pictures must show which carry it.
        common: whether to learn what all of them share although some share more.

    Raises:
        NoMark: no mark is found, or none that is sure; `Alike` and `Several` say why.
    """
    sizes = Counter(picture.shape[1::-1] for picture in pictures)
    reference = sizes.most_common(1)[0][0]
    ways = [(look(pictures, places, box, step), False)]
    if len(sizes) > 1:
        ways.append((look([to_width(picture, reference[0]) for picture in pictures], places, box, step), True))
    reason = NoMark(
        f"No mark was found: nothing repeats in the {len(pictures)} pictures at {_where(places, box)}. Add pictures of "
        "the same agency, or mask the area of the mark and connect the mask."
    )
    for number, (found, scaled) in enumerate(_clearest(ways)):
        try:
            return _finish(found, scaled, reference, least_scenes, step, common)
        except (Alike, Several):
            raise
        except NoMark as refused:
            reason = refused if number == 0 else reason
    raise reason


def _clearest(
    ways: list[tuple[Generator[FoundTrace, None, None], bool]],
) -> Generator[tuple[FoundTrace, bool], None, None]:
    """A few traces of either way that pictures may have grown; first those of the way whose first is the clearer."""
    firsts = [(next(traces, None), traces, scaled) for traces, scaled in ways]
    begun = [(first, traces, scaled) for first, traces, scaled in firsts if first]
    for first, traces, scaled in sorted(begun, key=lambda way: -way[0].trace.weight * way[0].shrink ** 2):
        for found in islice(chain([first], traces), MOST_TRACES):
            yield found, scaled


def _finish(
    found: FoundTrace, scaled: bool, reference: tuple[int, int], least_scenes: int, step: Step, common: bool
) -> Single:
    trace, pictures, shrink = found.trace, found.pictures, found.shrink
    heights = np.array([peak.height for peak in peaks(trace, pictures)], np.float64)
    carrying = np.flatnonzero(heights >= CARRIES)
    confidence = float(np.median(heights))
    if len(carrying) < max(LEAST, MAJORITY * len(pictures)):
        raise NoMark(
            f"No mark was found that is sure: {len(carrying)} of {len(pictures)} pictures share what was looked at "
            f"({trace.window.anchor}, confidence {confidence:.1f} of {CARRIES:.0f}). Add pictures of the same agency, "
            "or mask the area of the mark and connect the mask."
        )
    chosen = [pictures[number] for number in carrying]
    trace = trace_of(chosen, trace.window, trace.shifts[carrying]) or trace
    if not _differ(chosen, trace, least_scenes):
        raise Alike(tuple(carrying.tolist()))
    windows = trace.window.cut(chosen, trace.shifts)
    step()
    estimated = estimate(windows, trace.median, trace.region, step)
    if estimated is None or not (estimated.alpha > FAINTEST).any():
        raise NoMark(
            "What repeats in the pictures is no mark that lets them through: mask the mark itself, or add pictures."
        )
    parted = None if common else groups(windows, estimated.colour)
    if parted:
        raise Several(tuple(tuple(carrying[group].tolist()) for group in parted))
    rows, columns = np.nonzero(estimated.alpha > FAINTEST / 4)
    height, width = estimated.alpha.shape
    top, bottom = max(0, rows.min() - RIM), min(height, rows.max() + 1 + RIM)
    left, right = max(0, columns.min() - RIM), min(width, columns.max() + 1 + RIM)
    x, y = (away + inner for away, inner in zip(trace.window.offset, (left, top), strict=True))
    watermark = Watermark(
        estimated.alpha[top:bottom, left:right],
        estimated.colour[top:bottom, left:right],
        trace.window.anchor,
        (float(x), float(y)),
        (round(reference[0] / shrink), round(reference[1] / shrink)),
        ALPHA_ERROR / len(carrying),
    )
    return Single(watermark, confidence, tuple(carrying.tolist()), scaled, shrink, estimated.is_multiplied)


def _differ(pictures: list[np.ndarray], trace: Trace, least: int) -> bool:
    """Whether what pictures show beside a trace tells it from what they show."""
    rows, columns = np.nonzero(trace.region)
    inner = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    hidden = [inner + np.tile(trace.window.corner(picture), 2) for picture in pictures]
    return trace.region.mean() <= MOST and scenes(pictures, hidden) >= least


def _where(places: tuple[str, ...], box: tuple | None) -> str:
    return "the masked area" if box else f"the {', '.join(places)}"
