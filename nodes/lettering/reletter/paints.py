"""With what letters are painted: their colour or gradient, and the line around them.

An outline is the colour that stands between the letters' own and the ground on every side.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .distance import distances
from .fill import ALIKE, APART, Fill, fills
from .sight import Sight

RING = 0.12
"""Of the text height, and 3 px: what may be outline or shadow around the ink that was found."""
SOFT = 0.3
"""The same: how far the ground is averaged under the letters."""
TRUE = 0.4
"""Of the share of px that have the letters' very colour: a piece that has fewer is something else."""
WIDEST = 0.22
"""The same: an outline that is wider is none."""
BEYOND = 0.25
"""Of the ground farther out: where so much of it has an outline's colour, that is the ground's."""
RINGS = ((0.9, 2.1), (2.1, 3.3))
"""px around the letters where an outline's colour is looked for; the second where there is nothing of it right beside
them: between opposite hues stands grey, the farther the more JPEG blurs colours."""
OUTER = 2.2
"""px: of a wider outline the outer half tells it from a shadow."""
MIXED = 0.1
"""Of RGB in 0..1: so far a px may be off what letters and outline mix to."""
SIDES = 8
LEAST_SIDE, LEAST_RING, EVEN = 0.35, 0.5, 0.45
"""Of the px around the letters, on each side and in all: an outline holds so many; and of the side that has most of
it, on each other one: a shadow stands on one side."""


@dataclass(frozen=True)
class Paints:
    """What the letters of a piece are painted with."""

    cover: np.ndarray
    """`[h,w]` float32 in 0..1: the letters, without outline."""
    ground: np.ndarray
    """`[h,w,3]` Lab: what lies under them, roughly."""
    plane: np.ndarray
    """`[3,3]`: RGB in 0..1 of the letters = (1, x, y) @ plane; x and y in px of the piece."""
    is_gradient: bool
    outline: float
    """px of the piece; 0 = none."""
    outline_lab: np.ndarray
    """`[3]`."""


def paints(seen: Sight) -> Iterator[Paints]:
    """What letters may be painted with, the likeliest first; nothing where none part from the ground."""
    near, ground = _ground(seen)
    for one in fills(seen, near, ground):
        yield _paints(seen, one, near, ground)


def _paints(seen: Sight, found: Fill, near: np.ndarray, ground: np.ndarray) -> Paints:
    plane, is_gradient = found.plane, found.is_gradient
    own = np.linalg.norm(seen.lab - painted(plane, seen.ink.shape), axis=2)
    cover = _cover(own, np.linalg.norm(seen.lab - ground, axis=2), seen, near)
    lab = _outline(seen, cover, own, ground, near)
    if lab is not None:
        other = np.minimum(np.linalg.norm(seen.lab - lab, axis=2), np.linalg.norm(seen.lab - ground, axis=2))
        inner = _cover(own, other, seen, near, _mixed(seen, plane, lab))
        if (inner > 0.5).any():
            width = _width(seen, inner, lab, ground)
            if _is_as_wide_everywhere(seen, inner, lab, ground, width):
                return Paints(inner, ground, _in_rgb(found, inner), is_gradient, width, lab)
    return Paints(cover, ground, _in_rgb(found, cover), is_gradient, 0.0, np.zeros(3))


def _ground(seen: Sight) -> tuple[np.ndarray, np.ndarray]:
    """Where letters can be, `[h,w]` bool, and the ground's Lab averaged from beside it."""
    import cv2

    reach = RING * seen.height + 3 * max(seen.zoom, 1)
    distance = distances(~seen.ink)
    near = (distance <= reach) & seen.area
    beside = (distance > reach).astype(np.float32)
    if beside.sum() < 16:
        beside = (~seen.ink).astype(np.float32) + 1e-3
    soft = SOFT * seen.height
    weight = cv2.GaussianBlur(beside, (0, 0), soft)
    ground = cv2.GaussianBlur(seen.lab * beside[..., None], (0, 0), soft) / np.maximum(weight, 1e-12)[..., None]
    mean = (seen.lab * beside[..., None]).sum(axis=(0, 1)) / beside.sum()
    share = np.clip(weight / 1e-4, 0, 1)[..., None]
    return near, (ground * share + mean * (1 - share)).astype(np.float32)


