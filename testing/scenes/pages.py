"""Pages whose pictures must stay: pages and posters without any text, and newspaper pages.

Photographs, portraits, rows of lit windows, coins and screentone are what a text network takes for large letters.
Needs what `text.py` needs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from . import text

WIDTH, HEIGHT = 768, 1024
GAP = 24
BODY, HEADLINE = (11, 15), (34, 72)
"""px, font sizes of a newspaper."""


@dataclass(frozen=True)
class Page:
    picture: np.ndarray
    """`[H,W,3]` uint8 RGB."""
    ink: np.ndarray
    """`[H,W]` bool: letters."""
    photographs: np.ndarray
    """`[H,W]` bool: what must stay."""


class Pictures:
    """Where the pictures on pages come from: one share of them to learn from, another to measure with."""

    def __init__(self, grounds: Sequence[Path], share: int) -> None:
        """`share` is 0 or 1: which half of the faces and of the coins."""
        self._grounds, self._share = grounds, share

    def photograph(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        return cv2.resize(text.wallpaper(rng, self._grounds[rng.integers(len(self._grounds))]), (width, height))

    def portrait(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        """A face of LFW, or of a photograph; in one colour or another."""
        faces = _faces()[self._share :: 2]
        face = faces[rng.integers(len(faces))]
        large = cv2.resize(face, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)[..., None]
        dark, light = rng.uniform(0, 60, 3), rng.uniform(180, 255, 3)
        return (dark + large * (light - dark) + rng.normal(0, 4, (height, width, 1))).clip(0, 255).astype(np.uint8)

    def coins(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        import skimage.data

        whole = skimage.data.coins()
        half = whole[:, : whole.shape[1] // 2] if self._share else whole[:, whole.shape[1] // 2 :]
        side = int(rng.uniform(0.5, 1) * min(half.shape))
        top, left = (int(rng.integers(0, room - side + 1)) for room in half.shape)
        grey = cv2.resize(half[top : top + side, left : left + side], (width, height), interpolation=cv2.INTER_CUBIC)
        return (grey[..., None] * rng.uniform(0.6, 1.1, 3)).clip(0, 255).astype(np.uint8)

    def windows(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        """A facade: equal windows in rows, most of them lit."""
        wall, lit, dark = rng.uniform(0, 255, 3), rng.uniform(120, 255, 3), rng.uniform(0, 80, 3)
        facade = np.broadcast_to(wall, (height, width, 3)).copy()
        across, down = rng.integers(3, 14, 2)
        cell = np.array([width / across, height / down])
        inset = rng.uniform(0.1, 0.35, 2) * cell
        for row in range(down):
            for column in range(across):
                (x0, y0), (x1, y1) = ((np.array([column, row]) * cell + inset).astype(int),
                                      (np.array([column + 1, row + 1]) * cell - inset).astype(int))  # fmt: skip
                facade[y0:y1, x0:x1] = lit if rng.random() < 0.7 else dark
                if rng.random() < 0.5:
                    facade[y0:y1, (x0 + x1) // 2 : (x0 + x1) // 2 + max(1, (x1 - x0) // 10)] = wall
        return (facade + rng.normal(0, 5, facade.shape)).clip(0, 255).astype(np.uint8)

    def screentone(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        """A photograph in dots of one size of grid, as comics and newspapers print it."""
        grey = cv2.cvtColor(self.photograph(rng, width, height), cv2.COLOR_RGB2GRAY) / 255.0
        rows, columns = np.mgrid[0:height, 0:width]
        pitch, turn = rng.uniform(4, 14), rng.uniform(0, math.pi / 2)
        u = (columns * math.cos(turn) + rows * math.sin(turn)) * 2 * math.pi / pitch
        v = (rows * math.cos(turn) - columns * math.sin(turn)) * 2 * math.pi / pitch
        dots = (np.cos(u) + np.cos(v)) / 4 + 0.5 < grey
        return np.repeat((dots * 235 + 10).astype(np.uint8)[..., None], 3, axis=2)

    @property
    def kinds(self) -> tuple[Callable[[np.random.Generator, int, int], np.ndarray], ...]:
        return (self.photograph, self.portrait, self.coins, self.windows, self.screentone)


def without_text(rng: np.random.Generator, pictures: Pictures) -> np.ndarray:
    """`[H,W,3]` uint8: pictures inset in paper, a grid of equal ones, or one that fills a poster with others on it."""
    width, height = text.SIZES[rng.integers(len(text.SIZES))]
    draw = rng.random()
    if draw < 0.2:
        sheet = pictures.kinds[rng.integers(len(pictures.kinds))](rng, width, height)
    else:
        paper = rng.uniform(215, 255, 3) if rng.random() < 0.7 else rng.uniform(0, 255, 3)
        sheet = np.broadcast_to(paper, (height, width, 3)).astype(np.uint8)
    if draw < 0.1:
        return sheet
    across, down = (rng.integers(2, 6, 2) if draw > 0.6 else rng.integers(1, 3, 2)).tolist()
    kind, margin = pictures.kinds[rng.integers(len(pictures.kinds))], int(rng.uniform(0.02, 0.12) * min(width, height))
    cell = (width - margin) // across, (height - margin) // down
    inset = int(rng.uniform(0.3, 1) * cell[0]), int(rng.uniform(0.3, 1) * cell[1])
    for row in range(down):
        for column in range(across):
            if draw <= 0.6:
                kind = pictures.kinds[rng.integers(len(pictures.kinds))]
                inset = int(rng.uniform(0.4, 1) * cell[0]), int(rng.uniform(0.4, 1) * cell[1])
            size = max(16, inset[0] - margin), max(16, inset[1] - margin)
            left, top = margin + column * cell[0], margin + row * cell[1]
            window = sheet[top : top + size[1], left : left + size[0]]
            window[:] = kind(rng, *size)[: window.shape[0], : window.shape[1]]
    return sheet


def newspaper(rng: np.random.Generator, pictures: Pictures) -> Page:
    """A page with a headline, columns of small print, and photographs with captions."""
    paper = rng.uniform(225, 255, 3) * np.array([1, 1, rng.uniform(0.9, 1)])
    sheet = Image.new("RGB", (WIDTH, HEIGHT), tuple(paper.astype(int).tolist()))
    ink, kept = Image.new("L", sheet.size), np.zeros((HEIGHT, WIDTH), bool)
    columns = int(rng.integers(2, 5))
    wide = (WIDTH - GAP) // columns - GAP
    size = int(rng.integers(*HEADLINE))
    y = GAP
    for _ in range(rng.integers(1, 3)):
        y = _write(rng, sheet, ink, (GAP, y), WIDTH - 2 * GAP, size) + size // 2
        size = size * 2 // 3
    body, tops = int(rng.integers(*BODY)), [y] * columns
    while min(tops) < HEIGHT - 5 * body:
        column = tops.index(min(tops))
        x, top = GAP + column * (wide + GAP), tops[column]
        if rng.random() < 0.3 and HEIGHT - top > 160:
            tall = int(min(rng.uniform(0.5, 1.2) * wide, HEIGHT - top - 60))
            place = (slice(top, top + tall), slice(x, x + wide))
            photo = pictures.kinds[rng.integers(3)](rng, wide, tall)
            sheet.paste(Image.fromarray(photo), (x, top))
            kept[place] = True
            top = _write(rng, sheet, ink, (x, top + tall + 4), wide, body - 1)
        for _ in range(rng.integers(3, 14)):
            if top > HEIGHT - 2 * body - 4:
                break
            top = _write(rng, sheet, ink, (x, top + 2), wide, body)
        tops[column] = top + body
    return Page(np.asarray(sheet), np.asarray(ink) > 76, kept)


def _write(
    rng: np.random.Generator, sheet: Image.Image, ink: Image.Image, corner: tuple[int, int], wide: int, size: int
) -> int:
    """One line of words that is not longer than `wide`; the y at which it ends."""
    font = ImageFont.truetype(str(text.NANUM[rng.integers(4) if size > 20 else rng.integers(2)]), size)
    line = ""
    while True:
        longer = f"{line} {rng.choice(text.KOREAN if rng.random() < 0.8 else text.ENGLISH)}".strip()
        if font.getlength(longer) > wide:
            break
        line = longer
    colour = (15, 15, 15)
    ImageDraw.Draw(sheet).text(corner, line, colour, font)
    ImageDraw.Draw(ink).text(corner, line, 255, font)
    return corner[1] + round(size * 1.2)


@cache
def _faces() -> np.ndarray:
    """`[100,25,25]` in 0..1: the faces among scikit-image's piece of LFW."""
    import skimage.data

    return skimage.data.lfw_subset()[:100].astype(np.float32)
