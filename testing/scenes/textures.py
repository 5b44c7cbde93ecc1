"""Drawn textures, each anew for every generator: what a hole is to be filled with, known to the pixel."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw

Size = tuple[int, int]


def some_colours(rng: np.random.Generator, count: int) -> np.ndarray:
    """`[count,3]` in 0..255, neither black nor white."""
    return rng.uniform(20, 240, (count, 3))


def as_bytes(picture: np.ndarray) -> np.ndarray:
    """0..255 to uint8, rounded and clipped."""
    return picture.round().clip(0, 255).astype(np.uint8)


def noise(rng: np.random.Generator, size: Size, *cells: float) -> np.ndarray:
    """`[H,W]` with a deviation of 1: noise whose grains are `cells` px high and wide."""
    down, across = cells if len(cells) == 2 else cells * 2
    rough = rng.normal(size=(math.ceil(size[0] / down) + 3, math.ceil(size[1] / across) + 3)).astype(np.float32)
    smooth = cv2.resize(rough, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)[: size[0], : size[1]]
    return (smooth - smooth.mean()) / smooth.std()


def weave(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Threads over and under each other, unevenly lit."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    rows += 1.5 * noise(rng, size, 40)
    columns += 1.5 * noise(rng, size, 40)
    pitch = rng.uniform(9, 16)
    over = ((rows // pitch + columns // pitch) % 2)[..., None]
    across, down = (0.35 + 0.65 * np.abs(np.sin(math.pi * part / pitch))[..., None] for part in (rows, columns))
    first, second = some_colours(rng, 2)
    return as_bytes((over * across * first + (1 - over) * down * second) * (1 + 0.06 * noise(rng, size, 1)[..., None]))


def hatching(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Pencil strokes in two directions on paper."""
    canvas = Image.new("L", (2 * size[1], 2 * size[0]), 235)
    draw = ImageDraw.Draw(canvas)
    for angle in rng.uniform(0, math.pi, 2):
        for _ in range(1500):
            x, y, long = rng.uniform(0, 2 * size[1]), rng.uniform(0, 2 * size[0]), rng.uniform(40, 160)
            turn = angle + rng.normal(0, 0.04)
            end = (x + long * math.cos(turn), y + long * math.sin(turn))
            draw.line((x, y, *end), fill=int(rng.uniform(60, 190)), width=int(rng.integers(2, 5)))
    grey = np.asarray(canvas.resize(size[::-1], Image.Resampling.LANCZOS)).astype(float)
    return as_bytes(grey[..., None] * (1.0, 0.97, 0.9) + 3 * noise(rng, size, 1.5)[..., None])


