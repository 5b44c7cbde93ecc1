"""Twelve pictures that people enlarge: photographs, skies, drawings and print, photographed, drawn or both.

The photographs are scikit-image's.
"""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from dancheong.runner.demo import sample_cover
from PIL import Image, ImageDraw, ImageFont

from .. import fonts
from .text import KOREAN

SIZE = 640
"""px of a side of what is drawn here."""
FONT = fonts.korean().with_name("NanumGothic.ttf")
SCREENS = ((15, 0), (75, 1), (0, 2))
"""Degrees by which the dots of red, green and blue are turned, as a press turns them."""
PITCH = 5.0
"""px between dots."""


def piece(name: str, width: int, height: int, seed: int) -> np.ndarray:
    """`[height,width,3]` float32 of one of `PICTURES`, at a place that the seed draws; mirrored where it is smaller."""
    whole = picture(name)
    rows, columns = (max(0, wanted - there) for wanted, there in zip((height, width), whole.shape, strict=False))
    whole = np.pad(whole, ((0, rows), (0, columns), (0, 0)), "symmetric")
    rng = np.random.default_rng((seed, *name.encode()))
    top, left = rng.integers(whole.shape[0] - height + 1), rng.integers(whole.shape[1] - width + 1)
    return whole[top : top + height, left : left + width]


@cache
def picture(name: str) -> np.ndarray:
    """`[H,W,3]` float32 in 0..1."""
    return PICTURES[name]()


def _photograph(name: str) -> np.ndarray:
    from skimage import color, data, util

    found = util.img_as_float32(getattr(data, name)())
    return found[..., :3] if found.ndim == 3 else color.gray2rgb(found)


def _night() -> np.ndarray:
    """A dark sky with stars of one px."""
    rng = np.random.default_rng(1)
    sky = np.linspace(6, 22, SIZE, dtype=np.float32)[:, None, None] * np.array([0.6, 0.7, 1.2], np.float32) / 255
    sky = np.tile(sky, (1, SIZE, 1))
    sky[rng.integers(0, SIZE, 1500), rng.integers(0, SIZE, 1500)] = rng.uniform(0.2, 1, (1500, 1))
    return sky


def _drawing() -> np.ndarray:
    """Flat colours within dark outlines."""
    rng = np.random.default_rng(2)
    sheet = Image.new("RGB", (SIZE, SIZE), (250, 244, 230))
    pen = ImageDraw.Draw(sheet)
    for _ in range(220):
        x, y, radius = (int(rng.integers(low, high)) for low, high in ((0, SIZE), (0, SIZE), (6, 40)))
        colour = tuple(int(level) for level in rng.integers(30, 230, 3))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=(20, 20, 20), width=2)
    return np.asarray(sheet, np.float32) / 255


def _small_print() -> np.ndarray:
    """A page of Korean in letters of 11 to 16 px."""
    rng = np.random.default_rng(3)
    sheet = Image.new("RGB", (SIZE, SIZE), (252, 250, 245))
    pen, top = ImageDraw.Draw(sheet), 6
    while top < SIZE:
        size = int(rng.integers(11, 17))
        line = " ".join(rng.permutation(KOREAN))
        pen.text((8, top), line, (25, 25, 30), ImageFont.truetype(FONT, size))
        top += round(size * 1.5)
    return np.asarray(sheet, np.float32) / 255


def _halftone() -> np.ndarray:
    """A photograph as a press prints it: dots of each colour on a screen of its own."""
    source = _photograph("coffee")
    y, x = np.mgrid[: source.shape[0], : source.shape[1]].astype(np.float32)
    printed = np.empty_like(source)
    for degrees, channel in SCREENS:
        turn = np.radians(degrees)
        across, down = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        screen = 0.5 + 0.25 * (np.cos(2 * np.pi * across / PITCH) + np.cos(2 * np.pi * down / PITCH))
        printed[..., channel] = np.clip((source[..., channel] - screen) * 4 + 0.5, 0, 1)
    return printed


def _cover() -> np.ndarray:
    return np.asarray(sample_cover.draw(), np.float32) / 255


PICTURES: dict[str, Callable[[], np.ndarray]] = {
    "face": partial(_photograph, "astronaut"),
    "cat": partial(_photograph, "chelsea"),
    "cup": partial(_photograph, "coffee"),
    "Korean print": _small_print,
    "halftone": _halftone,
    "night": _night,
    "drawing": _drawing,
    "cover": _cover,
    "galaxies": partial(_photograph, "hubble_deep_field"),
    "rocket": partial(_photograph, "rocket"),
    "print": partial(_photograph, "page"),
    "moon": partial(_photograph, "moon"),
}
"""What is to be seen -> the picture."""
