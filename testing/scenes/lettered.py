"""Covers whose lettering is known to the px: font, size, angle, colours, outline, shadow, and how it lies.

Drawn with Pillow and warped with OpenCV, without a line of the code that measures or sets letters. Needs what
`covers.py` needs, and Debian's fonts-nanum-extra.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import covers, text

FOLDER = Path("/usr/share/fonts/truetype/nanum")
CLASSES = {
    "serif": ("NanumMyeongjo", "NanumMyeongjoBold", "NanumMyeongjoExtraBold"),
    "sans": ("NanumGothicBold", "NanumGothicExtraBold", "NanumBarunGothicBold", "NanumGothic"),
    "rounded": ("NanumSquareRoundR", "NanumSquareRoundB", "NanumSquareRoundEB"),
    "brush": ("NanumBrush",),
    "pen": ("NanumPen",),
    "condensed": ("NanumGothicBold", "NanumGothicExtraBold", "NanumBarunGothicBold"),
}
"""Class -> fonts; letters of the last are 62 % as wide."""
SQUEEZED = 0.62
SIDE = (768, 1152)
FINE = 3
"""Letters are drawn so many times larger than they are shown."""
LETTERS = set("gjpqyQ,;()&@")


@dataclass(frozen=True)
class Lettering:
    """One line, as it was drawn."""

    words: str
    kind: str
    """One of CLASSES."""
    size: float
    """px from the foot to the head of its letters, in the middle of the line."""
    angle: float
    """Degrees, clockwise."""
    is_column: bool
    colour: np.ndarray
    to: np.ndarray
    """RGB at the letters' head and foot."""
    outline: float
    """px."""
    outline_colour: np.ndarray
    shadow: tuple[float, float]
    taper: float
    """Percent by which the end is higher than the start."""
    polygon: np.ndarray
    """`[4,2]` px: around its ink, clockwise from the letters' upper left."""


@dataclass(frozen=True)
class Cover:
    """A picture and its lines, and the picture before they were drawn."""

    picture: np.ndarray
    bare: np.ndarray
    lines: list[Lettering]


