"""What speaks for text in a region, beside the network's own score, and how far its letters reach.

A text network takes a whole meadow, a wall or the moon for one large letter. Letters have a stroke that is thin against
their height, they part in colour from their ground, and they are seen from more than one distance. A logistic
regression over such features is the first voice; `evidence.json` holds it, `benchmarks/text_evidence.py` fits it. A
perceptron with one hidden layer, which hears what the letter network sees too, is the second (`large.json`, fitted by
`benchmarks/text_evidence_large.py`), and the line network, which looks at the region itself, the third. The judge
weighs the three, their evidence, and what speaks for a picture (`pictures.py`).
"""

import json
import math
from functools import cache
from pathlib import Path

import numpy as np

from ..marking import letters, strokes
from ..marking.upright import upright
from ..regions import Region
from . import judge, pictures, screentone
from .lines import mean_inside
from .pyramid import Look

LARGE, TALL = 0.15, 0.3
"""Of the picture's area, and of its shorter side: what exceeds them is rather a wall than a title."""
READABLE = (14, 72)
"""px of a look: text of that height is what the network knows best."""
LETTER_HEIGHT = 64
"""px: larger letters are examined at this height; it bounds the work and makes the features comparable."""
COLUMNS = ("mean", "deviation", "weights")
MARGIN = 16
"""px of that: where the ground of the letters and the edges of a picture are seen."""
TIGHTEST = 0.25
"""Of the text height: no side moves inward by more, whatever the colours say."""
SPARE = 0.05
CORE = 0.6
"""Of a region: the part that must be seen from another distance too; its rim is never certain."""
NO_HEART = 2.0
"""Of log(texture + 1): nothing that is flat inside."""
LEAST_READABLE = 0.25
"""0..1: small text is still there from where its letters have a readable height; a row of windows is not."""
TINY, THIN = 0.001, 0.015
"""Of the picture's area: what is smaller, and a line that is smaller, is not looked into; of small print a page has
hundreds of lines, and what looks like one and is none destroys little."""
LINE = 5
"""Times as long as high: no photograph is, and a line of any size is."""
DOUBT = 1.5
"""Log-odds: how sure the judge must be of text before it is even; a photograph that is lost weighs more than a word
that is left."""
ACCEPTED = 0.5
"""Log-odds: more makes nothing more of a text."""
EVEN, SURE = 1.0, 4.0
"""Log-odds of the line network: less is doubt; and so sure it must be of what cannot be read from any distance."""
LETTER_FEATURES = ("letters_share", "letters_sure", "letters_along", "letters_texture", "letters_agree")
PICTURE_FEATURES = (*pictures.FEATURES, "grid_likeness")
NOT_SEEN = dict.fromkeys((*LETTER_FEATURES, *pictures.FEATURES), 0.0)
VOICES = ("odds", "small", "large_weight")
SMALL_FEATURES = (
    "log_height", "log_height_squared", "log_aspect", "separation", "ink_share", "stroke_width", "log_edge_density",
    "score", "finer", "coarser", "rim", "log_contrast", "log_share", "large", "tall", "unclear_large", "unclear_tall",
    "readable",
)  # fmt: skip
LARGE_FEATURES = (*SMALL_FEATURES, *LETTER_FEATURES)
FEATURES = (*LARGE_FEATURES, *PICTURE_FEATURES)


def examine(picture: np.ndarray, region: Region, looks: list[Look], own: int) -> tuple[np.ndarray, Region]:
    """The features of a region that `looks[own]` showed, and the region drawn in to its letters.

    Args:
        picture: `[H,W,3]` uint8 RGB.

    Returns:
        float32 in the order of `FEATURES`, and the region; unchanged where its letters do not part from the ground.
    """
    patch = upright(picture, region, LETTER_HEIGHT, 1.0, (MARGIN, MARGIN))
    height, width = patch.rows.stop - patch.rows.start, patch.columns.stop - patch.columns.start
    inside = patch.inside
    seen = strokes.separate(patch.pixels, inside)
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
        "grid_likeness": screentone.second_likeness(picture, region),
    }
    own_ink = seen.ink[patch.rows, patch.columns]
    is_looked_into = share >= (THIN if max(height, width) > LINE * letter else TINY)
    values |= _letters(picture, region, own_ink) | pictures.features(patch, own_ink) if is_looked_into else NOT_SEEN
    features = np.array([values[name] for name in FEATURES], np.float32)
    return features, _drawn_in(region, seen) if seen.is_clear(inside) else region


