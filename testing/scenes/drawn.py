"""Drawn grounds for filling: textures, gradients with and without grain, pages and covers, each anew for every seed."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .. import fonts

Size = tuple[int, int]
WORDS = (
    "봄", "여름", "가을", "겨울", "하늘", "바람", "구름", "나무", "사람",
    "마을", "기차", "이야기", "오늘", "아침", "저녁", "바다", "산길", "편지", "노래", "시간",
)  # fmt: skip


def _colours(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.uniform(20, 240, (count, 3))


def _bytes(picture: np.ndarray) -> np.ndarray:
    return picture.round().clip(0, 255).astype(np.uint8)


def _noise(rng: np.random.Generator, size: Size, *cells: float) -> np.ndarray:
    """`[H,W]` with a deviation of 1: noise whose grains are `cells` px high and wide."""
    down, across = cells if len(cells) == 2 else cells * 2
    rough = rng.normal(size=(math.ceil(size[0] / down) + 3, math.ceil(size[1] / across) + 3)).astype(np.float32)
    smooth = cv2.resize(rough, None, fx=across, fy=down, interpolation=cv2.INTER_CUBIC)[: size[0], : size[1]]
    return (smooth - smooth.mean()) / smooth.std()


def weave(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Threads over and under each other, unevenly lit."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    rows += 1.5 * _noise(rng, size, 40)
    columns += 1.5 * _noise(rng, size, 40)
    pitch = rng.uniform(9, 16)
    over = ((rows // pitch + columns // pitch) % 2)[..., None]
    across, down = (0.35 + 0.65 * np.abs(np.sin(math.pi * part / pitch))[..., None] for part in (rows, columns))
    first, second = _colours(rng, 2)
    return _bytes((over * across * first + (1 - over) * down * second) * (1 + 0.06 * _noise(rng, size, 1)[..., None]))


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
    return _bytes(grey[..., None] * (1.0, 0.97, 0.9) + 3 * _noise(rng, size, 1.5)[..., None])


def halftone(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Dots whose size follows a soft picture."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    turn, pitch = rng.uniform(0.2, 1.2), rng.uniform(7, 11)
    along = (columns * math.cos(turn) + rows * math.sin(turn)) * 2 * math.pi / pitch
    across = (rows * math.cos(turn) - columns * math.sin(turn)) * 2 * math.pi / pitch
    tone = 0.5 * _noise(rng, size, 160)
    ink = 1 / (1 + np.exp(-4 * (np.cos(along) + np.cos(across) + tone)))
    first, second = _colours(rng, 2)
    return _bytes(ink[..., None] * first + (1 - ink[..., None]) * second)


def wood(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Planks with fibres and rings."""
    rows = np.mgrid[0 : size[0], 0 : size[1]][0].astype(float)
    rings = np.sin((rows + 25 * _noise(rng, size, 60, 300)) / rng.uniform(3, 6))
    light = 0.75 + 0.1 * rings + 0.09 * _noise(rng, size, 1.5, 60)
    plank = (rows // 128).astype(int)
    light *= rng.uniform(0.8, 1.1, plank.max() + 1)[plank]
    light[(rows % 128) < 3] *= 0.45
    return _bytes(light[..., None] * (196, 142, 92))


def leaves(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Many leaves over each other."""
    canvas = np.full((*size, 3), 40, np.uint8)
    base = _colours(rng, 5)
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
    fields = [_noise(rng, size, 180) for _ in range(4)]
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
    ground, *colours = _colours(rng, 4)
    tile = Image.new("RGB", (2 * side, 2 * side), tuple(ground.astype(int)))
    draw = ImageDraw.Draw(tile)
    for colour, part in zip(colours, (0.42, 0.28, 0.12), strict=True):
        for x, y in ((side, side), (0, 0), (0, 2 * side), (2 * side, 0), (2 * side, 2 * side)):
            reach = part * side * (1.6 if x == side else 1.1)
            box = (x - reach, y - reach, x + reach, y + reach)
            (draw.ellipse if rng.random() < 0.6 else draw.rectangle)(box, fill=tuple(colour.astype(int)))
    one = np.asarray(tile.resize((side, side), Image.Resampling.LANCZOS))
    repeats = (math.ceil(size[0] / side), math.ceil(size[1] / side), 1)
    return _bytes(np.tile(one, repeats)[: size[0], : size[1]] + 2.0 * _noise(rng, size, 1)[..., None])


def drawing(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Flat shapes with outlines: figures, bars and lines as in a picture book."""
    scale = 2
    canvas = Image.new("RGB", (scale * size[1], scale * size[0]), tuple(_colours(rng, 1)[0].astype(int)))
    draw = ImageDraw.Draw(canvas)
    wide, high = canvas.size
    for kind in rng.permutation(np.arange(24) % 4):
        fill = tuple(_colours(rng, 1)[0].astype(int))
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


def ramp(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]] / max(size)
    turn = rng.uniform(0, 2 * math.pi)
    along = columns * math.cos(turn) + rows * math.sin(turn)
    along = ((along - along.min()) / np.ptp(along))[..., None]
    first, second = _colours(rng, 2)
    return _bytes((1 - along) * first + along * second)


def grainy_ramp(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another, with the grain of a film."""
    return _bytes(ramp(rng, size) + rng.uniform(3, 7) * _noise(rng, size, 1)[..., None])


def coarse_grain(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another, with coloured grain of two px."""
    grain = np.stack([_noise(rng, size, 1.8) for _ in range(3)], -1)
    return _bytes(ramp(rng, size) + rng.uniform(3, 6) * grain)


def glow(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A light in the dark."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    away = np.hypot(rows - rng.uniform(0, size[0]), columns - rng.uniform(0, size[1])) / max(size)
    first, second = _colours(rng, 2)
    share = np.exp(-4 * away**2)[..., None]
    return _bytes(share * first + (1 - share) * 0.4 * second)


def grainy_glow(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A light in the dark, with grain."""
    return _bytes(glow(rng, size) + rng.uniform(2, 5) * _noise(rng, size, 1.3)[..., None])


def sky(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Blue that pales, with soft clouds."""
    high = np.linspace(0, 1, size[0])[:, None, None]
    cloud = (0.5 + 0.35 * _noise(rng, size, 90, 160) + 0.1 * _noise(rng, size, 40, 70)).clip(0, 1)[..., None]
    ground = (1 - high) * (70, 120, 190) + high * (190, 215, 235)
    return _bytes(ground + 0.5 * cloud * (245 - ground) + 1.2 * _noise(rng, size, 1)[..., None])


def mesh(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Several colours that flow into each other."""
    small = rng.uniform(30, 230, (4, 5, 3)).astype(np.float32)
    return _bytes(cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC))


def horizon(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Two soft grounds that meet in a line."""
    edge = size[0] * rng.uniform(0.35, 0.65) + rng.uniform(-0.1, 0.1) * np.arange(size[1])
    below = np.arange(size[0])[:, None] > edge
    return np.where(below[..., None], ramp(rng, size), ramp(rng, size))


def paper(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Fibres and a fall of light."""
    fibre = 2.2 * _noise(rng, size, 1) + 2.0 * _noise(rng, size, 3) + 1.0 * _noise(rng, size, 9)
    return _bytes(ramp(rng, size) * 0.15 + np.array((205, 198, 182)) + fibre[..., None])


def steps(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A gradient as JPEG keeps it."""
    good, packed = cv2.imencode(".jpg", mesh(rng, size), [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert good
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)


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
    colour = tuple(_colours(rng, 1)[0].astype(int))
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
        high = 300 + 70 * layer + 30 * _noise(rng, (1, size[1]), 120)[0]
        shade = tuple((_colours(rng, 1)[0] * (0.8 - 0.2 * layer)).astype(int))
        draw.polygon([*enumerate(high.tolist()), (size[1], size[0]), (0, size[0])], fill=shade)
    for x in rng.uniform(0, size[1], 14):
        draw.rectangle((x, 380, x + 5, 512), fill=(40, 30, 30))
    return _bytes(np.asarray(canvas) + 3.0 * _noise(rng, size, 1)[..., None])


def flat_cover(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Areas of one colour, bars and a frame."""
    canvas, draw = _page(size, tuple(_colours(rng, 1)[0].astype(int)))
    draw.rectangle(
        (0, int(size[0] * rng.uniform(0.5, 0.8)), size[1], size[0]), fill=tuple(_colours(rng, 1)[0].astype(int))
    )
    for y in rng.uniform(60, 400, 3):
        draw.rectangle((0, y, size[1], y + rng.uniform(10, 40)), fill=tuple(_colours(rng, 1)[0].astype(int)))
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
    dark = tuple((_colours(rng, 1)[0] * 0.4).astype(int))
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
    return _bytes(picture)


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


TEXTURES = (weave, hatching, halftone, wood, leaves, strokes, ornament, drawing)
GRADIENTS = (ramp, grainy_ramp, coarse_grain, glow, grainy_glow, sky, mesh, horizon, paper, steps)
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