def painted(plane: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """`[h,w,3]`: the colour of every px of a plane."""
    rows, columns = np.indices(size)
    return plane[0] + columns[..., None] * plane[1] + rows[..., None] * plane[2]


def _in_rgb(found: Fill, cover: np.ndarray) -> np.ndarray:
    """A fill's plane in RGB, as it is painted again."""
    rows, columns = np.nonzero(cover > 0.5)
    if not found.is_gradient or not len(rows):
        return np.vstack([rgb_of(found.plane[0]), np.zeros((2, 3))])
    points = np.stack([np.ones(len(rows)), columns, rows], axis=1)
    return np.linalg.lstsq(points, rgb_of(points @ found.plane), rcond=None)[0]


def _mixed(seen: Sight, plane: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """`[h,w]`: how much of every px is letter where it is a mixture of letter and outline, NaN elsewhere."""
    shown, letters = rgb_of(seen.lab), rgb_of(painted(plane, seen.ink.shape))
    way = rgb_of(outline) - letters
    share = (((shown - letters) * way).sum(axis=2) / np.maximum((way**2).sum(axis=2), 1e-6)).clip(0, 1)
    off = np.linalg.norm(shown - letters - share[..., None] * way, axis=2)
    return np.where(off < MIXED, 1 - share, np.nan)


def rgb_of(lab: np.ndarray) -> np.ndarray:
    """Lab `[...,3]` as RGB in 0..1: what lies between two colours is on the straight way from one to the other
    there, as pictures mix; in Lab that leads around."""
    import cv2

    rgb = cv2.cvtColor(lab.reshape(-1, 1, 3).astype(np.float32), cv2.COLOR_Lab2RGB)
    return rgb.reshape(lab.shape)


def _cover(
    own: np.ndarray, other: np.ndarray, seen: Sight, near: np.ndarray, mixed: np.ndarray | None = None
) -> np.ndarray:
    """How much of every px is letter, between two colours from which it is so far, or as `mixed` says."""
    import cv2

    cover = np.where(near, other / np.maximum(own + other, 1e-6), 0.0).astype(np.float32)
    cover = np.where(np.minimum(own, other) > 4 * ALIKE, 0.0, cover).astype(np.float32)
    if mixed is not None:
        cover = np.where(near & ~np.isnan(mixed), mixed, cover).astype(np.float32)
    count, found, stats, _ = cv2.connectedComponentsWithStats((cover > 0.5).astype(np.uint8))
    touch = np.zeros(count, np.int64)
    labels = found.astype(np.intp)
    np.add.at(touch, labels[seen.filled], 1)
    area = stats[:, cv2.CC_STAT_AREA]
    true = np.bincount(labels.ravel(), (own < ALIKE).ravel(), minlength=count) / np.maximum(area, 1)
    usual = float((own < ALIKE)[cover > 0.5].mean()) if (cover > 0.5).any() else 0.0
    kept = (touch >= 0.5 * area) & (area >= (0.06 * seen.height) ** 2) & (true >= TRUE * usual)
    kept[0] = False
    body = cv2.dilate(kept[labels].astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return cover * body


def _outline(
    seen: Sight, cover: np.ndarray, own: np.ndarray, ground: np.ndarray, near: np.ndarray
) -> np.ndarray | None:
    """Lab of what stands around the letters on every side and is neither they nor the ground; None for nothing."""
    if not (cover > 0.5).any():
        return None
    outside = distances(cover <= 0.5)
    z = max(seen.zoom, 1.0)
    elsewhere = near & (own > APART)
    for least, most in RINGS:
        middle = _line_in(seen, (outside > least * z) & (outside <= most * z) & elsewhere, outside, ground)
        if middle is not None:
            inner = (outside > 1.2 * z) & near & (np.linalg.norm(seen.lab - middle, axis=2) < ALIKE)
            return np.median(seen.lab[inner], axis=0) if inner.sum() > 16 else middle
    return None


def _line_in(seen: Sight, ring: np.ndarray, outside: np.ndarray, ground: np.ndarray) -> np.ndarray | None:
    """Lab of an outline that a ring around the letters lies in; None for none."""
    if ring.sum() < 32:
        return None
    lab = seen.lab[ring]
    middle = np.median(lab, axis=0)
    for _ in range(5):
        alike = np.linalg.norm(lab - middle, axis=1) < 1.6 * ALIKE
        if alike.sum() < 16:
            return None
        middle = np.median(lab[alike], axis=0)
    from_ground = np.linalg.norm(ground[ring] - middle, axis=1)
    to_outline = np.linalg.norm(lab - middle, axis=1)
    is_line = (to_outline < np.linalg.norm(lab - ground[ring], axis=1)) & (to_outline < 2.5 * ALIKE)
    if np.median(from_ground) < APART or is_line.mean() < LEAST_RING:
        return None
    # A ground that itself has this colour right beyond is no outline; nor is a shadow, which stands on one side.
    far = (outside > WIDEST * seen.height) & (outside <= 1.6 * WIDEST * seen.height)
    if far.any() and (np.linalg.norm(seen.lab[far] - middle, axis=1) < 1.6 * ALIKE).mean() > BEYOND:
        return None
    return middle if _on_every_side(outside, ring, is_line) else None


def _on_every_side(outside: np.ndarray, ring: np.ndarray, is_line: np.ndarray) -> bool:
    """Whether what is a line of a ring's px, `[n]` bool, stands on every side of the letters."""
    import cv2

    across = cv2.Sobel(outside, cv2.CV_32F, 1, 0)[ring], cv2.Sobel(outside, cv2.CV_32F, 0, 1)[ring]
    side = ((np.arctan2(across[1], across[0]) / (2 * np.pi) * SIDES + SIDES) % SIDES).astype(int) % SIDES
    held = [is_line[side == one].mean() for one in range(SIDES) if (side == one).sum() >= 12]
    return not held or min(held) >= max(LEAST_SIDE, EVEN * max(held))


def _is_as_wide_everywhere(
    seen: Sight, cover: np.ndarray, lab: np.ndarray, ground: np.ndarray, width: float
) -> bool:  # fmt: skip
    """Whether an outline's outer half is there on every side: between letters and ground stands what is like the
    shadow on one of them."""
    outside, z = distances(cover <= 0.5), max(seen.zoom, 1.0)
    ring = (outside > 0.5 * width + 0.5) & (outside <= width)
    if width < OUTER * z or not ring.any():
        return True
    to_line, to_ground = (np.linalg.norm(rgb_of(seen.lab[ring]) - rgb_of(one), axis=1) for one in (lab, ground[ring]))
    return _on_every_side(outside, ring, to_line < to_ground)


def _width(seen: Sight, cover: np.ndarray, lab: np.ndarray, ground: np.ndarray) -> float:
    """px from the letters outward to where half of what stands there is not of the outline's colour any more."""
    outside = distances(cover <= 0.5)
    steps = np.round(outside).astype(int)
    most = max(3, round(WIDEST * seen.height))
    reach = (steps > 0) & (steps <= most)
    shown = rgb_of(seen.lab)
    to_line = np.linalg.norm(shown - rgb_of(lab), axis=2)[reach]
    to_ground = np.linalg.norm(shown - rgb_of(ground), axis=2)[reach]
    is_line = (to_line < to_ground).astype(np.float64)
    count = np.bincount(steps[reach], minlength=most + 1)[1:]
    share = np.bincount(steps[reach], is_line, minlength=most + 1)[1:] / np.maximum(count, 1)
    top = int(share[: max(2, round(2 * seen.zoom) + 1)].argmax())
    low = np.flatnonzero(share[top:] < 0.5 * share[top])
    if not len(low):
        return 0.0
    at = top + int(low[0])
    before, after = share[at - 1], share[at]
    return at + (before - 0.5 * share[top]) / max(before - after, 1e-6) - 0.5
