"""The trace of a mark in a collection: where it is, before what it is."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from .. import alignment
from ..alignment import gradients
from .pairs import joint_shifts
from .persistence import persistent, region_of
from .windows import Window, anchored, boxed, resized

LOOKED_AT = 640
"""px, the longer side of the pictures in which the mark is looked for."""
ALIGNED, ROUNDS = 0.25, 3
SURROUNDINGS = 24
LARGEST = 100_000
"""px: a larger mark is learned at half size, or a quarter."""
CLEAREST = 30

Step = Callable[[], None]


@dataclass(frozen=True)
class Trace:
    """Something that repeats in a window."""

    window: Window
    shifts: np.ndarray
    """`[N,2]` (x, y) px, as `Window.cut` takes them."""
    median: np.ndarray
    """`[2,h,w,3]`: the gradient that repeats."""
    certainty: np.ndarray
    """`[h,w]`, as `persistence.persistent` gives it."""
    region: np.ndarray
    """`[h,w]` bool: the mark with its surroundings."""

    @property
    def weight(self) -> float:
        """To compare traces by: how much repeats, and how surely."""
        return float(self.certainty[self.region].clip(0, CLEAREST).sum())


@dataclass(frozen=True)
class FoundTrace:
    """A trace, and the pictures at the size in which it was made clear."""

    trace: Trace
    pictures: list[np.ndarray]
    shrink: int
    """How much smaller they are than they came: a large mark needs no more."""


def look(
    pictures: list[np.ndarray], places: tuple[str, ...], box: tuple | None, step: Step
) -> Generator[FoundTrace, None, None]:
    """The traces in the places, or in the box, the clearest first; arguments as for `learn.learn`."""
    factor, small, windows = small_windows(pictures, places, box)
    still = np.zeros((len(pictures), 2))
    traces = []
    for window in windows:
        traces.append(trace_of(small, window, still))
        step()
    if not any(traces):
        traces = []
        for window in windows:
            traces.append(trace_of(small, window, joint_shifts(window.cut(small, still))))
            step()
    for trace in sorted(filter(None, traces), key=attrgetter("weight"), reverse=True):
        best = _aligned(trace, small, step)
        found = best and _at_full_size(best, pictures, factor, box is not None, step)
        if found:
            yield found


def small_windows(
    pictures: list[np.ndarray], places: tuple[str, ...], box: tuple | None
) -> tuple[float, list[np.ndarray], list[Window]]:
    """How much smaller pictures are looked at, the small pictures, and the windows of them that are looked at."""
    factor = min(1.0, LOOKED_AT / max(max(picture.shape[:2]) for picture in pictures))
    small = [resized(picture, factor) for picture in pictures]
    windows = [boxed(small, box)] if box else [anchored(small, place) for place in places]
    return factor, small, [window for window in windows if window.usable]


def _at_full_size(
    best: Trace, pictures: list[np.ndarray], factor: float, boxed_in: bool, step: Step
) -> FoundTrace | None:
    """A trace at the pictures' own size, or half of it, in a window no larger than the mark needs."""
    shrink = 1
    window = _closer(best, factor * shrink, boxed_in)
    while window.size[0] * window.size[1] > LARGEST:
        shrink *= 2
        window = _closer(best, factor * shrink, boxed_in)
    pictures = [resized(picture, 1 / shrink) for picture in pictures]
    shifts = best.shifts if factor * shrink == 1 else np.round(best.shifts / (factor * shrink))
    trace = _aligned(trace_of(pictures, window, shifts), pictures, step)
    return FoundTrace(trace, pictures, shrink) if trace else None


def _closer(trace: Trace, factor: float, boxed_in: bool) -> Window:
    """The window around a trace and its surroundings in pictures 1 / `factor` times as large."""
    rows, columns = np.nonzero(trace.region)
    low = np.array([columns.min(), rows.min()], np.float64) / factor - SURROUNDINGS
    high = np.array([columns.max() + 1, rows.max() + 1], np.float64) / factor + SURROUNDINGS
    if boxed_in:
        low, high = low.clip(0), np.minimum(high, np.array(trace.window.size) / factor)
    x, y = (np.array(trace.window.offset) / factor + low).round().astype(int).tolist()
    width, height = np.ceil(high - low).astype(int).tolist()
    return Window(trace.window.anchor, (x, y), (width, height))


def _aligned(trace: Trace | None, pictures: list[np.ndarray], step: Step) -> Trace | None:
    """The trace with every picture moved to where the others have it; the trace grows clearer with each round."""
    for _ in range(ROUNDS):
        if trace is None:
            return None
        moved = np.array([(peak.x, peak.y) for peak in peaks(trace, pictures)], np.float64)
        moved -= np.median(moved, axis=0).round()
        if np.abs(moved).max() < ALIGNED:
            break
        shifts = trace.shifts + moved
        # Most pictures lie whole pixels apart: those must not all be interpolated because the first did.
        common = np.angle(np.exp(2j * np.pi * shifts).mean(0)) / (2 * np.pi)
        trace = trace_of(pictures, trace.window, shifts - common)
        step()
    return trace


def trace_of(pictures: list[np.ndarray], window: Window, shifts: np.ndarray) -> Trace | None:
    """What repeats in one window of the pictures; None where nothing does."""
    median, certainty = persistent(gradients(window.cut(pictures, shifts)))
    region = region_of(certainty)
    return Trace(window, shifts, median, certainty, region) if region.any() else None


def peaks(trace: Trace, pictures: list[np.ndarray]) -> list[alignment.Peak]:
    """Where each picture has what the others share."""
    reach = alignment.reach_for(trace.region.any(1).sum())
    fields = alignment.directions(gradients(trace.window.cut(pictures, trace.shifts)))
    return _against_others(fields * trace.region, fields, reach)


def _against_others(shared: np.ndarray, fields: np.ndarray, reach: int) -> list[alignment.Peak]:
    size = tuple(side + 2 * reach for side in fields.shape[-2:])
    spectra = alignment.spectrum(fields, size)
    templates = alignment.spectrum(shared, size)
    total = templates.sum(0)
    return [
        alignment.peak(own, (total - template) / (len(fields) - 1), (reach, reach))
        for own, template in zip(spectra, templates, strict=True)
    ]
