"""Agencies whose marks are alike, bursts of one scene, and photographs that carry no mark but look as if.

The truth beside `watermark`: what a learner or a cleaner must tell apart.
"""

from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .. import fonts
from . import watermark

AGENCIES = (
    ("가나뉴스", "GANA NEWS  2026 ALL RIGHTS", "disc"),
    ("다라뉴스", "DARA NEWS  2026 ALL RIGHTS", "disc"),
    ("마바통신", "MABA NEWS  2026 ALL RIGHTS", "disc"),
    ("뉴스사아", "NEWS SAA  2026 ALL RIGHTS", "ring"),
    ("자차뉴스", "JACHA NEWS  ALL RIGHTS", "square"),
    ("카타뉴스", "KATA NEWS  2026 ALL RIGHTS", ""),
)
"""Name, small line and emblem: the layout is one, and half of the words are shared."""
PLACARDS = ("STOP THE WAR", "EXIT 3", "물가 안정", "뉴스 속보", "OPEN", "SALE 50%", "기자회견", "CITY NEWS")
CAPTIONS = ("대통령이 기자회견을 하고 있다. 2026.11.28", "서울 시내에 눈이 내리고 있다.", "President speaks, Nov. 28")
SIZES = ((640, 480), (800, 533), (480, 640), (600, 400), (1024, 683))
SHOWN = ("rocket", "hubble_deep_field", "coffee", "chelsea", "astronaut", "coins")
"""What bursts show: smooth scenes, in which a part repeats as a mark would. In texture everything does."""
KINDS = ("plain", "tilted", "letterbox", "placards", "sign", "caption")
BARS = (((0, 0, 0), (255, 255, 255)), ((255, 255, 255), (20, 20, 20)), ((20, 30, 60), (230, 230, 230)))


@cache
def agency(number: int, colour: tuple[int, int, int] = watermark.WHITE) -> watermark.Mark:
    """The mark of one of `AGENCIES`, 190 x 52 px."""
    name, line, emblem = AGENCIES[number]
    layer = Image.new("L", (190, 52))
    draw = ImageDraw.Draw(layer)
    draw.text((4, 1), name, 255, font(28))
    draw.text((4, 34), line, 255, font(12))
    if emblem == "disc":
        draw.ellipse((140, 4, 168, 32), 255)
    elif emblem == "ring":
        draw.ellipse((140, 4, 168, 32), outline=255, width=4)
    elif emblem == "square":
        draw.rectangle((142, 6, 168, 32), 255)
    coverage = np.asarray(layer) / 255.0
    return watermark.Mark(coverage, np.broadcast_to(np.float64(colour), (*coverage.shape, 3)))


def font(size: int) -> ImageFont.FreeTypeFont:
    """Letters that every machine has."""
    return ImageFont.truetype(str(fonts.korean()), size)


