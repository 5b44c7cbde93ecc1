"""The font that is most like a lettering, among those of this machine that draw the new words."""

import json
import math
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ...ground import UserError
from ..faces import Faces
from ..fonts import Font, characters, draws
from ..ink import Ink
from ..letters import HORIZONTAL, VERTICAL, Letters
from ..opening import Cut, open_face, unreadable
from ..text import graphemes, has_ink
from .heights import foot, standard
from .lie import DESCENDING
from .strokes import HEIGHT, Strokes, strokes

SAMPLES: dict[str, list[str]] = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
SAME_WORDS = 60.0
"""How much it counts where letters of a font do not cover those of the picture, where what they say is known."""
DRAWN = (14, 20, 28, 40, 56, 80)
"""px: letters of fonts are measured as small as those of the picture are."""
NEARLY = 0.06
"""Correlation: so much less like the letters a font may be than the one most like them."""
WEIGHTS = range(100, 1000, 100)


@dataclass(frozen=True)
class Alike:
    """A font that stands in for a lettering."""

    font: Font
    weight: int
    distance: float
    wider: float
    """log of how much wider the letters that are seen are than the font's own."""


@dataclass(frozen=True)
class Seen:
    """The letters of a region, upright, `HEIGHT` px from foot to head."""

    cover: np.ndarray
    """`[h,w]` float32, cut to its ink."""
    size: float
    """px that they are high in the picture."""
    words: str
    """What they say; "" where nobody knows."""
    is_column: bool
    liked: tuple[Alike, ...]
    """Fonts in which they look so, most like them first; () where none was found that does."""


@dataclass(frozen=True)
class Drawn:
    """Words in a font."""

    font: Font
    weight: int
    words: str
    cover: np.ndarray
    """`[h,w]` float32, cut to its ink; `HEIGHT` px from foot to head, a column so wide."""


def drawn(words: str, fonts: Iterable[Font], size: float, is_column: bool) -> list[Drawn]:
    """Words in every font that has their letters.

    Args:
        size: px that they are high in the picture: as soft they are drawn.
    """
    known = {ord(letter) for one in graphemes(words) if has_ink(one) for letter in one}
    if not known:
        return []
    nearest_size = min(DRAWN, key=lambda one: abs(math.log(one / size)))
    found: list[Drawn] = []
    for font in fonts:
        try:
            if not known <= characters(font.path):
                continue
            for weight in _weights(font.path):
                cover = _drawn(font.path, _dates(font.path), weight, words, nearest_size, is_column)
                found += [Drawn(font, weight, words, cover)] if cover is not None else []
        except UserError:  # a damaged file among the system's does not stop the search
            continue
    return found


def nearest(seen: Seen, fonts: Iterable[Font], words: str, tick: Callable[[], None] = lambda: None) -> Alike | None:
    """The font most like the letters that are seen; None where no font draws the new words.

    Args:
        words: the new ones.
        tick: is called after every font.
    """
    fonts = list(fonts)
    liked = next((one for one in _liked(seen, fonts) if draws(one.font, words, Cut(one.weight))), None)
    if liked is not None:
        return liked
    found = by_strokes(seen, fonts, {ord(letter) for one in graphemes(words) if has_ink(one) for letter in one}, tick)
    return next((one for one in found if draws(one.font, words, Cut(one.weight))), None)


def by_strokes(
    seen: Seen, fonts: Iterable[Font], letters: Set[int] = frozenset(), tick: Callable[[], None] = lambda: None
) -> list[Alike]:
    """The fonts that claim some letters, those first whose strokes are most like those of the letters that are seen."""
    own = strokes(seen.cover)
    found: list[Alike] = []
    for font in fonts:
        tick()
        try:
            if own is None or not letters <= characters(font.path):
                continue
            found += [Alike(font, weight, *_distance(own, seen, font.path, weight)) for weight in _weights(font.path)]
        except UserError:  # a damaged file among the system's does not stop the search
            continue
    return sorted(found, key=lambda one: one.distance)


def _liked(seen: Seen, fonts: list[Font]) -> list[Alike]:
    """Those of the fonts that lie on the letters nearly as well as any."""
    return [one for one in seen.liked if one.font in fonts and one.distance <= seen.liked[0].distance + NEARLY]


