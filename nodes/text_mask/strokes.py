"""The letters themselves, without the background between them: half of the area, so that an eraser guesses less.

Inside a region, letters are what differs from the background; the background is a plane in Lab colour, fitted to a ring
around the region, so that a gradient under the text does not count as letter.
"""

import numpy as np

RING = 4
RIM = 2
"""px always added: the soft edge of a letter belongs to it."""
SEPARATION = 0.7
"""Pure noise reaches 0.64 (normal) to 0.75 (uniform); letters on a plain ground 0.9."""
INK_SHARE = (0.03, 0.75)


def strokes(picture: np.ndarray, inside: np.ndarray) -> np.ndarray | None:
    """The letters of one region.

    Args:
        picture: `[h,w,3]` uint8 RGB, the region with at least `RING` px around it where the picture has them.
        inside: `[h,w]` bool, the region itself.

    Returns:
        `[h,w]` bool inside the region; None where letters and background do not part clearly (Otsu's between-class
        share of the variance, or an implausible share of ink), so that the caller masks the whole region.
    """
    import cv2

    around = cv2.dilate(inside.astype(np.uint8), _disc(RING)).astype(bool) & ~inside
    if around.sum() < 16:
        return None
    lab = cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2Lab)
    distance = np.linalg.norm(lab - _background(lab, around), axis=2)
    values = distance[inside]
    threshold, separation = _otsu(values)
    ink = inside & (distance > threshold)
    share = ink.sum() / inside.sum()
    if separation < SEPARATION or not INK_SHARE[0] <= share <= INK_SHARE[1]:
        return None
    return ink


def _background(lab: np.ndarray, around: np.ndarray) -> np.ndarray:
    """`[h,w,3]`: a plane per channel through the ring's pixels; a second fit leaves out what the first one missed."""
    rows, columns = np.indices(around.shape)
    plane = np.stack([np.ones(around.shape), rows, columns], axis=-1).astype(np.float32)
    points, colours = plane[around], lab[around]
    fit = np.linalg.lstsq(points, colours, rcond=None)[0]
    error = np.linalg.norm(points @ fit - colours, axis=1)
    close = error <= np.median(error) * 2 + 1e-3
    return plane @ np.linalg.lstsq(points[close], colours[close], rcond=None)[0]


def _otsu(values: np.ndarray) -> tuple[float, float]:
    """Otsu's threshold (1979), and the share of the variance that lies between the two classes, 0..1."""
    counts, edges = np.histogram(values, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    weight = np.cumsum(counts)[:-1] / counts.sum()
    mean = np.cumsum(counts * centres)[:-1] / counts.sum()
    total = (counts * centres).sum() / counts.sum()
    between = (total * weight - mean) ** 2 / np.maximum(weight * (1 - weight), 1e-9)
    best = int(between.argmax())
    return float(edges[best + 1]), float(between[best] / max(values.var(), 1e-9))


def _disc(radius: int) -> np.ndarray:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def grown(ink: np.ndarray, radius: int) -> np.ndarray:
    """`[h,w]` uint8: the letters with `radius` px more all round, and the rim."""
    import cv2

    return cv2.dilate(ink.astype(np.uint8), _disc(radius + RIM))
