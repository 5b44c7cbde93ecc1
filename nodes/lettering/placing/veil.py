"""What makes letters legible where no ink parts from all of its ground: a veil, as thin as it may be."""

from dataclasses import dataclass

import numpy as np

from .contrast import WEIGHTS, contrast
from .inks import Shade
from .people import Box

HALO, LEAST_HALO = 0.2, 3.0
"""How far around letters their ground reaches: ems, and px at least."""
CALM = 90
"""Percent of the ground's px that the veil serves; the rest is softened where it lies."""
PLATE = 0.62
"""A veil that must hide more than this is a plate with an edge: a cloud so thick would look like a stain."""
PAD = 0.45
"""Ems from words to where a veil begins to fade, or a plate ends."""
FADE = 0.16
"""Of the picture's longer side, over which a veil fades."""
NEAR_EDGE = 0.3
"""Of the picture's side: a veil that is so near to its edge goes on to it."""
SOFT = 0.06
"""Ems over which what is softened in its place fades."""
SAMPLES = 12_000
BISECTIONS = 9
LINEAR = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)
"""Light of every level of sRGB."""


@dataclass(frozen=True)
class Need:
    """What letters of one shade ask of their ground."""

    shade: Shade
    veil: float
    """Opacity, 0..1, that serves all but the px that are softened where they lie."""
    mean: float
    """Opacity that px need on average."""


def halo(coverage: np.ndarray, size: int) -> np.ndarray:
    """`[H,W]` bool: the ground beneath letters and around them; coverage `[H,W]` uint8."""
    import cv2

    distance = cv2.distanceTransform((coverage == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance <= max(LEAST_HALO, HALO * size)


def need(colours: np.ndarray, shade: Shade) -> Need:
    """Of ground px `[N,3]` uint8 beneath and around letters of a shade."""
    few = colours[:: max(1, len(colours) // SAMPLES)]
    asked = opacities(few, shade)
    return Need(shade, float(np.percentile(asked, CALM)), float(asked.mean()))


def opacities(colours: np.ndarray, shade: Shade) -> np.ndarray:
    """The least opacity of the shade's veil over each px `[...,3]` uint8 with which letters part from it, 0..1."""
    wanted = np.zeros(colours.shape[:-1], np.float32)
    over = _passes(LINEAR[colours] @ WEIGHTS, shade)
    few = colours[over].astype(np.float32)
    low, high = np.zeros(len(few), np.float32), np.ones(len(few), np.float32)
    veil = np.array(shade.veil, np.float32)
    for _ in range(BISECTIONS if len(few) else 0):
        middle = (low + high) / 2
        mixed = few + (veil - few) * middle[:, None]
        still = _passes(LINEAR[np.round(mixed).astype(np.uint8)] @ WEIGHTS, shade)
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    wanted[over] = high
    return wanted


def _passes(luminances: np.ndarray, shade: Shade) -> np.ndarray:
    return luminances > shade.bound if shade.is_light else luminances < shade.bound


def spread(size: tuple[int, int], words: Box, em: int, faces: list[Box], found: Need, align: str) -> np.ndarray:
    """The veil of a block of words, `[H,W]` float32 opacity: it goes on to the picture's edges and spares faces.

    Args:
        size: height and width of the picture, px.
        words: of the block.
        em: px of its largest letters.
        faces: on which no veil lies, as far as the words leave room.
        align: of the words; a plate goes on to the edge on that side.
    """
    height, width = size
    more = max(LEAST_HALO + 2, PAD * em)
    core = words.grown(more, more, more, more)
    is_plate = found.veil > PLATE
    if is_plate:
        core = _to_the_edge(core, width, align)
    else:
        core = _to_the_edges(core, width, height)
    # What a face would lose of it, it keeps, but for the words' own surroundings.
    own = words.grown(more, more, more, more)
    if any(core.common(face) > 0 for face in faces):
        core = own
    fade = 1.0 if is_plate else FADE * max(height, width)
    for face in faces:
        fade = min(fade, max(0.2 * em, _distance(core, face)))
    x, y = np.arange(width, dtype=np.float32) + 0.5, np.arange(height, dtype=np.float32) + 0.5
    across = np.maximum(0, np.maximum(core.left - x, x - core.right))
    down = np.maximum(0, np.maximum(core.top - y, y - core.bottom))
    away = np.clip(1 - np.hypot(across[None], down[:, None]) / max(1.0, fade), 0, 1)
    return (1.0 if is_plate else found.veil) * away * away * (3 - 2 * away)


def softened(veil: np.ndarray, picture: np.ndarray, mask: np.ndarray, shade: Shade, em: int) -> np.ndarray:
    """The veil with as much more over single px as they need, fading around them.

    Args:
        veil: `[H,W]` float32.
        picture: `[H,W,3]` uint8.
        mask: `[H,W]` bool: the ground.
    """
    import cv2

    wanted = np.where(mask, opacities(picture, shade), 0).astype(np.float32)
    more = np.where(wanted > veil, wanted, 0)
    if not more.any():
        return veil
    reach = max(1.0, SOFT * em)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(reach) + 1, 2 * round(reach) + 1))
    soft = cv2.GaussianBlur(cv2.dilate(more, kernel), (0, 0), reach / 2)
    return np.maximum(np.maximum(veil, soft), more)


def parted(picture: np.ndarray, mask: np.ndarray, shade: Shade) -> tuple[float, float]:
    """(least, median) contrast of a shade and a ground `[H,W,3]` uint8 where the mask is set."""
    ratios = contrast(LINEAR[picture[mask]] @ WEIGHTS, shade.luminance)
    return float(ratios.min()), float(np.median(ratios))


def _to_the_edges(core: Box, width: int, height: int) -> Box:
    """Over the whole width, and up or down to an edge that is near."""
    top = 0.0 if core.top < NEAR_EDGE * height else core.top
    bottom = float(height) if core.bottom > (1 - NEAR_EDGE) * height else core.bottom
    return Box(0.0, top, float(width), bottom)


def _to_the_edge(core: Box, width: int, align: str) -> Box:
    left = core.left if align == "right" else 0.0
    right = core.right if align == "left" else float(width)
    return Box(left, core.top, right, core.bottom)


def _distance(box: Box, other: Box) -> float:
    across = max(0.0, box.left - other.right, other.left - box.right)
    down = max(0.0, box.top - other.bottom, other.top - box.bottom)
    return float(np.hypot(across, down))
