"""What speaks for text in a region, beside the network's own score, and how far its letters reach.

A text network takes a whole meadow, a wall or the moon for one large letter. Letters have a stroke that is thin against
their height, they part in colour from their ground, and they are seen from more than one distance. A logistic
regression over such features weighs them; `evidence.json` holds it, `benchmarks/text_evidence.py` fits it.
"""

import json
import math
from functools import cache
from pathlib import Path

import numpy as np

from ..marking import strokes
from ..regions import Region
from .lines import mean_inside
from .pyramid import Look

LARGE, TALL = 0.15, 0.3
"""Of the picture's area, and of its shorter side: what exceeds them is rather a wall than a title."""
READABLE = (14, 72)
"""px of a look: text of that height is what the network knows best."""
LETTER_HEIGHT = 64
"""px: larger letters are examined at this height; it bounds the work and makes the features comparable."""
COLUMNS = ("mean", "deviation", "weights")
MARGIN = strokes.RING + 1
TIGHTEST = 0.25
"""Of the text height: no side moves inward by more, whatever the colours say."""
SPARE = 0.05
CORE = 0.6
"""Of a region: the part that must be seen from another distance too; its rim is never certain."""
FEATURES = (
    "log_height", "log_height_squared", "log_aspect", "separation", "ink_share", "stroke_width", "log_edge_density",
    "score", "finer", "coarser", "rim", "log_contrast", "log_share", "large", "tall", "unclear_large", "unclear_tall",
    "readable",
)  # fmt: skip


def examine(picture: np.ndarray, region: Region, looks: list[Look], own: int) -> tuple[np.ndarray, Region]:
    """The features of a region that `looks[own]` showed, and the region drawn in to its letters.

    Args:
        picture: `[H,W,3]` uint8 RGB.

    Returns:
        float32 in the order of `FEATURES`, and the region; unchanged where its letters do not part from the ground.
    """
    patch = _upright(picture, region)
    height, width = patch.shape[0] - 2 * MARGIN, patch.shape[1] - 2 * MARGIN
    inside = np.zeros(patch.shape[:2], bool)
    inside[MARGIN : MARGIN + height, MARGIN : MARGIN + width] = True
    seen = strokes.separate(patch, inside)
    letter = min(height, width)
    log_height = math.log(max(region.height * looks[own].scale, 1.0))
    share = float(np.prod(region.sides)) / (picture.shape[0] * picture.shape[1])
    large, tall = max(share - LARGE, 0.0), max(region.height / min(picture.shape[:2]) - TALL, 0.0)
    finer, coarser = (
        _support(region, looks[other], picture) if 0 <= other < len(looks) else 0.0 for other in (own - 1, own + 1)
    )
    values = {
        "log_height": log_height,
        "log_height_squared": log_height**2,
        "log_aspect": math.log(max(height, width) / letter),
        "separation": seen.separation,
        "ink_share": seen.ink.sum() / inside.sum(),
        "stroke_width": _stroke_width(seen.ink) / letter,
        "log_edge_density": math.log(_edges(seen.ink) * letter / inside.sum() + 0.05),
        "score": region.score,
        "finer": finer,
        "coarser": coarser,
        "rim": min(seen.rim / max(seen.contrast, 1e-3), 2.0),
        "log_contrast": math.log(seen.contrast + 1),
        "log_share": math.log(share + 1e-4),
        "large": large,
        "tall": tall,
        "unclear_large": large * (1 - seen.separation),
        "unclear_tall": tall * (1 - seen.separation),
        "readable": _readable(region, looks, picture),
    }
    features = np.array([values[name] for name in FEATURES], np.float32)
    return features, _drawn_in(region, seen) if seen.is_clear(inside) else region


def weight(features: np.ndarray) -> np.ndarray:
    """`[...,F]` features to log-odds of text; 0 is even."""
    model = _model()
    return (features - model["mean"]) / model["deviation"] @ model["weights"] + model["bias"]


@cache
def _model() -> dict[str, np.ndarray]:
    model = json.loads(Path(__file__).with_name("evidence.json").read_text())
    columns = {key: np.array([model[key][name] for name in FEATURES], np.float32) for key in COLUMNS}
    return {**columns, "bias": np.array(model["bias"], np.float32)}


def _upright(picture: np.ndarray, region: Region) -> np.ndarray:
    """The region turned upright with `MARGIN` px around it, itself at most `LETTER_HEIGHT` px high."""
    import cv2

    corners = region.polygon
    zoom = min(1.0, LETTER_HEIGHT / max(region.height, 1.0))
    reach = math.ceil(MARGIN / zoom) + 2
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - reach, 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + reach
    part = picture[low[1] : high[1], low[0] : high[0]]
    if zoom < 1:
        size = tuple(max(1, round(side * zoom)) for side in part.shape[1::-1])
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    width = max(2, round(float(np.linalg.norm(corners[1] - corners[0])) * zoom))
    height = max(2, round(float(np.linalg.norm(corners[3] - corners[0])) * zoom))
    source = ((corners - low) * zoom - 0.5).astype(np.float32)
    target = np.array([[0, 0], [width, 0], [0, height]], np.float32) + MARGIN - 0.5
    transform = cv2.getAffineTransform(source[[0, 1, 3]], target)
    size = (width + 2 * MARGIN, height + 2 * MARGIN)
    return cv2.warpAffine(part, transform, size, borderMode=cv2.BORDER_REPLICATE)


def _support(region: Region, look: Look, picture: np.ndarray) -> float:
    """How sure another look is of the region's core, 0..1."""
    per_px = np.array(look.probability.shape[::-1]) / np.array(picture.shape[1::-1])
    middle = region.polygon.mean(axis=0)
    return mean_inside(look.probability, (middle + (region.polygon - middle) * CORE) * per_px)


def _readable(region: Region, looks: list[Look], picture: np.ndarray) -> float:
    """How sure the surest look is at which the region has a readable height; from too near, a wall has letters."""
    low, high = READABLE
    near = [_support(region, look, picture) for look in looks if low <= region.height * look.scale <= high]
    return max(near, default=region.score)


def _stroke_width(ink: np.ndarray) -> float:
    """px: nearly the widest stroke."""
    import cv2

    depth = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)[ink]
    return 2 * float(np.percentile(depth, 90)) if len(depth) else 0.0


def _edges(ink: np.ndarray) -> int:
    """px along the outlines of the letters."""
    import cv2

    return int((cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0).sum())


def _drawn_in(region: Region, seen: strokes.Separation) -> Region:
    """The region shrunk along its own axes to its ink and a little more."""
    height, width = seen.ink.shape[0] - 2 * MARGIN, seen.ink.shape[1] - 2 * MARGIN
    spare, most = max(1.0, SPARE * min(height, width)), TIGHTEST * min(height, width)
    sides = []
    for axis, length in ((0, width), (1, height)):
        filled = np.flatnonzero(seen.ink.any(axis=axis)) - MARGIN
        first = min(max(filled[0] - spare, 0.0), most)
        last = max(min(filled[-1] + 1 + spare, length), length - most)
        sides.append((first / length, last / length))
    (left, right), (top, bottom) = sides
    origin, across, down = region.polygon[0], *(region.polygon[[1, 3]] - region.polygon[0])
    corners = [origin + across * x + down * y for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return Region(np.array(corners, np.float32), region.score, region.text)