def burst(count: int, seed: int, panned: int = 0, size: tuple[int, int] = (640, 480)) -> list[np.ndarray]:
    """Shots of one scene, `[H,W,3]` uint8 as JPEG leaves them: each of its own exposure, and none with a mark.

    Args:
        panned: px by which the camera moves from shot to shot, at most.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    name = SHOWN[int(rng.integers(len(SHOWN)))]
    reach = (count - 1) * panned
    wide = watermark.scene(rng, watermark.photo(name), (size[0] + reach, size[1] + reach // 4))
    shots = []
    left = top = 0.0
    for _ in range(count):
        shot = wide[round(top) : round(top) + size[1], round(left) : round(left) + size[0]].astype(np.float32)
        shot = 255 * (shot / 255) ** rng.uniform(0.8, 1.25) * rng.uniform(0.55, 1.3) + rng.uniform(-25, 25)
        shot += rng.normal(0, rng.uniform(0, 3), shot.shape)
        if rng.random() < 0.7:  # somebody moves
            place = (int(rng.integers(size[0])), int(rng.integers(size[1])))
            cv2.ellipse(shot, place, (50, 95), 0, 0, 360, rng.uniform(0, 255, 3).tolist(), -1)
        shots.append(watermark.jpeg(shot.clip(0, 255).round().astype(np.uint8), int(rng.integers(70, 96))))
        left = min(left + rng.uniform(0, panned), reach)
        top = min(top + rng.uniform(0, panned / 4), reach // 4)
    return shots


def unmarked(seed: int) -> np.ndarray:
    """`[H,W,3]` uint8: a photograph without a mark: rotated, letterboxed, with placards, a sign or a caption bar."""
    rng = np.random.Generator(np.random.PCG64(seed))
    size = SIZES[int(rng.integers(len(SIZES)))]
    source = watermark.photo(str(rng.choice(watermark.PHOTOS)))
    if rng.random() < 0.3:
        source = np.rot90(source, int(rng.integers(1, 4)))
    picture = watermark.scene(rng, np.ascontiguousarray(source), size)
    kind = rng.choice(KINDS)
    if kind == "tilted":
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), rng.uniform(-20, 20), rng.uniform(1, 1.2))
        picture = cv2.warpAffine(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    elif kind == "letterbox":
        picture = letterboxed(picture, rng)
    elif kind == "placards":
        for _ in range(int(rng.integers(1, 4))):
            picture = lettered(picture, rng, (rng.uniform(0, 0.75), rng.uniform(0, 0.85)), board=True)
    elif kind == "sign":  # where marks stand
        picture = lettered(picture, rng, (rng.uniform(0.55, 0.75), rng.uniform(0.8, 0.92)), board=rng.random() < 0.4)
    elif kind == "caption":
        picture = captioned(picture, rng)
    return watermark.jpeg(picture, int(rng.integers(60, 96)))


def letterboxed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """With bars of one colour above and below, or on both sides."""
    result = picture.copy()
    colour = rng.choice([0, 0, 0, 16, 255])
    side = 0 if rng.random() < 0.7 else 1
    thick = round(picture.shape[side] * rng.uniform(0.04, 0.16))
    for bar in (slice(0, thick), slice(-thick, None)):
        result[(slice(None),) * side + (bar,)] = colour
    return result


def lettered(picture: np.ndarray, rng: np.random.Generator, at: tuple[float, float], board: bool) -> np.ndarray:
    """With words at a place in shares of the picture: on a board of their own, or on what is there."""
    drawn = Image.fromarray(picture)
    draw = ImageDraw.Draw(drawn)
    words, letters = str(rng.choice(PLACARDS)), font(int(rng.integers(16, 44)))
    corner = (at[0] * picture.shape[1], at[1] * picture.shape[0])
    box = draw.textbbox(corner, words, letters)
    dark, light = (tuple(rng.integers(*span, 3).tolist()) for span in ((0, 90), (165, 256)))
    if board:
        draw.rectangle((box[0] - 8, box[1] - 8, box[2] + 8, box[3] + 8), light)
    draw.text(corner, words, dark if board else light, letters)
    return np.asarray(drawn)


def captioned(picture: np.ndarray, rng: np.random.Generator, height: int = 40) -> np.ndarray:
    """With a bar along the bottom that holds a caption."""
    drawn = Image.fromarray(picture)
    draw = ImageDraw.Draw(drawn)
    ground, ink = BARS[int(rng.integers(len(BARS)))]
    top = picture.shape[0] - height
    draw.rectangle((0, top, picture.shape[1], picture.shape[0]), ground)
    draw.text((8, top + 10), str(rng.choice(CAPTIONS)), ink, font(18))
    return np.asarray(drawn)


def written(picture: np.ndarray, words: str, at: tuple[int, int]) -> np.ndarray:
    """With small dark words at a place (x, y) px, as captions have them."""
    drawn = Image.fromarray(picture)
    ImageDraw.Draw(drawn).text(at, words, (20, 20, 20), font(16))
    return np.asarray(drawn)
