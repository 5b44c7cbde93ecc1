"""Scenes like real covers, with every visible px of their letters known.

Large display letters stand over photographs and drawings, on two and more grounds at once; they are outlined, shadowed,
filled with a gradient, cut by the border, hidden or parted by a figure. Smaller lines stand below. Needs what `text.py`
needs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from . import text
from .text import Scene, Word

KOREAN_SHARE = 0.6
DISPLAY = [
    Path("/usr/share/fonts/truetype/nanum") / f"Nanum{name}.ttf"
    for name in ("GothicExtraBold", "MyeongjoExtraBold", "SquareRoundEB", "SquareEB", "BarunGothicBold", "Brush",
                 "Gothic")
] + [text.NOTO[1], text.NOTO[2]]  # fmt: skip
TITLE, SMALL = (0.13, 0.42), (0.022, 0.06)
"""Font sizes, of the picture's shorter side."""
LEAST_SHADE = 15
"""Of 255: a shadow on a ground that is nearly as dark is not there."""
LEAST_INK = 60
"""px: what a figure leaves of a word below that is none to be found."""
SEEN = 0.3
"""Coverage from which a px counts as ink."""


@dataclass(frozen=True)
class Style:
    """How a line's letters are painted."""

    top: np.ndarray
    """RGB at their upper end."""
    bottom: np.ndarray
    """RGB at their lower end; the same where they have no gradient."""
    outline: int
    """px, 0 for none."""
    outline_colour: np.ndarray
    shadow: tuple[int, int]
    """px to the right and down."""
    softness: float
    """px: a hard shadow (0) belongs to the letters' ink, a soft one does not."""


