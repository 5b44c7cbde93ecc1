"""What tells one lettering from another, whatever it says: measured on letters in pictures and on a font's own."""

from dataclasses import dataclass

import numpy as np

from .distance import distances

HEIGHT = 72
"""px of the letters that are measured."""
LONG = 2.2
"""A run of ink so many times longer in one direction than in the other lies in a stroke of that direction."""
NOISE = {"stem": 0.10, "contrast": 0.16, "uneven": 0.06, "straight": 0.07, "corners": 0.035, "slim": 0.16}
"""By how much each figure of one font wavers from text to text."""


@dataclass(frozen=True)
class Strokes:
    """Figures of some letters."""

    stem: float
    """log of the strokes' width, of the letters' height."""
    contrast: float
    """log of upright strokes' width against lying ones': 0.6 for a Myeongjo, 0 for a Gothic."""
    uneven: float
    """How much the width of strokes differs, against its mean."""
    straight: float
    """The share of edges that stand or lie."""
    corners: float
    """The share of ink that no disc of nearly the strokes' width reaches: square ends, serifs, hairlines."""
    slim: float
    """log of how wide pieces of letters are, against the letters' height."""

    def distance(self, other: "Strokes") -> float:
        """How far two letterings are apart."""
        return float(sum(((getattr(self, name) - getattr(other, name)) / noise) ** 2 for name, noise in NOISE.items()))


def strokes(cover: np.ndarray) -> Strokes | None:
    """Figures of upright letters `[h,w]` float32 whose height is `HEIGHT`; None where there is too little ink."""
    import cv2

    ink = (cover > 0.5).astype(np.uint8)
    if ink.sum() < 60:
        return None
    depth = distances(np.pad(ink, 1))[1:-1, 1:-1]
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-6) & (depth >= 1)
    widths = 2 * depth[ridge] - 1
    stem = float(np.median(widths)) if len(widths) else 1.0
    across, down = _runs(ink), _runs(ink.T).T
    inked = ink > 0
    standing, lying = inked & (down > LONG * across), inked & (across > LONG * down)
    upright = float(np.median(across[standing])) if standing.any() else stem
    flat = float(np.median(down[lying])) if lying.any() else stem
    sx, sy = cv2.Sobel(cover, cv2.CV_32F, 1, 0), cv2.Sobel(cover, cv2.CV_32F, 0, 1)
    edge = np.hypot(sx, sy)
    turn = np.degrees(np.arctan2(np.abs(sy), np.abs(sx)))
    straight = float(edge[(turn < 8) | (turn > 82)].sum() / max(edge.sum(), 1e-6))
    radius = max(1.0, 0.42 * stem)
    reached = distances(depth <= radius) <= radius + 0.5
    corners = float(1 - (reached & inked).sum() / ink.sum())
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    boxes = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] > 0.45 * HEIGHT]
    wide = float(np.median(boxes[:, cv2.CC_STAT_WIDTH])) if len(boxes) else HEIGHT / 2
    return Strokes(
        float(np.log(stem / HEIGHT)),
        float(np.log(upright / flat)),
        float(np.std(widths) / max(widths.mean(), 1e-6)),
        straight,
        corners,
        float(np.log(wide / HEIGHT)),
    )


def _runs(ink: np.ndarray) -> np.ndarray:
    """For every px of ink the length of the run of ink in its row."""
    padded = np.pad(ink, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    starts, ends = np.argwhere(change == 1), np.argwhere(change == -1)
    runs = np.zeros(ink.shape, np.float32)
    for (row, start), (_, end) in zip(starts, ends, strict=True):
        runs[row, start:end] = end - start
    return runs