def weight(features: np.ndarray, odds: np.ndarray) -> np.ndarray:
    """`[N,F]` features, and `[N]` log-odds of the line network, to log-odds of text; 0 is even."""
    small, large = small_weight(features), large_weight(features)
    judged = judge.weight((*FEATURES, *VOICES), np.column_stack([features, odds, small, large])) - DOUBT
    share, aspect, readable, likeness = (
        features[:, FEATURES.index(name)] for name in ("log_share", "log_aspect", "readable", "grid_likeness")
    )
    # Pieces of a line are text as well as the line: of what is accepted, the voices say what is seen best.
    voices = np.minimum(small, odds)
    judged = np.where(judged >= ACCEPTED, np.maximum(voices, ACCEPTED), judged)
    is_line = aspect > math.log(LINE)
    alone = np.where(readable < LEAST_READABLE, -np.inf, voices)
    judged = np.where((readable < LEAST_READABLE) & (odds < SURE), -np.inf, judged)
    weights = np.where(share < np.log(np.where(is_line, THIN, TINY)), alone, judged)
    # Less alike is enough where the line network doubts.
    is_grid = (likeness >= screentone.ALIKE) | ((likeness >= screentone.RATHER_ALIKE) & (odds < EVEN))
    return np.where(is_grid & ~is_line, -np.inf, weights)


def small_weight(features: np.ndarray) -> np.ndarray:
    """The log-odds of text by the features of small text alone."""
    values = features[:, : len(SMALL_FEATURES)]
    model = _model()
    return (values - model["mean"]) / model["deviation"] @ model["weights"] + model["bias"]


def large_weight(features: np.ndarray, model: dict[str, np.ndarray] | None = None) -> np.ndarray:
    """The same by what the letter network sees too; by another model than the pack's where one is given."""
    model = model or _large_model()
    inputs = (features[:, : len(LARGE_FEATURES)] - model["mean"]) / model["deviation"]
    return np.tanh(inputs @ model["weights"] + model["hidden"]) @ model["last"] + model["bias"]


@cache
def _model() -> dict[str, np.ndarray]:
    model = json.loads(Path(__file__).with_name("evidence.json").read_text())
    columns = {key: np.array([model[key][name] for name in SMALL_FEATURES], np.float32) for key in COLUMNS}
    return {**columns, "bias": np.array(model["bias"], np.float32)}


@cache
def _large_model() -> dict[str, np.ndarray]:
    model = json.loads(Path(__file__).with_name("large.json").read_text())
    columns = {key: np.array([model[key][name] for name in LARGE_FEATURES], np.float32) for key in COLUMNS}
    return {**columns, **{key: np.array(model[key], np.float32) for key in ("hidden", "last", "bias")}}


def _letters(picture: np.ndarray, region: Region, parted: np.ndarray) -> dict[str, float]:
    """What the letter network says of a region; letters are flat inside, photographs are not.

    Args:
        parted: `[h,w]` bool, what colours alone part from the ground; of an inset photograph that is all of it.
    """
    import cv2

    seen, sure = letters.sight(picture, region)
    own = sure[seen.rows, seen.columns]
    ink = own > letters.INK
    along = ink.any(axis=0 if own.shape[1] >= own.shape[0] else 1)
    heart = cv2.erode(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    finer = cv2.resize(ink.astype(np.uint8), parted.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
    pixels = seen.pixels[seen.rows, seen.columns]
    rough = np.abs(pixels.astype(np.float32) - cv2.blur(pixels, (3, 3))).mean(axis=2)
    return {
        "letters_share": float(ink.mean()),
        "letters_sure": float(np.abs(2 * own - 1).mean()),
        "letters_along": float(along.mean()),
        "letters_texture": math.log(float(rough[heart].mean()) + 1) if heart.any() else NO_HEART,
        "letters_agree": float((finer & parted).sum() / max(int((finer | parted).sum()), 1)),
    }


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
