"""What speaks for a picture in a region rather than for letters: edges along its frame, solid pieces, many colours.

An inset photograph ends in straight lines where its region ends, a row of windows or a strip of screentone falls into
pieces that fill their own frames, and a photograph has more colours than letters and the ground they stand on.
"""

import math

import numpy as np

from ..marking.upright import Upright

FEATURES = (
    "edge_least", "edge_second", "edge_mean", "edge_most", "solid", "heights_uneven", "two_colours", "three_colours",
    "log_unlike", "ground_share", "rows_uneven",
)  # fmt: skip
STEP = 12
"""Of 255, over two px: less is no edge."""
OUTWARD, INWARD = 0.2, 0.35
"""Of the text height: how far from a side of the region the edge of a picture is looked for."""
SPECK = 0.004
"""Of the square of the text height: smaller pieces say nothing."""
SAMPLES = 500
"""px that are enough to count colours."""
LEVELS = 16
"""Steps of each channel, where colours are compared with those around."""
RARE = 0.004
"""Of what lies around: a colour that is less frequent there is not the ground's."""


def features(seen: Upright, ink: np.ndarray) -> dict[str, float]:
    """The values of `FEATURES`.

    Args:
        ink: `[h,w]` bool, what colours part from the ground inside the region.
    """
    own = seen.pixels[seen.rows, seen.columns]
    return {**_edges(seen), **_pieces(ink), **_colours(own), "ground_share": _ground_share(seen)}


def _edges(seen: Upright) -> dict[str, float]:
    """Of each side, the share of its length along which the picture becomes lighter, or darker, at one and the same
    distance from it."""
    import cv2

    grey = cv2.cvtColor(seen.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    letter = min(seen.rows.stop - seen.rows.start, seen.columns.stop - seen.columns.start)
    shares: list[float] = []
    for plane, across, along in ((grey, seen.rows, seen.columns), (grey.T, seen.columns, seen.rows)):
        # Row i is about the plane's row i + 1.
        steps = (plane[2:] - plane[:-2])[:, along]
        outward, inward = min(across.start - 2, int(OUTWARD * letter)), int(INWARD * letter)
        for first, last in (
            (across.start - outward, across.start + inward),
            (across.stop - inward, across.stop + outward),
        ):
            part = steps[max(0, first - 1) : last]
            both = ((part > STEP).mean(axis=1).max(), (part < -STEP).mean(axis=1).max()) if len(part) else (0.0, 0.0)
            shares.append(float(max(both)))
    shares.sort()
    return {
        "edge_least": shares[0],
        "edge_second": shares[1],
        "edge_mean": float(np.mean(shares)),
        "edge_most": shares[3],
    }


def _pieces(ink: np.ndarray) -> dict[str, float]:
    """How far its pieces fill their own frames, how their heights differ, and how its rows differ in ink."""
    import cv2

    height, width = ink.shape
    letter, is_down = min(height, width), height > width
    pieces = cv2.connectedComponentsWithStats(ink.astype(np.uint8))[2][1:]
    pieces = pieces[pieces[:, cv2.CC_STAT_AREA] >= SPECK * letter**2].astype(np.float64)
    rows_uneven = float(ink.mean(axis=0 if is_down else 1).std())
    if not len(pieces):
        return {"solid": 1.0, "heights_uneven": 0.0, "rows_uneven": rows_uneven}
    wide, tall, area = pieces[:, cv2.CC_STAT_WIDTH], pieces[:, cv2.CC_STAT_HEIGHT], pieces[:, cv2.CC_STAT_AREA]
    share, heights = area / area.sum(), (wide if is_down else tall) / letter
    return {
        "solid": float((share * area / (wide * tall)).sum()),
        "heights_uneven": math.sqrt(float((share * (heights - (share * heights).sum()) ** 2).sum())),
        "rows_uneven": rows_uneven,
    }


def _colours(own: np.ndarray) -> dict[str, float]:
    """How much of the variance of Lab colours is left within two and within three of them, as a share; and within
    three, in Lab units."""
    import cv2

    lab = cv2.cvtColor(own.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    lab = np.ascontiguousarray(lab[:: max(1, len(lab) // SAMPLES)])
    variance = max(float(lab.var(axis=0).sum()), 1e-3)
    left = []
    for count in (2, 3):
        cv2.setRNGSeed(1)
        ends = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 8, 0.5)
        rest = cv2.kmeans(lab, count, None, ends, 1, cv2.KMEANS_PP_CENTERS)[0] if len(lab) > count else 0.0  # pyright: ignore
        left.append(min(1.0, rest / len(lab) / variance))
    return {"two_colours": left[0], "three_colours": left[1], "log_unlike": math.log1p(left[1] * variance)}


def _ground_share(seen: Upright) -> float:
    """The share of a region's px in colours that lie around it too."""
    from scipy.ndimage import gaussian_filter

    def colour(pixels: np.ndarray) -> np.ndarray:
        return (pixels // (256 // LEVELS)).astype(np.intp) @ np.array([LEVELS**2, LEVELS, 1])

    around = seen.known & ~seen.inside
    counts = np.bincount(colour(seen.pixels[around]), minlength=LEVELS**3).astype(np.float32)
    counts = gaussian_filter(counts.reshape(LEVELS, LEVELS, LEVELS), 0.7).ravel()
    return float((counts[colour(seen.pixels[seen.rows, seen.columns])] > RARE * around.sum()).mean())
