"""Agencies' Hangul names by their shape, where nothing reads Hangul.

`agency_shapes.json` holds how each name of the lexicon looks in a light and in a heavy face (NanumGothic, SIL OFL;
`python -m benchmarks watermark_words --write-shapes` draws it anew). A name is there where one of them correlates with
the picture, as a whole and in each of its syllables: names in other faces reach 0.52 to 0.9, and more than half of
that in the weakest syllable; other words reach 0.3 to 0.7, and next to nothing in one syllable or more.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from .agency import Said
from .overlay import letters, upright

SHAPES = Path(__file__).with_name("agency_shapes.json")
"""Agency ("" for rights) -> spelling -> PNGs of its ink, `HEIGHT` px high."""
HEIGHT = 24
LIKE, CERTAIN = 0.52, 0.64
"""Correlation from which a text is taken for a name, and from which a reading of it counts less."""
WEAKEST = 0.56
"""Of the whole's correlation, the least of a syllable: a bank and a newspaper share all but the last."""
SHORT, MORE, EVEN = 3, 0.06, 0.65
"""Syllables: so few are sooner alike, and must be so much more; of the clearest syllable, the least of another."""
SYLLABLE = 0.92
"""Width of a syllable against its height."""
LONG = 6
"""Syllables: in a phrase of rights one may be hard to see."""
SIZES, WIDTHS = (0.8, 0.86, 0.92, 0.98, 1.05, 1.12, 1.2), (0.93, 1.0, 1.08)
"""Factors of the name's size, and of its width beyond: quads are tight or loose, faces narrow or wide."""
COARSE, FINALISTS = (0.8, 0.9, 1.0, 1.12), 16
"""A first look at fewer sizes tells which names are worth the others."""
SHORTER, LONGER = 0.62, 1.75
"""A name's proportions against the text's: what is beyond cannot be all of it."""
UNEXPLAINED = 0.4
"""What a text that a name leaves unexplained, as a share of its width, takes from the likeness."""
BEFORE, AFTER = 1.4, 0.3
"""Text heights that a text may go beyond a name: a sign of copyright or a logo before it, and hardly anything after."""
RANGE = (-60, 90)
"""Levels from the surroundings: the letters' colour may be stronger than what matters of it."""


def spotted(picture: np.ndarray, polygon: np.ndarray, least: float) -> Said | None:
    """What a text looks like saying; None where it is like no agency's name.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        polygon: `[4,2]` px, the text's quad.
        least: how like, 0..1.
    """
    patch, inside = upright(picture, polygon, 1.2 * HEIGHT)
    rows, columns = (np.flatnonzero(inside.any(axis)) for axis in (1, 0))
    proportion = len(columns) / len(rows)
    names = [(agency, shape) for agency, shape in shapes() if SHORTER < shape.shape[1] / HEIGHT / proportion < LONGER]
    fields = _fields(patch, inside)
    names.sort(key=lambda name: -_sight(fields, name[1], COARSE, (1.0,)).likeness)
    best, most = None, -np.inf
    for agency, shape in names[:FINALISTS]:
        sight = _sight(fields, shape, SIZES, WIDTHS)
        before, after = max(0, sight.start - columns[0]), max(0, columns[-1] + 1 - sight.stop)
        explained = sight.likeness - UNEXPLAINED * (before + after) / len(columns)
        enough = least + (MORE if sight.syllables <= SHORT else 0.0)
        if sight.likeness >= enough and explained > most and sight.is_whole():
            alone = before <= BEFORE * len(rows) and after <= AFTER * len(rows)
            best, most = Said(agency, bool(alone)), explained
    return best


@cache
def shapes() -> list[tuple[str, np.ndarray]]:
    """Agencies and the ink of their names, `[HEIGHT,w]` uint8, one for each spelling and face."""
    import cv2

    known = json.loads(SHAPES.read_text(encoding="utf-8"))
    return [
        (agency, np.asarray(cv2.imdecode(np.frombuffer(base64.b64decode(ink), np.uint8), cv2.IMREAD_GRAYSCALE)))
        for agency, spellings in known.items()
        for inks in spellings.values()
        for ink in inks
    ]


def _fields(patch: np.ndarray, inside: np.ndarray) -> list[np.ndarray]:
    """What may show the letters, `[h,w]` each: the way from the ground's colour to theirs, brightness, darkness."""
    import cv2

    ink = letters(patch, inside)
    way = np.median(patch[ink & inside], axis=0) - np.median(patch[inside & ~ink], axis=0) if ink.any() else np.ones(3)
    relief = patch - cv2.GaussianBlur(patch, (0, 0), 0.6 * HEIGHT)
    shown = (relief @ (way / (np.linalg.norm(way) + 1e-6)), relief.mean(-1), -relief.mean(-1))
    return [field.clip(*RANGE).astype(np.float32) for field in shown]


@dataclass(frozen=True)
class _Sight:
    """Where a name is seen best."""

    likeness: float
    """Correlation of the whole, -1..1."""
    start: int
    ink: np.ndarray
    """`[h,w]`: the name as large as it is there."""
    shown: np.ndarray
    """`[h,w]`: what is seen."""

    @property
    def stop(self) -> int:
        return self.start + self.ink.shape[1]

    @property
    def syllables(self) -> int:
        return max(1, round(self.ink.shape[1] / self.ink.shape[0] / SYLLABLE))

    def is_whole(self) -> bool:
        """Whether every syllable is there, or all but one of many."""
        count = self.syllables
        pieces = zip(np.array_split(self.shown, count, 1), np.array_split(self.ink, count, 1), strict=True)
        likeness = sorted(_correlation(*piece) for piece in pieces)
        if count <= SHORT and likeness[0] < EVEN * likeness[-1]:
            return False
        return likeness[1 if count >= LONG else 0] >= WEAKEST * self.likeness


def _sight(fields: list[np.ndarray], shape: np.ndarray, sizes: tuple, widths: tuple) -> _Sight:
    """The best place of a name in the fields."""
    import cv2

    best = _Sight(-1.0, 0, shape, shape)
    for size in sizes:
        for width in widths:
            target = (round(shape.shape[1] * size * width), round(HEIGHT * size))
            if target[0] > fields[0].shape[1] or target[1] > fields[0].shape[0]:
                continue
            ink = cv2.resize(shape, target, interpolation=cv2.INTER_AREA).astype(np.float32)
            for field in fields:
                _, likeness, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(field, ink, cv2.TM_CCOEFF_NORMED))
                if likeness > best.likeness:
                    best = _Sight(likeness, x, ink, field[y : y + target[1], x : x + target[0]])
    return best


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-6))
