"""Covers without letters on which somebody is to be seen, with the place of every face and figure.

Photographs of scikit-image and matplotlib, cut to covers, whose faces are marked by hand in `portraits.json`; and
people who are drawn here, before skies, walls, woods and towns. The sets "tuned" and "held out" are other cuts of the
same three photographs, and other drawings.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

MARKED: dict[str, dict] = json.loads(Path(__file__).with_name("portraits.json").read_text(encoding="utf-8"))
SEEDS = {"tuned": 100, "held out": 200}
DRAWN, PHOTOGRAPHS = 13, 7
"""In each set."""
SIZES = ((400, 600), (420, 600), (500, 500), (640, 400), (380, 620))
SKIN = ((236, 205, 178), (222, 184, 152), (188, 140, 104), (128, 86, 62), (246, 222, 205))
HAIR = ((30, 24, 22), (70, 44, 28), (150, 110, 60), (120, 118, 120), (24, 26, 40))
Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom, px."""


@dataclass(frozen=True)
class Portrait:
    """A cover without letters."""

    name: str
    picture: np.ndarray
    """`[H,W,3]` uint8."""
    faces: tuple[Rectangle, ...]
    """From brows to chin, ear to ear."""
    figures: tuple[Rectangle, ...]
    """Heads and bodies, as far as they are seen."""


def portraits(part: str) -> Iterator[Portrait]:
    """The pictures of "tuned" or "held out", always the same ones."""
    names = list(MARKED)
    for number in range(PHOTOGRAPHS):
        rng = np.random.default_rng((SEEDS[part], 1, number))
        yield _cut(rng, names[number % len(names)], f"{part} photograph {number}")
    for number in range(DRAWN):
        rng = np.random.default_rng((SEEDS[part], 2, number))
        yield _drawn(rng, f"{part} drawing {number}", number)


@cache
def _photograph(name: str) -> np.ndarray:
    if MARKED[name]["from"] == "matplotlib":
        from matplotlib import cbook
        from PIL import Image

        with cbook.get_sample_data(MARKED[name]["file"]) as file:
            return np.asarray(Image.open(file).convert("RGB"))
    from skimage import data

    found = getattr(data, name)()
    return np.stack([found] * 3, -1) if found.ndim == 2 else found[..., :3]


def _cut(rng: np.random.Generator, name: str, title: str) -> Portrait:
    """A part of a photograph that holds its faces, mirrored or not, lighter or darker, in the size of a cover."""
    whole, marked = _photograph(name), MARKED[name]
    faces = np.array(marked["faces"], float)
    height, width = whole.shape[:2]
    across, high = SIZES[rng.integers(len(SIZES))]
    scale = min(width / across, height / high) * rng.uniform(0.8, 1.0)
    wide, tall = across * scale, high * scale
    left = np.clip(rng.uniform(faces[:, 2].max() - wide, faces[:, 0].min()), 0, width - wide)
    top = np.clip(rng.uniform(faces[:, 3].max() - tall, faces[:, 1].min()), 0, height - tall)
    part = whole[round(top) : round(top + tall), round(left) : round(left + wide)]
    picture = cv2.resize(part, (across, high), interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC)
    gamma = rng.uniform(0.7, 1.4)
    picture = np.round(255 * (picture / 255) ** gamma).astype(np.uint8)
    mirrored = rng.random() < 0.5

    def moved(box: list[float]) -> Rectangle:
        x0, x1 = ((box[at] - left) / scale for at in (0, 2))
        y0, y1 = ((box[at] - top) / scale for at in (1, 3))
        x0, x1 = (across - x1, across - x0) if mirrored else (x0, x1)
        return (max(0.0, x0), max(0.0, y0), min(float(across), x1), min(float(high), y1))

    if mirrored:
        picture = np.ascontiguousarray(picture[:, ::-1])
    return Portrait(title, picture, tuple(map(moved, marked["faces"])), tuple(map(moved, marked["figures"])))


def _drawn(rng: np.random.Generator, title: str, number: int) -> Portrait:
    """One to three people before a scene."""
    across, high = SIZES[number % len(SIZES)]
    sheet = (_sky, _wall, _wood, _town)[number % 4](rng, across, high)
    faces: list[Rectangle] = []
    figures: list[Rectangle] = []
    count = int(rng.integers(1, 4)) if number % 3 == 2 else 1
    for place in rng.permutation(3)[:count]:
        radius = min(across, high) * (rng.uniform(0.09, 0.2) if count == 1 else rng.uniform(0.06, 0.1))
        x = across * (place + 0.5) / 3 + rng.uniform(-0.06, 0.06) * across
        y = high * rng.uniform(0.25, 0.7)
        x, y = np.clip(x, 1.3 * radius, across - 1.3 * radius), np.clip(y, 1.8 * radius, high - 2 * radius)
        _person(rng, sheet, float(x), float(y), float(radius))
        faces.append((x - radius, y - 0.75 * radius, x + radius, y + 1.25 * radius))
        figures.append((max(0.0, x - 2 * radius), y - 1.5 * radius, min(float(across), x + 2 * radius), float(high)))
    return Portrait(title, cv2.GaussianBlur(sheet, (0, 0), 0.7), tuple(faces), tuple(figures))