def cover(seed: int, number: int, grounds: Sequence[Path], instead: Sequence[str] = ()) -> Cover:
    """One cover with a line in its upper and one in its lower half; the same numbers give the same cover.

    Args:
        grounds: pictures that it may lie on; [] = it is drawn.
        instead: Latin and Korean words, which every line in that script says instead of its own.
    """
    rng = np.random.Generator(np.random.PCG64([seed, number]))
    width, height = SIDE
    bare = covers.ground(rng, width, height, grounds) if grounds else covers.drawing(rng, width, height)
    canvas, lines = bare.astype(np.float32), []
    kinds = list(CLASSES)
    for half in (0, 1):
        kind = kinds[(2 * number + half + number // 3) % len(kinds)]
        line = _line(rng, canvas, kind, (0.27 + 0.46 * half) * height, instead)
        if line is not None:
            lines.append(line)
    picture = canvas.clip(0, 255).round().astype(np.uint8)
    return Cover(text.jpeg(rng, picture) if rng.random() < 0.3 else picture, bare, lines)


def scenes(count: int, seed: int, grounds: Sequence[Path]) -> Iterator[Cover]:
    """`count` covers."""
    for number in range(count):
        yield cover(seed, number, grounds)


def _line(
    rng: np.random.Generator, canvas: np.ndarray, kind: str, middle: float, instead: Sequence[str]
) -> Lettering | None:  # fmt: skip
    height, width = canvas.shape[:2]
    words = str(rng.choice(text.KOREAN if rng.random() < covers.KOREAN_SHARE else text.ENGLISH))
    words = instead[0 if words.isascii() else 1] if instead else words
    is_column = not words.isascii() and " " not in words and len(words) > 1 and rng.random() < 0.3
    angle = float(rng.uniform(-25, 25)) if rng.random() < 0.5 and not is_column else float(rng.uniform(-4, 4))
    em = math.exp(rng.uniform(math.log(30), math.log(330)))
    path = FOLDER / f"{rng.choice(CLASSES[kind])}.ttf"
    squeeze = SQUEEZED if kind == "condensed" else 1.0
    for _ in range(40):
        flat = _flat(words, path, em, is_column, squeeze)
        tall, wide = (side / FINE for side in flat[0].shape)
        turn = math.radians(angle)
        across = abs(wide * math.cos(turn)) + abs(tall * math.sin(turn))
        down = abs(wide * math.sin(turn)) + abs(tall * math.cos(turn))
        if across <= 0.92 * width and down <= 0.4 * height:
            break
        em *= 0.9
    if em < 24:
        return None
    cover_, (left, head, right, foot, last) = flat
    size = (right - left if is_column else foot - head) / FINE
    stroke = float(rng.uniform(0.03, 0.08) * size) if rng.random() < 0.35 else 0.0
    stroke = stroke if stroke >= 1 else 0.0
    taper = float(rng.choice([-1, 1]) * rng.uniform(15, 40)) if rng.random() < 0.2 and wide > 3 * tall else 0.0
    x = float(rng.uniform(across / 2 + 8, width - across / 2 - 8)) if across + 20 < width else width / 2
    way = _way(cover_.shape, angle, taper, x, middle)
    fill = _warped(cover_, way, canvas.shape[:2])
    full = _warped(_widened(cover_, stroke * FINE), way, canvas.shape[:2]) if stroke else fill
    colour, to, edge = _colours(rng, canvas[full > 0.3].mean(axis=0), bool(stroke))
    shadow = (0.0, 0.0)
    if rng.random() < 0.3:
        reach = float(rng.uniform(0.04, 0.08) * size)
        shadow = (reach, reach)
        shade = cv2.warpAffine(full, np.float64([[1, 0, reach], [0, 1, reach]]), (width, height))
        shade = cv2.GaussianBlur(shade, (0, 0), 0.4 * reach + 0.3) * 0.6
        canvas += shade[..., None] * (np.float32(12) - canvas)
    canvas += full[..., None] * (edge - canvas)
    canvas += fill[..., None] * (_ramp(canvas.shape[:2], way, head, last, colour, to) - canvas)
    box = np.float32([[left, head], [right, head], [right, last], [left, last]])
    polygon = cv2.perspectiveTransform(box[None], way)[0]
    ratio = 1 + taper / 100
    in_the_middle = 4 * ratio / (1 + ratio) ** 2  # the heights' harmonic mean against their mean
    return Lettering(
        words, kind, size * in_the_middle, angle, is_column, colour, to, stroke, edge, shadow, taper, polygon
    )


def _flat(
    words: str, path: Path, em: float, is_column: bool, squeeze: float
) -> tuple[np.ndarray, tuple[float, float, float, float, float]]:
    """Coverage of a line, and left, head, right, foot and lowest row of its letters."""
    font = ImageFont.truetype(str(path), round(em * FINE))
    pad = round(0.35 * em * FINE)
    if is_column:
        pitch = round(1.05 * em * FINE)
        sheet = Image.new("L", (round(em * FINE) + 2 * pad, pitch * len(words) + 2 * pad))
        pen = ImageDraw.Draw(sheet)
        for number, letter in enumerate(words):
            pen.text((sheet.width / 2, pad + pitch * number), letter, 255, font, anchor="ma")
    else:
        left, top, right, bottom = font.getbbox(words, anchor="ls")
        sheet = Image.new("L", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad))
        ImageDraw.Draw(sheet).text((pad - left, pad - top), words, 255, font, anchor="ls")
    if squeeze != 1:
        sheet = sheet.resize((round(sheet.width * squeeze), sheet.height), Image.Resampling.LANCZOS)
    cover_ = np.asarray(sheet, np.float32) / 255
    rows, columns = np.flatnonzero((cover_ > 0.5).any(axis=1)), np.flatnonzero((cover_ > 0.5).any(axis=0))
    head, last = float(rows[0]), float(rows[-1] + 1)
    foot = pad - top + _foot(font) if words.isascii() and not is_column and LETTERS & set(words) else last
    return cover_, (float(columns[0]), head, float(columns[-1] + 1), float(foot), last)


def _foot(font: ImageFont.FreeTypeFont) -> int:
    """px from the baseline down to where capitals end: hands often stand above it, which `getbbox` does not tell."""
    mask, (_, top) = font.getmask2("H", anchor="ls")
    return top + mask.getbbox()[3]


def _widened(cover_: np.ndarray, px: float) -> np.ndarray:
    outside = cv2.distanceTransform((cover_ < 0.5).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.clip(px + 1 - outside, 0, 1).astype(np.float32)


def _way(shape: tuple[int, int], angle: float, taper: float, x: float, y: float) -> np.ndarray:
    """The homography from the flat sheet into the picture."""
    tall, wide = shape
    ratio = 1 + taper / 100
    first, last = 2 / (1 + ratio), 2 * ratio / (1 + ratio)
    a, b = wide / 2 / FINE, tall / 2 / FINE
    quad = np.float32([[-a, -b * first], [a, -b * last], [a, b * last], [-a, b * first]])
    turn = math.radians(angle)
    rotation = np.float32([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    sheet = np.float32([[0, 0], [wide, 0], [wide, tall], [0, tall]])
    return cv2.getPerspectiveTransform(sheet, (quad @ rotation + [x, y]).astype(np.float32))


def _warped(cover_: np.ndarray, way: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The sheet in the picture, `[H,W]` in 0..1, each px the mean of nine."""
    finer = np.diag([FINE, FINE, 1.0]) @ way
    large = cv2.warpPerspective(cover_, finer, (shape[1] * FINE, shape[0] * FINE), flags=cv2.INTER_LINEAR)
    return cv2.resize(large, shape[::-1], interpolation=cv2.INTER_AREA)


def _ramp(
    shape: tuple[int, int], way: np.ndarray, head: float, foot: float, colour: np.ndarray, to: np.ndarray
) -> np.ndarray:
    """`[H,W,3]`: from one colour at the head of the letters to another at their foot."""
    rows, columns = np.indices(shape)
    places = np.stack([columns, rows], axis=-1).reshape(1, -1, 2).astype(np.float32)
    down = cv2.perspectiveTransform(places, np.linalg.inv(way))[0, :, 1].reshape(shape)
    share = np.clip((down - head) / (foot - head), 0, 1)[..., None]
    return (colour + share * (to - colour)).astype(np.float32)


def _colours(rng: np.random.Generator, around: np.ndarray, outlined: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Letters' colour at head and foot, and the outline's: all of them can be read on what is around."""
    for _ in range(200):
        colour = rng.uniform(0, 255, 3) if rng.random() < 0.6 else np.full(3, float(rng.choice([10, 30, 240, 255])))
        to = rng.uniform(0, 255, 3) if rng.random() < 0.25 else colour
        edge = np.full(3, float(rng.choice([8, 245]))) if rng.random() < 0.6 else rng.uniform(0, 255, 3)
        apart = min(_apart(colour, around), _apart(to, around))
        if outlined:
            apart = min(apart, _apart(edge, around), _apart(edge, colour), _apart(edge, to))
        if apart > 35 and _apart(colour, to) < 60:
            break
    return colour, to, edge if outlined else colour


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    pair = np.float32([[one, other]]) / 255
    lab = cv2.cvtColor(pair, cv2.COLOR_RGB2Lab)[0]
    return float(np.linalg.norm(lab[0] - lab[1]))