def _distance(own: Strokes, seen: Seen, path: Path, weight: int) -> tuple[float, float]:
    """How far a font is from what is seen, and log of how much wider that is."""
    size = min(DRAWN, key=lambda one: abs(math.log(one / seen.size)))
    dates = _dates(path)
    if seen.words:
        drawn = _drawn(path, dates, weight, seen.words, size, seen.is_column)
        figures = strokes(drawn) if drawn is not None else None
        if drawn is None or figures is None:
            return math.inf, 0.0
        away = own.distance(figures) + SAME_WORDS * (1 - overlap(seen.cover, drawn))
        return away, own.slim - figures.slim
    kinds = (_figures(path, dates, weight, kind, size, seen.is_column) for kind in SAMPLES)
    return min((own.distance(figures), own.slim - figures.slim) for figures in kinds)


def _dates(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns


@lru_cache(maxsize=4096)
def _figures(path: Path, dates: tuple[int, int], weight: int, kind: str, size: int, is_column: bool) -> Strokes:
    """A font's own figures, the mean over its samples."""
    drawn = [_drawn(path, dates, weight, text, size, is_column) for text in SAMPLES[kind]]
    figures = [one for one in (strokes(cover) for cover in drawn if cover is not None) if one is not None]
    if not figures:
        return Strokes(*[math.inf] * 6)
    return Strokes(*np.mean([list(vars(one).values()) for one in figures], axis=0).tolist())


@lru_cache(maxsize=1024)
def _drawn(path: Path, dates: tuple[int, int], weight: int, text: str, size: int, is_column: bool) -> np.ndarray | None:
    """Words of a font cut to their ink, `HEIGHT` px from foot to head, as soft as if they were `size` px high."""
    import cv2

    face = open_face(path, Cut(weight)).face
    head, low = standard(text, face)
    em = round(2 * HEIGHT / (head - low))  # large, as hints move the strokes of small letters
    letters = Letters(Faces(face), em, 0, direction=VERTICAL if is_column else HORIZONTAL)
    steps = letters.steps(text.replace("\n", " "))
    length = math.ceil(sum(step.length for step in steps)) + 2 * em
    ink = Ink(4 * em, length) if is_column else Ink(length, 4 * em)
    ink.block([(steps, letters, 2 * em, em) if is_column else (steps, letters, em, 2 * em)])
    cover = ink.letters.astype(np.float32) / 255
    rows, columns = np.flatnonzero((cover > 0.5).any(axis=1)), np.flatnonzero((cover > 0.5).any(axis=0))
    if not len(rows):
        return None
    cover = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # As the picture's own letters are: by their ink, less what stands below their foot.
    hangs = not is_column and any(letter in DESCENDING for letter in text)
    below = max(0, rows[-1] + 1 - round((2 - foot(face)) * em)) if hangs else 0
    own = cover.shape[1] if is_column else cover.shape[0] - below
    scale = 1 / max(own, 1)
    small, full = (tuple(max(1, round(side * scale * high)) for side in cover.shape[1::-1]) for high in (size, HEIGHT))
    softened = cv2.resize(cover, small, interpolation=cv2.INTER_AREA)
    return cv2.resize(softened, full, interpolation=cv2.INTER_CUBIC).clip(0, 1)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """The share of ink of two letterings of the same words that is ink of both, 0..1."""
    import cv2

    moved = cv2.resize(other, one.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    best = 0.0
    for x in (-2, 0, 2):
        shifted = np.roll(moved, x, axis=1)
        best = max(best, float(np.minimum(one, shifted).sum() / max(np.maximum(one, shifted).sum(), 1e-6)))
    return best


def _weights(path: Path) -> tuple[int, ...]:
    """The weights that a variable font has; (0,) for one that has one."""
    return _axis(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _axis(path: Path, date: int) -> tuple[int, ...]:
    from fontTools.ttLib import TTFont

    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            axes = font["fvar"].axes if "fvar" in font else []
            weights = [one for one in axes if one.axisTag == "wght"]
            return (
                tuple(one for one in WEIGHTS if weights[0].minValue <= one <= weights[0].maxValue) if weights else (0,)
            )
    except unreadable() as error:
        raise UserError(f"The font file {path.name} is damaged ({error}): replace it.") from error
