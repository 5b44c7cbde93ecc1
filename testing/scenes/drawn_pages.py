"""Drawn pages and covers, each anew for every generator."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .. import fonts
from .soft_grounds import mesh, ramp
from .textures import Size, as_bytes, drawing, halftone, leaves, noise, ornament, some_colours, strokes

WORDS = (
    "봄", "여름", "가을", "겨울", "하늘", "바람", "구름", "나무", "사람",
    "마을", "기차", "이야기", "오늘", "아침", "저녁", "바다", "산길", "편지", "노래", "시간",
)  # fmt: skip


def _page(size: Size, colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    canvas = Image.new("RGB", size[::-1], colour)
    return canvas, ImageDraw.Draw(canvas)


def _line(rng: np.random.Generator, long: int) -> str:
    return " ".join(WORDS[index] for index in rng.integers(len(WORDS), size=long))


def _columns(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], height: int, ink: int
) -> None:
    font = ImageFont.truetype(str(fonts.korean()), height)
    for y in range(box[1], box[3] - height, round(1.6 * height)):
        line = _line(rng, 12)
        while font.getlength(line) > box[2] - box[0]:
            line = line[:-1]
        draw.text((box[0], y), line, (ink,) * 3, font)


def news_page(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Columns of text, a rule, a grainy picture."""
    canvas, draw = _page(size, (246, 244, 238))
    for column in range(3):
        left = 20 + column * size[1] // 3
        _columns(rng, draw, (left, 70, left + size[1] // 3 - 30, size[0]), 13, 40)
    draw.line((16, 56, size[1] - 16, 56), (30, 30, 30), 3)
    picture = Image.fromarray(leaves(rng, (200, size[1] // 3 - 20)))
    canvas.paste(picture, (size[1] // 3 + 14, 120))
    return np.asarray(canvas)


def chart(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Bars, a grid and a curve."""
    canvas, draw = _page(size, (252, 252, 252))
    for y in range(40, size[0], 60):
        draw.line((40, y, size[1] - 20, y), (205, 205, 210), 2)
    colour = tuple(some_colours(rng, 1)[0].astype(int))
    for x in range(70, size[1] - 60, 70):
        draw.rectangle((x, rng.uniform(80, size[0] - 60), x + 36, size[0] - 30), fill=colour)
    points = [(x, size[0] / 2 + 120 * math.sin(x / 90 + rng.uniform(-0.2, 0.2))) for x in range(50, size[1] - 30, 40)]
    draw.line(points, (220, 90, 30), 5, "curve")
    draw.rectangle((38, 20, size[1] - 20, size[0] - 28), outline=(40, 40, 40), width=3)
    return np.asarray(canvas)


def comic(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Panels with outlines and screentone."""
    canvas, draw = _page(size, (255, 255, 255))
    cut = int(size[1] * rng.uniform(0.35, 0.65))
    for box in ((14, 14, cut - 6, size[0] - 14), (cut + 6, 14, size[1] - 14, 240), (cut + 6, 254, size[1] - 14, 498)):
        high, wide = box[3] - box[1], box[2] - box[0]
        inside = halftone(rng, (high, wide)).mean(2) if rng.random() < 0.5 else drawing(rng, (high, wide)).mean(2)
        canvas.paste(Image.fromarray(np.stack([inside.astype(np.uint8)] * 3, -1)), box[:2])
        draw.rectangle(box, outline=(0, 0, 0), width=5)
    return np.asarray(canvas)


def book_cover(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A moon over hills, with grain."""
    canvas = Image.fromarray(ramp(rng, size))
    draw = ImageDraw.Draw(canvas)
    x, y, reach = rng.uniform(150, 600), rng.uniform(90, 200), rng.uniform(50, 90)
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(250, 238, 200))
    for layer in range(3):
        high = 300 + 70 * layer + 30 * noise(rng, (1, size[1]), 120)[0]
        shade = tuple((some_colours(rng, 1)[0] * (0.8 - 0.2 * layer)).astype(int))
        draw.polygon([*enumerate(high.tolist()), (size[1], size[0]), (0, size[0])], fill=shade)
    for x in rng.uniform(0, size[1], 14):
        draw.rectangle((x, 380, x + 5, 512), fill=(40, 30, 30))
    return as_bytes(np.asarray(canvas) + 3.0 * noise(rng, size, 1)[..., None])


def flat_cover(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Areas of one colour, bars and a frame."""
    canvas, draw = _page(size, tuple(some_colours(rng, 1)[0].astype(int)))
    draw.rectangle(
        (0, int(size[0] * rng.uniform(0.5, 0.8)), size[1], size[0]), fill=tuple(some_colours(rng, 1)[0].astype(int))
    )
    for y in rng.uniform(60, 400, 3):
        draw.rectangle((0, y, size[1], y + rng.uniform(10, 40)), fill=tuple(some_colours(rng, 1)[0].astype(int)))
    draw.rectangle((24, 24, size[1] - 24, size[0] - 24), outline=(245, 245, 240), width=6)
    return np.asarray(canvas)


def patterned_cover(rng: np.random.Generator, size: Size) -> np.ndarray:
    """An ornament under a plain label."""
    canvas = Image.fromarray(ornament(rng, size))
    draw = ImageDraw.Draw(canvas)
    left, top = int(rng.integers(60, 260)), int(rng.integers(60, 200))
    draw.rounded_rectangle((left, top, left + 420, top + 220), 24, (248, 244, 232), (60, 40, 40), 6)
    return np.asarray(canvas)


def painted_cover(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A painting with a figure."""
    canvas = Image.fromarray(strokes(rng, size))
    draw = ImageDraw.Draw(canvas)
    x = rng.uniform(250, 500)
    dark = tuple((some_colours(rng, 1)[0] * 0.4).astype(int))
    draw.polygon([(x - 110, size[0]), (x - 60, 230), (x + 60, 230), (x + 110, size[0])], fill=dark)
    draw.ellipse((x - 48, 130, x + 48, 240), fill=(226, 190, 160))
    return np.asarray(canvas)


def screened_photo(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A page of print: every colour in its own dots."""
    picture = leaves(rng, size).astype(float)
    picture = cv2.GaussianBlur(picture, (0, 0), 6)
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    for channel, turn in enumerate((0.26, 1.31, 0.78)):
        along = (columns * math.cos(turn) + rows * math.sin(turn)) * 2 * math.pi / 5
        across = (rows * math.cos(turn) - columns * math.sin(turn)) * 2 * math.pi / 5
        picture[..., channel] += 22 * (np.cos(along) + np.cos(across))
    return as_bytes(picture)


def table(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Rows with rules and numbers."""
    canvas, draw = _page(size, (250, 249, 246))
    font = ImageFont.truetype(str(fonts.korean()), 16)
    for row, y in enumerate(range(20, size[0] - 20, 34)):
        draw.rectangle(
            (20, y, size[1] - 20, y + 34), fill=(236, 240, 246) if row % 2 else None, outline=(150, 150, 150)
        )
        for x in range(40, size[1] - 80, 120):
            draw.text((x, y + 7), str(int(rng.integers(10, 99999))), (50, 50, 60), font)
    return np.asarray(canvas)


def webtoon(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Soft shading with dark outlines."""
    canvas = Image.fromarray(mesh(rng, size))
    draw = ImageDraw.Draw(canvas)
    for _ in range(7):
        start = rng.uniform(0, 1, 2) * size[::-1]
        points = start + np.cumsum(rng.normal(0, 60, (9, 2)), 0)
        smooth = cv2.resize(points.astype(np.float32), (2, 160), interpolation=cv2.INTER_CUBIC)
        draw.line([tuple(point) for point in smooth.tolist()], (25, 20, 30), int(rng.integers(3, 9)), "curve")
    return np.asarray(canvas)


PAGES = (
    news_page,
    chart,
    comic,
    book_cover,
    flat_cover,
    patterned_cover,
    painted_cover,
    screened_photo,
    table,
    webtoon,
)
