"""Words drawn into a photograph: as paint, on a plate, as a stamp, as an overlay; every way changes it in place."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .. import fonts

HANGUL = ("NanumGothic", "NanumGothicBold", "NanumGothicExtraBold")
LATIN = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif-Bold")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
PLATES = (
    WHITE,
    (245, 240, 225),
    (20, 90, 50),
    (20, 60, 140),
    (190, 30, 40),
    (250, 210, 40),
    (30, 30, 34),
    (120, 120, 124),
)


def face(rng: np.random.Generator, text: str) -> str:
    """A font that has these letters."""
    latin = text.isascii() and rng.random() < 0.5
    return str(rng.choice(LATIN if latin else HANGUL))


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    if name in LATIN:
        import matplotlib

        folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    else:
        folder = fonts.korean().parent
    return ImageFont.truetype(str(folder / f"{name}.ttf"), size)


def coverage(lines: list[str], size: int, name: str, stroke: int = 0, centred: bool = False) -> np.ndarray:
    """`[h,w]` in 0..1: lines of text, cut to their ink."""
    text, drawn_with = "\n".join(lines), font(name, size)
    spacing, align = round(0.35 * size), "center" if centred else "left"
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    box = probe.multiline_textbbox((0, 0), text, drawn_with, spacing=spacing, align=align, stroke_width=stroke)
    left, top, right, bottom = (round(side) for side in box)
    layer = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(layer).multiline_text(
        (1 - left, 1 - top), text, 255, drawn_with, spacing=spacing, align=align, stroke_width=stroke
    )
    return np.asarray(layer, np.float32) / 255


def fitting(rng: np.random.Generator, lines: list[str], most: float, size: int, stroke: int = 0) -> np.ndarray:
    """The same, in a font of its choice, made smaller until it is at most `most` px wide."""
    name = face(rng, "".join(lines))
    ink = coverage(lines, size, name, stroke)
    while ink.shape[1] > most and size > 9:
        size -= 1
        ink = coverage(lines, size, name, stroke)
    return ink


def lay(picture: np.ndarray, ink: np.ndarray, colour, opacity: float, left: int, top: int) -> None:
    """Blend one colour into `picture` `[H,W,3]` float; what does not fit is cut off."""
    height, width = picture.shape[:2]
    rows, columns = (
        slice(max(0, top), min(height, top + ink.shape[0])),
        slice(max(0, left), min(width, left + ink.shape[1])),
    )
    alpha = opacity * ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    if alpha.size:
        picture[rows, columns] += alpha * (np.float32(colour) - picture[rows, columns])


def overlay(rng: np.random.Generator, picture, lines: list[str], colour, size: int, place: str, opacity: float = 1.0,
            shadow: bool = False) -> np.ndarray:  # fmt: skip
    """Words laid over the photograph.

    Returns:
        `[H,W]` in 0..1: where.
    """
    height, width = picture.shape[:2]
    ink = fitting(rng, lines, 0.96 * width, size)
    left, top = spot(rng, place, ink.shape, (height, width))
    if shadow:
        shade = Image.fromarray((255 * np.pad(ink, 4)).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5))
        lay(picture, np.asarray(shade, np.float32) / 255, BLACK, 0.6 * opacity, left - 3, top - 3)
    lay(picture, ink, colour, opacity, left, top)
    where = np.zeros((height, width, 1), np.float32)
    lay(where, ink, (1,), 1.0, left, top)
    return where[..., 0]


def spot(rng: np.random.Generator, place: str, shape: tuple, size: tuple) -> tuple[int, int]:
    """(left, top) px of something of that shape: "top left" to "bottom right" near the border, or "anywhere"."""
    free = np.maximum(np.array(size) - shape, 1)
    if place == "anywhere":
        top, left = rng.integers(0, free)
        return int(left), int(top)
    away = [min(int(rng.integers(6, 26)), int(room)) for room in free]
    row, column = place.split()
    top = {"top": away[0], "bottom": free[0] - away[0], "centre": free[0] // 2}[row]
    left = {"left": away[1], "right": free[1] - away[1], "centre": free[1] // 2}[column]
    return int(left), int(top)


def plate(rng: np.random.Generator, picture: np.ndarray, lines: list[str], size: int, place: str) -> None:
    """A sign or a placard: words on a plate of one colour, as the light falls on it, more or less turned."""
    ink = coverage(lines, size, face(rng, "".join(lines)), centred=True)
    margin = (max(4, round(size * rng.uniform(0.25, 0.9))), max(5, round(size * rng.uniform(0.3, 1.2))))
    height, width = ink.shape[0] + 2 * margin[0], ink.shape[1] + 2 * margin[1]
    ground = np.float32(PLATES[rng.integers(len(PLATES))])
    letters = np.float32(BLACK if ground.mean() > 130 else WHITE)
    if rng.random() < 0.3:
        letters = np.float32(rng.integers(0, 90, 3) if ground.mean() > 130 else rng.integers(170, 256, 3))
    tile = np.broadcast_to(ground, (height, width, 3)).copy()
    if rng.random() < 0.3:
        cv2.rectangle(tile, (2, 2), (width - 3, height - 3), letters.tolist(), 2)
    lay(tile, ink, letters, 1.0, margin[1], margin[0])
    # Light falls off across it.
    tile *= np.linspace(*rng.uniform(0.75, 1.05, 2), width)[None, :, None] * rng.uniform(0.7, 1.0)
    tile = cv2.GaussianBlur(tile, (0, 0), rng.uniform(0.3, 0.8)) + rng.normal(0, rng.uniform(0, 4), tile.shape)
    turn = 0.0 if rng.random() < 0.5 else rng.uniform(-0.12, 0.12)
    lean = np.zeros((4, 2)) if turn == 0 else rng.uniform(-0.05, 0.05, (4, 2)) * height
    corners = np.float64([[0, 0], [width, 0], [width, height], [0, height]])
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    left, top = spot(rng, place, (height, width), picture.shape[:2])
    target = (corners - corners.mean(0)) @ spin.T + corners.mean(0) + lean + [left, top]
    turned = cv2.getPerspectiveTransform(np.float32(corners), np.float32(target))
    size_of = picture.shape[1::-1]
    there = cv2.warpPerspective(np.ones((height, width), np.float32), turned, size_of, flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(tile.astype(np.float32), turned, size_of, borderMode=cv2.BORDER_REPLICATE)
    picture += there[..., None] * (seen - picture)


def paint(rng: np.random.Generator, picture: np.ndarray, text: str, size: int, place: str) -> None:
    """Words painted on what is there: the paint covers, and the ground's relief goes on in it."""
    ink = fitting(rng, [text], 0.9 * picture.shape[1], size)
    left, top = spot(rng, place, ink.shape, picture.shape[:2])
    window = np.s_[top : top + ink.shape[0], left : left + ink.shape[1]]
    light = picture[window].mean(-1, keepdims=True)
    relief = (light + 20) / (cv2.GaussianBlur(light, (0, 0), 6)[..., None] + 20)
    colour = np.float32(PLATES[rng.integers(len(PLATES))]) * rng.uniform(0.6, 1.0)
    picture[window] += ink[..., None] * rng.uniform(0.85, 1.0) * (colour * relief - picture[window])
