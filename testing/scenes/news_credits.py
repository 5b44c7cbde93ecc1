"""Captions whose credit stands apart: beside, above or some lines under them, at either end, on every ground of a bar.

The credit says an agency's name and nothing else, as a mark does.
"""

from collections.abc import Iterator

import numpy as np

from . import news_desk as desk
from . import news_lettering as lettering
from .news_lettering import BLACK, WHITE

PLACES = {"beside": 0.0, "above": 0.6, "one line under": 0.4, "two lines under": 1.8, "three lines under": 3.2}
"""Where a credit stands, and how far from the caption: in sizes of its font."""
GAP = 0.4
"""Between other lines."""


def credited(count: int, seed: int, first: int = 0) -> Iterator[desk.Shot]:
    """Every place on every ground in turn, then again with a mark over the photograph beyond the bar."""
    for number in range(first, count):
        rng = np.random.default_rng([seed, 4, number])
        turn, ground = divmod(number, len(GROUNDS))
        kind, place = list(GROUNDS)[ground], list(PLACES)[turn % len(PLACES)]
        picture, bar = _captioned(rng, desk.photograph(rng), kind, place)
        ink = np.zeros(bar.shape, bool)
        if turn // len(PLACES) % 2:
            rows = np.flatnonzero(bar.any(axis=1))
            free = slice(rows[-1] + 1, desk.HEIGHT) if rows[0] == 0 else slice(0, rows[0])
            photo = np.ascontiguousarray(picture[free])
            ink[free] = desk.mark(rng, photo, str(rng.choice(desk.CORNERS))) > 0.3
            picture[free] = photo
        yield desk.Shot(desk.compressed(rng, picture), bar, ink, f"{kind}, {place}")


def _captioned(rng: np.random.Generator, photo: np.ndarray, kind: str, place: str) -> tuple[np.ndarray, np.ndarray]:
    """A photograph with such a caption, and where its bar is."""
    words, size = desk.words(), int(rng.integers(14, 22))
    caption = _lines(rng, str(rng.choice(words["captions"])), size, (0.6 if place == "beside" else 0.94) * desk.WIDTH)
    small = round(size * rng.uniform(0.7, 1.05))
    credit = lettering.coverage([str(rng.choice(words["marks"]))], small, "NanumGothic")
    left = int(rng.integers(6, 14))
    right = desk.WIDTH - credit.shape[1] - left
    parts = [(caption, left, GAP)]
    if rng.random() < 0.3:
        date = lettering.coverage([str(rng.choice(words["dates"]))], round(0.7 * size), "NanumGothic")
        parts.append((date, left, GAP))
    apart = (credit, right if rng.random() < 0.7 else left, PLACES[place])
    if place == "above":
        parts = [apart, (caption, left, PLACES[place]), *parts[1:]]
    elif place != "beside":
        parts.append(apart)
    tops, below = [], left
    for part, _, gap in parts:
        tops.append(below + (round(gap * size) if tops else 0))
        below = tops[-1] + part.shape[0]
    thick = below + left
    at_top = rng.random() < 0.2
    rows = slice(0, thick) if at_top else slice(desk.HEIGHT - thick, desk.HEIGHT)
    picture = photo.copy()
    colour = GROUNDS[kind](rng, picture, rows, at_top)
    letters = np.float32(BLACK if colour.mean() > 140 else WHITE)
    if place == "beside":
        parts, tops = [*parts, (credit, right, 0.0)], [*tops, tops[0] + 2]
    for (part, column, _), top in zip(parts, tops, strict=True):
        ink = 0.75 * letters + 0.25 * colour if part is credit else letters
        lettering.lay(picture, part, ink, rng.uniform(0.85, 1), column, rows.start + top)
    bar = np.zeros(picture.shape[:2], bool)
    bar[rows] = True
    return picture, bar


def _lines(rng: np.random.Generator, text: str, size: int, most: float) -> np.ndarray:
    """A caption in as many lines as `most` px of width need."""
    face, lines = lettering.face(rng, text), [""]
    for part in text.split():
        longer = f"{lines[-1]} {part}".strip()
        if lines[-1] and lettering.coverage([longer], size, face).shape[1] > most:
            lines.append(part)
        else:
            lines[-1] = longer
    return lettering.coverage(lines, size, face)


def _scrim(rng: np.random.Generator, picture: np.ndarray, rows: slice, at_top: bool) -> np.ndarray:
    """A darkness that begins with nothing: it has no edge."""
    ramp = np.linspace(0, 0.9, rows.stop - rows.start)[:, None, None]
    picture[rows] -= (ramp[::-1] if at_top else ramp) * picture[rows]
    return np.float32(BLACK)


def _milky(rng: np.random.Generator, picture: np.ndarray, rows: slice, at_top: bool) -> np.ndarray:
    picture[rows] += rng.uniform(0.55, 0.85) * (np.float32(WHITE) - picture[rows])
    return np.float32(WHITE)


GROUNDS = {kind: desk.GROUNDS[kind] for kind in ("solid", "nearly solid", "glass", "gradient")}
GROUNDS |= {"milky glass": _milky, "scrim": _scrim}