def _person(rng: np.random.Generator, sheet: np.ndarray, x: float, y: float, radius: float) -> None:
    """Shoulders, neck, hair and a face with brows, eyes, nose and mouth."""
    skin = np.array(SKIN[rng.integers(len(SKIN))], float)
    hair, coat = HAIR[rng.integers(len(HAIR))], tuple(int(level) for level in rng.integers(30, 200, 3))
    shade = tuple(int(level) for level in skin * 0.82)
    tone = tuple(int(level) for level in skin)

    def ellipse(
        at: tuple[float, float], size: tuple[float, float], colour: tuple, start: int = 0, end: int = 360
    ) -> None:
        middle = (round(x + at[0] * radius), round(y + at[1] * radius))
        axes = (max(1, round(size[0] * radius)), max(1, round(size[1] * radius)))
        cv2.ellipse(sheet, middle, axes, 0, start, end, colour, -1, cv2.LINE_AA)

    bottom = (sheet.shape[0] - y) / radius
    ellipse((0, bottom), (2.0, max(0.2, bottom - 1.5)), coat)
    ellipse((0, 1.4), (0.42, 0.6), shade)
    ellipse((0, -0.1), (1.12, 1.35), hair)
    ellipse((0, 0.15), (0.88, 1.1), tone)
    ellipse((0, -0.55), (0.95, 0.6), hair, 180, 360)
    line = max(1, round(radius * 0.07))
    for side in (-1, 1):
        ellipse((side * 0.36, 0.02), (0.2, 0.11), (250, 250, 248))
        ellipse((side * 0.36, 0.02), (0.1, 0.11), (40, 30, 26))
        ellipse((side * 0.36, -0.24), (0.24, 0.05), hair)
        ellipse((side * 0.5, 0.45), (0.2, 0.14), tuple(int(level) for level in skin * (0.98, 0.88, 0.86)))
    nose = [(round(x + a * radius), round(y + b * radius)) for a, b in ((0.02, 0.05), (0.12, 0.4), (-0.04, 0.42))]
    cv2.polylines(sheet, [np.array(nose)], False, shade, line, cv2.LINE_AA)
    ellipse((0, 0.72), (0.3, 0.1), (168, 66, 70))


def _sky(rng: np.random.Generator, across: int, high: int) -> np.ndarray:
    """From one colour above to another below, with clouds."""
    ends = rng.integers(20, 240, (2, 3)).astype(np.float32)
    share = np.linspace(0, 1, high, dtype=np.float32)[:, None, None]
    sheet = np.broadcast_to(ends[0] * (1 - share) + ends[1] * share, (high, across, 3)).astype(np.uint8).copy()
    for _ in range(int(rng.integers(0, 9))):
        at = int(rng.integers(across)), int(rng.integers(high // 2))
        cv2.ellipse(sheet, at, (int(rng.integers(20, 90)), int(rng.integers(6, 20))), 0, 0, 360, (240, 240, 244), -1)
    return cv2.GaussianBlur(sheet, (0, 0), 5)


def _wall(rng: np.random.Generator, across: int, high: int) -> np.ndarray:
    """Rough plaster in one tone, with a window."""
    tone = rng.integers(60, 225, 3)
    grain = cv2.GaussianBlur(rng.normal(0, 40, (high, across, 1)).astype(np.float32), (0, 0), 2)
    sheet = np.clip(tone + grain[..., None], 0, 255).astype(np.uint8)
    left, top = int(rng.integers(across // 2)), int(rng.integers(high // 2))
    cv2.rectangle(sheet, (left, top), (left + across // 3, top + high // 3), (236, 232, 214), -1)
    cv2.rectangle(sheet, (left, top), (left + across // 3, top + high // 3), (50, 40, 36), 4)
    return sheet


def _wood(rng: np.random.Generator, across: int, high: int) -> np.ndarray:
    """Trunks and leaves."""
    sheet = np.full((high, across, 3), rng.integers(90, 200, 3), np.uint8)
    for _ in range(16):
        x, wide = int(rng.integers(across)), int(rng.integers(4, 26))
        colour = tuple(int(level) for level in rng.integers(20, 110, 3))
        cv2.rectangle(sheet, (x, 0), (x + wide, high), colour, -1)
    for _ in range(900):
        at = int(rng.integers(across)), int(abs(rng.normal(0, 0.22)) * high)
        colour = tuple(int(level) for level in rng.integers((20, 60, 10), (120, 190, 80)))
        cv2.ellipse(sheet, at, (6, 3), int(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    return sheet


def _town(rng: np.random.Generator, across: int, high: int) -> np.ndarray:
    """Houses with lit windows below a dark or a bright sky."""
    sheet = _sky(rng, across, high)
    for _ in range(14):
        left, top = int(rng.integers(-20, across)), int(rng.uniform(0.3, 0.75) * high)
        wide = int(rng.integers(30, 90))
        cv2.rectangle(sheet, (left, top), (left + wide, high), tuple(int(v) for v in rng.integers(20, 140, 3)), -1)
        for x in range(left + 6, left + wide - 8, 14):
            for y in range(top + 8, high, 20):
                if rng.random() < 0.6:
                    cv2.rectangle(sheet, (x, y), (x + 6, y + 9), (246, 222, 140), -1)
    return sheet
