"""Opacity and colour of a mark, from aligned windows of many pictures.

With J = (1 - a) I + a W, log|J - W| = log(1 - a) + log|I - W|: whatever the pictures, the gradient of log(1 - a) is
in every one of them, and the weighted median finds it. How strong the whole mark is, and its colour, follow from how
much less the pictures vary under it than beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..alignment import gradients
from .field import integrate, weighted_median

OUT_OF_RANGE, NEARLY = 8.0, 25.0
CLOSE, FAR = 12.0, 120.0
"""Levels between picture and mark: below the first a sample says nothing, above the second nothing more."""
WINDOW, STEP = 17, 4
LEAST_ON, LEAST_OFF, LEAST_WINDOWS = 20, 40, 30
OPAQUE = 0.98
SAME_COLOUR = 60.0
UNEVEN = 1.2
"""Gain of one channel as a multiple of another's: 1 for a mark laid over the picture, more for one multiplied."""
ROUNDS, REWEIGHTINGS = 2, 40
SOLID, SPECK, EDGE = 0.4, 6, 4


@dataclass(frozen=True)
class Estimate:
    """What lies over the pictures."""

    alpha: np.ndarray
    """`[h,w]` in 0..1."""
    colour: np.ndarray
    """`[h,w,3]` in 0..255."""
    is_multiplied: bool
    """Whether channels are let through unevenly: then no one opacity fits, and a tint stays."""


def estimate(
    windows: np.ndarray, median: np.ndarray, region: np.ndarray, step: Callable[[], None] = lambda: None
) -> Estimate | None:
    """Opacity and colour of a mark that aligned windows share.

    Args:
        windows: `[N,h,w,3]` uint8, aligned.
        median: `[2,h,w,3]`, their median gradient.
        region: `[h,w]` bool: the mark with its surroundings.
        step: called between parts of the work.

    Returns:
        None where mark and surroundings cannot be compared.
    """
    windows = windows.astype(np.float32)
    shape = _first_shape(median, region)
    parts = _parts(windows, shape)
    if not parts:
        return None
    alpha = shape
    for _ in range(ROUNDS):
        colour = _spread([fit.colour for _, fit in parts], [mask for mask, _ in parts])
        alpha = _alpha(windows, colour, region)
        step()
        fits = [(mask, _fit(windows, np.where(mask, alpha, 0), alpha)) for mask, _ in parts]
        parts = [(mask, fit or before) for (mask, fit), (_, before) in zip(fits, parts, strict=True)]
        gain = _spread([np.array([fit.gain], np.float64) for _, fit in parts], [mask for mask, _ in parts])[..., 0]
        alpha = _solid((alpha * gain).clip(0, OPAQUE))
    colour = _spread([fit.colour for _, fit in parts], [mask for mask, _ in parts])
    return Estimate(alpha.astype(np.float32), colour.astype(np.float32), parts[0][1].unevenness > UNEVEN)


@dataclass(frozen=True)
class _Fit:
    gain: float
    colour: np.ndarray
    unevenness: float
    """The largest gain of a channel by itself, as a multiple of the least."""


def _first_shape(median: np.ndarray, region: np.ndarray) -> np.ndarray:
    """`[h,w]`: about proportional to alpha, 1 in the mark's full parts: the channel with most contrast, integrated."""
    import cv2

    channels = [np.abs(integrate(median[..., channel], np.ones(median.shape[:-1]), region)) for channel in range(3)]
    shape = np.max(channels, axis=0)
    marked = cv2.morphologyEx(
        (shape > 0.3 * np.percentile(shape[region], 97)).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5))
    )
    count, labels = cv2.connectedComponents(marked)
    for label in range(1, count):
        part = labels == label
        shape[part] /= np.percentile(shape[part], 90)
    return np.where(labels > 0, shape, 0).clip(0, 1.2)


def _parts(windows: np.ndarray, shape: np.ndarray) -> "list[tuple[np.ndarray, _Fit]]":
    """The mark's parts by colour: letters and emblem may differ."""
    import cv2

    count, labels = cv2.connectedComponents((shape > 0).astype(np.uint8))
    sizes = np.bincount(labels.ravel(), minlength=count)
    groups: list[tuple[np.ndarray, _Fit]] = []
    rest = np.zeros(shape.shape, bool)
    for label in sorted(range(1, count), key=lambda label: -sizes[label]):
        part = labels == label
        fit = _fit(windows, np.where(part, shape, 0), shape)
        if fit is None:
            rest |= part
            continue
        for number, (mask, known) in enumerate(groups):
            if np.abs(known.colour - fit.colour).max() < SAME_COLOUR:
                joined = mask | part
                groups[number] = (joined, _fit(windows, np.where(joined, shape, 0), shape) or known)
                break
        else:
            groups.append((part, fit))
    if not groups:
        whole = _fit(windows, shape, shape)
        return [(shape > 0, whole)] if whole else []
    groups[0] = (groups[0][0] | rest, groups[0][1])
    return groups