def scenes(count: int, seed: int, grounds: Sequence[Path]) -> Iterator[Scene]:
    """`count` covers; the same seed, fonts and wallpapers give the same pictures."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for number in range(count):
        yield cover(rng, *text.SIZES[number % len(text.SIZES)], grounds)


def cover(rng: np.random.Generator, width: int, height: int, grounds: Sequence[Path]) -> Scene:
    canvas = ground(rng, width, height, grounds).astype(np.float32)
    if rng.random() < 0.6:
        second_ground(rng, canvas, grounds)
    figure, paint = _figure(rng, width, height) if rng.random() < 0.5 else (np.zeros((height, width), np.float32), None)
    taken, lines = np.zeros((height, width), bool), []
    for number in range(rng.integers(2, 6)):
        is_title = number < 1 + (rng.random() < 0.5)
        line = _line(rng, canvas, figure, taken, TITLE if is_title else SMALL, is_title)
        if line:
            lines.append(line)
            taken |= cv2.dilate(line[1].astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    if paint is not None:
        canvas += figure[..., None] * (paint - canvas)
    words = [word for line in lines for word in _visible(*line, figure < 1 - SEEN)]
    picture = canvas.clip(0, 255).round().astype(np.uint8)
    return Scene(text.jpeg(rng, picture) if rng.random() < 0.4 else picture, words)


def ground(rng: np.random.Generator, width: int, height: int, grounds: Sequence[Path]) -> np.ndarray:
    """`[height,width,3]` uint8: a photograph, a picture with noise, or a drawing of flat shapes."""
    draw = rng.random()
    if draw < 0.5:
        return cv2.resize(text.wallpaper(rng, grounds[rng.integers(len(grounds))]), (width, height))
    return text.procedural(rng, width, height) if draw < 0.7 else drawing(rng, width, height)


def drawing(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """`[height,width,3]` uint8: a sky, hills, discs and bars in flat colours with drawn outlines."""
    sheet = Image.fromarray(_ramp(height, *rng.uniform(0, 255, (2, 3)))[:, None].repeat(width, 1).astype(np.uint8))
    pen = ImageDraw.Draw(sheet)
    ink = (20, 20, 20) if rng.random() < 0.5 else None
    for _ in range(rng.integers(2, 9)):
        colour = tuple(rng.integers(0, 256, 3).tolist())
        x, y, size = rng.integers(0, width), rng.integers(0, height), rng.integers(20, max(width, height) // 2)
        kind = rng.integers(4)
        if kind == 0:
            pen.ellipse((x - size, y - size, x + size, y + size), colour, ink, 3)
        elif kind == 1:
            pen.rectangle((x, y, x + size, y + int(size * rng.uniform(0.1, 2))), colour, ink, 3)
        elif kind == 2:
            pen.polygon([(0, height), *((px, int(y + size / 3 * math.sin(px / (30 + size / 2)))) for px in
                        range(0, width + 20, 20)), (width, height)], colour, ink)  # fmt: skip
        else:
            pen.polygon([(x + int(size * math.cos(turn)), y + int(size * math.sin(turn))) for turn in
                        np.sort(rng.uniform(0, 2 * math.pi, 7))], colour, ink)  # fmt: skip
    return np.asarray(sheet)


def second_ground(rng: np.random.Generator, canvas: np.ndarray, grounds: Sequence[Path]) -> None:
    """A disc, a band or a half of the picture gets another ground, in place."""
    height, width = canvas.shape[:2]
    shape = np.zeros((height, width), np.uint8)
    kind, middle = rng.integers(3), (int(rng.uniform(0.25, 0.75) * width), int(rng.uniform(0.2, 0.7) * height))
    if kind == 0:
        cv2.circle(shape, middle, int(rng.uniform(0.15, 0.4) * min(width, height)), 255, -1, cv2.LINE_AA)
    elif kind == 1:
        cv2.rectangle(shape, (0, middle[1]), (width, middle[1] + int(rng.uniform(0.08, 0.4) * height)), 255, -1)
    else:
        cv2.fillPoly(shape, [np.array([(middle[0], 0), (width, 0), (width, height), (width - middle[0], height)])], 255)
    other = rng.uniform(0, 255, 3) if rng.random() < 0.7 else ground(rng, width, height, grounds)
    canvas += shape[..., None] / 255.0 * rng.uniform(0.8, 1) * (other - canvas)


def _figure(rng: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A person from behind: coverage `[height,width]`, and its paint `[height,width,3]`."""
    shape = np.zeros((height, width), np.uint8)
    tall = int(rng.uniform(0.35, 0.8) * height)
    x, head = int(rng.uniform(0.25, 0.75) * width), int(rng.uniform(0.09, 0.13) * tall)
    top, wide = height - tall, int(rng.uniform(1.2, 2.2) * head)
    cv2.circle(shape, (x, top + head), head, 255, -1, cv2.LINE_AA)
    body = [(x - head // 2, top + head), (x + head // 2, top + head), (x + wide, top + 3 * head),
            (x + int(1.3 * wide), height), (x - int(1.3 * wide), height), (x - wide, top + 3 * head)]  # fmt: skip
    cv2.fillPoly(shape, [np.array(body)], 255, cv2.LINE_AA)
    noise = rng.normal(0, 25, (24, 24, 3)).astype(np.float32)
    noise = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return shape / np.float32(255), rng.uniform(0, 160, 3) + noise


def _line(
    rng: np.random.Generator, canvas: np.ndarray, figure: np.ndarray, taken: np.ndarray, sizes: tuple, is_title: bool
) -> tuple[str, np.ndarray, float] | None:
    """Paint a line of text where nothing stands yet: its text, its ink and its font size."""
    height, width = canvas.shape[:2]
    texts = text.KOREAN if rng.random() < KOREAN_SHARE else text.ENGLISH
    words = str(rng.choice(texts))
    size = max(12, round(math.exp(rng.uniform(*np.log(sizes))) * min(height, width)))
    path = DISPLAY[rng.integers(len(DISPLAY))]
    for _ in range(12):
        font = ImageFont.truetype(str(path), size, index=1 if path.suffix == ".ttc" else 0)
        left, top, right, bottom = font.getbbox(words)
        if right - left <= 1.02 * width:
            break
        size = round(size * 0.85)
    is_cut = is_title and rng.random() < 0.25
    gap = _gap(figure, words) if is_title and rng.random() < 0.6 else 0
    for _ in range(12):
        x = int(rng.uniform(0.02, 0.98) * max(1, width - (right - left) - gap))
        y = int(rng.uniform(0.02, 0.98) * max(1, height - (bottom - top)))
        if is_cut:
            x, y = ((-int(0.3 * size), y), (x, -int(0.25 * size)), (x, height - int(0.75 * (bottom - top))),
                    (width - int(0.85 * (right - left)), y))[rng.integers(4)]  # fmt: skip
        fill, full = Image.new("L", (width, height)), Image.new("L", (width, height))
        style = _style(rng, size, is_title)
        for layer, outline in ((fill, 0), (full, style.outline)):
            pen = ImageDraw.Draw(layer)
            for piece, offset in _pieces(words, font, gap):
                pen.text((x - left + offset, y - top), piece, 255, font, stroke_width=outline)
        angle = rng.uniform(-12, 12) if rng.random() < 0.2 else 0.0
        covers = [np.asarray(layer.rotate(angle, Image.Resampling.BICUBIC, center=(x + (right - left) / 2, y))) / 255.0
                  for layer in (fill, full)]  # fmt: skip
        if not taken[covers[1] > SEEN].any() and (covers[1] > SEEN).any():
            return words, _paint(canvas, style, *covers), float(size)
    return None


def _gap(figure: np.ndarray, words: str) -> int:
    """px between the first words and the last where a figure is to stand in the middle of the line."""
    return int(figure.any(axis=0).sum() * 0.7) if " " in words else 0


def _pieces(words: str, font: ImageFont.FreeTypeFont, gap: int) -> Iterator[tuple[str, float]]:
    """The line, or its two sides, with the px at which they begin."""
    first, _, rest = words.partition(" ")
    if not gap:
        yield words, 0.0
        return
    yield first, 0.0
    yield rest, font.getlength(first + " ") + gap


def _style(rng: np.random.Generator, size: int, is_title: bool) -> Style:
    top = rng.uniform(0, 255, 3) if rng.random() < 0.5 else np.full(3, float(rng.choice([0, 20, 240, 255])))
    bottom = rng.uniform(0, 255, 3) if is_title and rng.random() < 0.3 else top
    outline = max(1, round(size * rng.uniform(0.02, 0.07))) if rng.random() < 0.35 else 0
    reach = max(1, round(size * rng.uniform(0.02, 0.07)))
    shadow = (reach, reach) if rng.random() < 0.35 else (0, 0)
    return Style(top, bottom, outline, 255 - top, shadow, 0.0 if rng.random() < 0.5 else reach * 0.8)


def _paint(canvas: np.ndarray, style: Style, fill: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Paint the letters in place; `[H,W]` bool: their ink."""
    rows = np.flatnonzero((full > SEEN).any(axis=1))
    area = canvas[rows[0] : rows[-1] + 1]
    middle = (full > SEEN).astype(np.uint8)
    around = canvas[cv2.dilate(middle, np.ones((15, 15), np.uint8)).astype(bool)].mean(axis=0)
    edge = style.outline_colour if style.outline else style.top
    # Letters that nobody can read are none: the same hue, lighter or darker.
    if abs(((edge if style.outline else (style.top + style.bottom) / 2) - around).mean()) < 60:
        lift = 110 if around.mean() < 128 else -110
        style = Style(around + lift, around + lift, style.outline, around + 2 * lift, style.shadow, style.softness)
    ink = full > SEEN
    if any(style.shadow):
        right, down = style.shadow
        shade = cv2.warpAffine(full, np.float64([[1, 0, right], [0, 1, down]]), full.shape[::-1])
        if style.softness:
            shade = np.asarray(Image.fromarray((shade * 255).astype(np.uint8)).filter(
                ImageFilter.GaussianBlur(style.softness))) / 255.0 * 0.6  # fmt: skip
        else:
            ink |= (shade > SEEN) & (canvas.max(axis=2) > 15 + LEAST_SHADE)
        canvas += shade[..., None] * (np.float32(15) - canvas)
    if style.outline:
        canvas += full[..., None] * (style.outline_colour - canvas)
    colours = _ramp(len(area), style.top, style.bottom)[:, None]
    area += fill[rows[0] : rows[-1] + 1, :, None] * (colours - area)
    return ink


def _ramp(length: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return first + np.linspace(0, 1, length)[:, None] * (last - first)


def _visible(words: str, ink: np.ndarray, size: float, is_seen: np.ndarray) -> Iterator[Word]:
    """What is left of a line before the figure: the words on its two sides, or all of it."""
    shown = ink & is_seen
    apart = max(4, round(0.6 * size))
    joined = cv2.morphologyEx(shown.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((apart, apart), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    for label in range(1, count):
        part = shown & (labels == label)
        if part.sum() >= LEAST_INK:
            polygon = cv2.boxPoints(cv2.minAreaRect(np.argwhere(part)[:, ::-1].astype(np.float32)))
            yield Word(words, polygon, part, size, 0.0, 1.0)