def halftone(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Dots whose size follows a soft picture."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    turn, pitch = rng.uniform(0.2, 1.2), rng.uniform(7, 11)
    along = (columns * math.cos(turn) + rows * math.sin(turn)) * 2 * math.pi / pitch
    across = (rows * math.cos(turn) - columns * math.sin(turn)) * 2 * math.pi / pitch
    tone = 0.5 * noise(rng, size, 160)
    ink = 1 / (1 + np.exp(-4 * (np.cos(along) + np.cos(across) + tone)))
    first, second = some_colours(rng, 2)
    return as_bytes(ink[..., None] * first + (1 - ink[..., None]) * second)


def wood(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Planks with fibres and rings."""
    rows = np.mgrid[0 : size[0], 0 : size[1]][0].astype(float)
    rings = np.sin((rows + 25 * noise(rng, size, 60, 300)) / rng.uniform(3, 6))
    light = 0.75 + 0.1 * rings + 0.09 * noise(rng, size, 1.5, 60)
    plank = (rows // 128).astype(int)
    light *= rng.uniform(0.8, 1.1, plank.max() + 1)[plank]
    light[(rows % 128) < 3] *= 0.45
    return as_bytes(light[..., None] * (196, 142, 92))


def leaves(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Many leaves over each other."""
    canvas = np.full((*size, 3), 40, np.uint8)
    base = some_colours(rng, 5)
    for _ in range(2600):
        centre = (int(rng.integers(size[1])), int(rng.integers(size[0])))
        axes = (int(rng.integers(10, 24)), int(rng.integers(4, 9)))
        turn = rng.uniform(0, 360)
        colour = (base[rng.integers(5)] + rng.normal(0, 14, 3)).clip(0, 255).tolist()
        cv2.ellipse(canvas, centre, axes, turn, 0, 360, colour, -1, cv2.LINE_AA)
        vein = (math.cos(math.radians(turn)) * axes[0], math.sin(math.radians(turn)) * axes[0])
        ends = [(round(centre[0] + sign * vein[0]), round(centre[1] + sign * vein[1])) for sign in (-1, 1)]
        cv2.line(canvas, ends[0], ends[1], [0.7 * part for part in colour], 1, cv2.LINE_AA)
    return canvas


def strokes(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A painting: broad strokes that follow a soft field of colours and directions."""
    fields = [noise(rng, size, 180) for _ in range(4)]
    base, swing = rng.uniform(90, 160, 3), rng.uniform(25, 60, 3)
    canvas = np.empty((*size, 3), np.uint8)
    canvas[:] = base
    for _ in range(5200):
        x, y = int(rng.integers(size[1])), int(rng.integers(size[0]))
        turn, long = 1.5 * fields[3][y, x], rng.uniform(8, 22)
        colour = base + swing * [field[y, x] for field in fields[:3]] + rng.normal(0, 16, 3)
        shift = (math.cos(turn) * long, math.sin(turn) * long)
        ends = [(round(x + sign * shift[0]), round(y + sign * shift[1])) for sign in (-1, 1)]
        cv2.line(canvas, ends[0], ends[1], colour.clip(0, 255).tolist(), int(rng.integers(2, 7)), cv2.LINE_AA)
    return canvas


def ornament(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A wallpaper pattern: a drawn tile, repeated."""
    side = int(rng.integers(48, 80))
    ground, *colours = some_colours(rng, 4)
    tile = Image.new("RGB", (2 * side, 2 * side), tuple(ground.astype(int)))
    draw = ImageDraw.Draw(tile)
    for colour, part in zip(colours, (0.42, 0.28, 0.12), strict=True):
        for x, y in ((side, side), (0, 0), (0, 2 * side), (2 * side, 0), (2 * side, 2 * side)):
            reach = part * side * (1.6 if x == side else 1.1)
            box = (x - reach, y - reach, x + reach, y + reach)
            (draw.ellipse if rng.random() < 0.6 else draw.rectangle)(box, fill=tuple(colour.astype(int)))
    one = np.asarray(tile.resize((side, side), Image.Resampling.LANCZOS))
    repeats = (math.ceil(size[0] / side), math.ceil(size[1] / side), 1)
    return as_bytes(np.tile(one, repeats)[: size[0], : size[1]] + 2.0 * noise(rng, size, 1)[..., None])


def drawing(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Flat shapes with outlines: figures, bars and lines as in a picture book."""
    scale = 2
    canvas = Image.new("RGB", (scale * size[1], scale * size[0]), tuple(some_colours(rng, 1)[0].astype(int)))
    draw = ImageDraw.Draw(canvas)
    wide, high = canvas.size
    for kind in rng.permutation(np.arange(24) % 4):
        fill = tuple(some_colours(rng, 1)[0].astype(int))
        x, y = rng.uniform(0, wide), rng.uniform(0, high)
        if kind == 0:
            reach = rng.uniform(40, 220)
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=fill, outline=(20, 20, 30), width=8)
        elif kind == 1:
            draw.rectangle((x, y, x + rng.uniform(60, 500), y + rng.uniform(60, 400)), fill, (20, 20, 30), 8)
        elif kind == 2:
            draw.line((x, 0, rng.uniform(0, wide), high), fill=fill, width=int(rng.integers(8, 60)))
        else:
            draw.line((0, y, wide, rng.uniform(0, high)), fill=(20, 20, 30), width=int(rng.integers(4, 14)))
    return np.asarray(canvas.resize(size[::-1], Image.Resampling.LANCZOS))


TEXTURES = (weave, hatching, halftone, wood, leaves, strokes, ornament, drawing)