def _fit(windows: np.ndarray, part: np.ndarray, every: np.ndarray) -> _Fit | None:
    """Gain and colour that make `part` (`[h,w]`, about alpha) an opacity.

    In small windows the mean over the mark is compared with that beside it: their difference is
    gain * alpha * (colour - beside), a line in `beside` whose slope is the gain. Windows with busy surroundings count
    less, outliers (Cauchy) hardly.
    """
    import cv2

    full = np.percentile(part[part > 0.02], 90) if (part > 0.02).any() else 0
    on = part > 0.6 * full
    if not on.any():
        return None
    off = cv2.dilate((every > 0.03 * full).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0

    def sums(field: np.ndarray) -> np.ndarray:
        summed = cv2.boxFilter(field.astype(np.float32), -1, (WINDOW, WINDOW), normalize=False)
        return summed[WINDOW // 2 :: STEP, WINDOW // 2 :: STEP]

    count_on, count_off = sums(on), sums(off)
    used = (count_on >= LEAST_ON) & (count_off >= LEAST_OFF)
    if used.sum() * len(windows) < LEAST_WINDOWS:
        return None
    alpha = sums(part * on)[used] / count_on[used]
    over, beside, busy = [], [], []
    for window in windows:
        over.append(sums(window * on[..., None])[used] / count_on[used][:, None])
        beside.append(sums(window * off[..., None])[used] / count_off[used][:, None])
        busy.append(sums(window**2 * off[..., None])[used] / count_off[used][:, None] - beside[-1] ** 2)
    x = np.concatenate(beside).astype(np.float64)
    y = np.concatenate([(a - b) / alpha[:, None] for a, b in zip(over, beside, strict=True)]).astype(np.float64)
    trust = 1 / (np.concatenate(busy).astype(np.float64).clip(0) + 4)
    return _line(x, y, trust)


def _line(x: np.ndarray, y: np.ndarray, trust: np.ndarray) -> _Fit:
    """y = gain * (colour - x): one gain, a colour per channel, which is kept within 0..255."""
    weight = trust
    gain, gains, colour = 1.0, np.ones(3), np.full(3, 128.0)
    for _ in range(REWEIGHTINGS):
        total = weight.sum(0)
        x_mean, y_mean = (weight * x).sum(0) / total, (weight * y).sum(0) / total
        dx = x - x_mean
        falls, spread = -(weight * dx * (y - y_mean)).sum(0), (weight * dx * dx).sum(0)
        gain, gains = float(max(falls.sum() / (spread.sum() + 1e-9), 1e-3)), (falls / (spread + 1e-9)).clip(1e-3)
        free = y_mean / gain + x_mean
        colour = free.clip(0, 255)
        if (colour != free).any():
            away = colour - x
            gain = float(max((weight * away * y).sum() / (weight * away * away).sum(), 1e-3))
        error = (y - gain * (colour - x)) * np.sqrt(trust)
        weight = trust / (1 + (error / (1.48 * np.median(np.abs(error)) + 1e-3)) ** 2)
    return _Fit(gain, colour, float(gains.max() / gains.min()))


def _alpha(windows: np.ndarray, colour: np.ndarray, region: np.ndarray) -> np.ndarray:
    """`[h,w]` in 0..1 from the gradients of log|J - W|."""
    # Levels reach 0 and 255 but not beyond: a colour there is pushed out, so that no picture ever equals it.
    colour = np.where(colour > 255 - NEARLY, 255 + OUT_OF_RANGE, np.where(colour < NEARLY, -OUT_OF_RANGE, colour))
    distance = np.abs(windows - colour.astype(np.float32))
    slopes = gradients(np.log(np.maximum(distance, 1.0)))
    weight = np.where(distance <= CLOSE, 1e-3, np.minimum(distance, FAR))
    medians, trusts = [], []
    for axis in range(2):
        both = np.minimum(weight, np.roll(weight, -1, 2 - axis))
        samples, weights = (np.moveaxis(field, -1, 1).reshape(-1, *region.shape) for field in (slopes[axis], both))
        median = weighted_median(samples, weights)
        spread = weighted_median(np.abs(samples - median), weights)
        medians.append(median)
        trusts.append(1 / (spread**2 + 1e-4))
    return 1 - np.exp(integrate(np.stack(medians), np.stack(trusts), region).clip(None, 0))


def _solid(alpha: np.ndarray) -> np.ndarray:
    """Without the faint clouds that few pictures leave beside the mark."""
    import cv2

    full = np.percentile(alpha[alpha > 0.02], 90) if (alpha > 0.02).any() else 0
    solid = np.asarray(cv2.connectedComponents((alpha > SOLID * full).astype(np.uint8))[1], np.intp)
    large = np.bincount(solid.ravel()) >= SPECK
    core = (solid > 0) & large[solid]
    return np.where(cv2.dilate(core.astype(np.uint8), np.ones((2 * EDGE + 1,) * 2, np.uint8)) > 0, alpha, 0)


def _spread(values: "list[np.ndarray]", masks: "list[np.ndarray]") -> np.ndarray:
    """`[h,w,C]`: every pixel takes the value of the part that lies closest."""
    import cv2

    distances = [cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for mask in masks]
    return np.stack(values)[np.argmin(distances, axis=0)]
