"""Learn the mark that a collection of pictures shares.

Looked for along the border and in the centre, where every picture has it; pictures that do not carry the mark
are found out and left aside.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ...ground import UserError
from ..alignment import CARRIES
from ..mark import Watermark
from .estimate import estimate
from .trace import FoundTrace, Step, look, peaks, trace_of
from .windows import to_width

LEAST, LEAST_UNGUIDED, ADVISED, MOST_COMPARED = 3, 10, 20, 40
"""Pictures. More than the last teach nothing new, so that many are taken evenly from all."""
MOST_STEPS = 48
MAJORITY = 0.6
FAINTEST = 0.04
ALPHA_ERROR = 0.1
"""How far alpha may be off as a whole, times the number of pictures; chosen with benchmarks/watermark.py."""
RIM = 8
MOST = 0.9
"""Share of the window that a mark with its surroundings may fill."""
LEAST_VARIETY = 6.0
"""Levels by which the pictures differ beside the mark (standard deviation)."""


class NoMark(UserError):
    """Nothing repeats in the pictures, or not surely enough."""


@dataclass(frozen=True)
class Learned:
    """A mark, and how sure it is."""

    watermark: Watermark
    confidence: float
    """Median over the pictures of how far their correlation with the others' mark stands out; surely from 5 on."""
    carrying: tuple[int, ...]
    """Numbers of the pictures that carry the mark."""
    looked_at: int
    """How many pictures were compared."""
    scaled: bool
    """Whether the mark grows with the picture's width instead of keeping its px."""

    @property
    def report(self) -> str:
        """For people: what was found, where, and how sure that is."""
        alpha = self.watermark.alpha
        height, width = alpha.shape
        lines = [
            f"A mark of {width} x {height} px was learned at the {self.watermark.anchor} of {len(self.carrying)} of "
            f"{self.looked_at} pictures, confidence {self.confidence:.1f} (sure from {CARRIES:.0f}), opacity "
            f"{np.median(alpha[alpha > 0.5 * alpha.max()]):.2f}."
        ]
        if self.scaled:
            lines.append("It grows with the picture's width.")
        if len(self.carrying) < ADVISED:
            lines.append(f"From fewer than {ADVISED} pictures: more would make it cleaner.")
        return " ".join(lines)


def learn(
    pictures: list[np.ndarray],
    places: tuple[str, ...],
    box: tuple[float, float, float, float] | None = None,
    step: Step = lambda: None,
) -> Learned:
    """The mark that pictures share.

    Args:
        pictures: `[H,W,3]` uint8 each, sizes may differ.
        places: the `ANCHORS` to look at.
        box: (left, top, right, bottom) as shares of the picture, to look there instead.
        step: called between parts of the work, at most `MOST_STEPS` times.

    Raises:
        UserError: too few pictures.
        NoMark: no mark is found, or none that is sure.
    """
    least = LEAST if box else LEAST_UNGUIDED
    if len(pictures) < least:
        hint = "" if box else ", or mask the area of the mark and connect the mask: then 3 are enough"
        raise UserError(
            f"Expected at least {least} pictures to learn a mark from, got {len(pictures)}: add more{hint}."
        )
    taken = np.linspace(0, len(pictures) - 1, min(len(pictures), MOST_COMPARED)).round().astype(int)
    pictures = [pictures[number] for number in taken]
    sizes = Counter(picture.shape[1::-1] for picture in pictures)
    reference = sizes.most_common(1)[0][0]
    attempts = [(pictures, False)]
    if len(sizes) > 1:
        attempts.append(([to_width(picture, reference[0]) for picture in pictures], True))
    ways = [(look(same, places, box, step), scaled) for same, scaled in attempts]
    found, scaled = max(ways, key=lambda way: way[0].trace.weight * way[0].shrink ** 2 if way[0] else 0)
    if found is None:
        raise NoMark(
            f"No mark was found: nothing repeats in the {len(pictures)} pictures at {_where(places, box)}. Add "
            "pictures of the same agency, or mask the area of the mark and connect the mask."
        )
    return _finish(found, scaled, reference, taken, step)


def _finish(found: FoundTrace, scaled: bool, reference: tuple[int, int], taken: np.ndarray, step: Step) -> Learned:
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
    windows = trace.window.cut(chosen, trace.shifts)
    _check_differ(windows, trace.region)
    step()
    estimated = estimate(windows, trace.median, trace.region, step)
    if estimated is None or not (estimated.alpha > FAINTEST).any():
        raise NoMark(
            "What repeats in the pictures is no mark that lets them through: mask the mark itself, or add pictures."
        )
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
    return Learned(watermark, confidence, tuple(taken[carrying].tolist()), len(taken), scaled)


def _check_differ(windows: np.ndarray, region: np.ndarray) -> None:
    """Frames of one film share everything: what repeats in them is no mark, and un-blending it would take it away."""
    beside = windows[:, ~region].astype(np.float32)
    if region.mean() > MOST or not beside.size or np.median(beside.std(axis=0)) < LEAST_VARIETY:
        raise NoMark(
            "The pictures look alike, so that a mark cannot be told from what they show: expected pictures of "
            "different scenes with the same mark."
        )


def _where(places: tuple[str, ...], box: tuple | None) -> str:
    return "the masked area" if box else f"the {', '.join(places)}"
