"""A picture such as an image generator makes when asked for a book cover: a scene, and letters that mean nothing.

Drawn here, so that the demo and the tests need no file and no model. The letters are strokes, not a font:
pseudo-text is what a generator thinks writing looks like.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 768, 1120
SKY = ((24, 34, 74), (92, 84, 140), (226, 142, 124), (250, 204, 150))
RIDGES = (
    # height of the crest (share of the picture), roughness, colour
    (0.56, 0.050, (150, 118, 146)),
    (0.64, 0.060, (104, 86, 124)),
    (0.73, 0.055, (62, 62, 98)),
    (0.83, 0.045, (32, 42, 66)),
)
ROOF, PILLAR, BEAM, LIGHT = (24, 28, 42), (132, 46, 42), (40, 112, 98), (255, 206, 120)
INK = (252, 246, 230)
SCALE = 2


def draw(seed: int = 7) -> Image.Image:
    """The cover, 768 x 1120 px RGB; the same for the same seed."""
    generator = np.random.default_rng(seed)
    picture = _scene(generator)
    _words(picture, generator)
    return picture


def _scene(generator: np.random.Generator) -> Image.Image:
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    stops = np.linspace(0, 0.72 * height, len(SKY))
    rows = np.arange(height)
    sky = np.stack([np.interp(rows, stops, [colour[channel] for colour in SKY]) for channel in range(3)], axis=1)
    picture = Image.fromarray(np.broadcast_to(sky[:, None], (height, width, 3)).astype(np.uint8))
    picture = _moon(picture)
    for crest, roughness, colour in RIDGES:
        mist = Image.new("RGB", picture.size, SKY[-1])
        line = _ridge(generator, width) * roughness * height + crest * height
        shape = Image.new("L", picture.size)
        points = [(0, height), *zip(range(width), line.tolist(), strict=True), (width, height)]
        ImageDraw.Draw(shape).polygon(points, fill=255)
        picture.paste(Image.new("RGB", picture.size, colour), mask=shape)
        # Mist gathers at the foot of each ridge.
        fade = np.clip((rows - crest * height) / (0.14 * height), 0, 1) * 70
        haze = Image.fromarray(np.broadcast_to(fade[:, None], (height, width)).astype(np.uint8))
        picture.paste(mist, mask=Image.composite(haze, Image.new("L", picture.size), shape))
    _pavilion(picture)
    picture = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    grain = generator.normal(0, 1.6, (HEIGHT, WIDTH, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def _moon(picture: Image.Image) -> Image.Image:
    centre, radius = (0.70 * picture.width, 0.485 * picture.height), 0.085 * picture.width
    glow = Image.new("L", picture.size)
    _circle(ImageDraw.Draw(glow), centre, radius * 2.1, 90)
    glow = glow.filter(ImageFilter.GaussianBlur(radius * 0.9))
    picture.paste(Image.new("RGB", picture.size, (255, 232, 196)), mask=glow)
    _circle(ImageDraw.Draw(picture), centre, radius, (255, 240, 214))
    return picture


def _circle(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, fill: int | tuple[int, int, int]
) -> None:
    (x, y), r = centre, radius
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)


def _ridge(generator: np.random.Generator, width: int) -> np.ndarray:
    """A mountain line in about -1..1: waves of falling size."""
    x = np.linspace(0, 1, width)
    waves = [
        np.sin(2 * np.pi * (frequency * x + generator.random())) / frequency**0.9
        for frequency in (0.9, 1.7, 3.1, 6.3, 13.0, 29.0)
    ]
    return -np.abs(np.sum(waves, axis=0)) * 0.8


def _pavilion(picture: Image.Image) -> None:
    """A pavilion with painted beams on the nearest ridge."""
    draw = ImageDraw.Draw(picture)
    unit, left, ground = picture.width / 100, 0.16 * picture.width, 0.835 * picture.height
    top, right = ground - 15 * unit, left + 30 * unit
    draw.rectangle((left - unit, ground - unit, right + unit, ground + 2 * unit), fill=(58, 56, 66))
    draw.rectangle((left + unit, top, right - unit, ground - unit), fill=(46, 34, 48))
    for share in (0.02, 0.26, 0.5, 0.74, 0.98):
        x = left + share * (right - left)
        draw.rectangle((x - 0.7 * unit, top, x + 0.7 * unit, ground - unit), fill=PILLAR)
    for share in (0.14, 0.38, 0.62, 0.86):
        x = left + share * (right - left)
        draw.rectangle((x - 1.5 * unit, top + 5 * unit, x + 1.5 * unit, ground - 2 * unit), fill=LIGHT)
        draw.line((x, top + 5 * unit, x, ground - 2 * unit), fill=PILLAR, width=round(unit / 3))
    draw.rectangle((left - unit, top, right + unit, top + 1.6 * unit), fill=BEAM)
    draw.rectangle((left - unit, top + 1.6 * unit, right + unit, top + 2.6 * unit), fill=(196, 78, 58))
    x = np.linspace(-1, 1, 60)
    eaves = top + unit * (1.5 - 4.5 * np.abs(x) ** 3)
    ridge = top - unit * (9.0 - 1.8 * (1 - x**2))
    span_low, span_high = 21 * unit, 12 * unit
    middle = (left + right) / 2
    lower = list(zip(middle + x * span_low, eaves, strict=True))
    upper = list(zip(middle + x[::-1] * span_high, ridge[::-1], strict=True))
    draw.polygon([*map(tuple, lower), *map(tuple, upper)], fill=ROOF)


def _words(picture: Image.Image, generator: np.random.Generator) -> None:
    """Pseudo-words of several sizes, one of them turned."""
    for place, size, letters, turn in (
        ((384, 112), 104, 8, 0),
        ((384, 216), 48, 11, 0),
        ((150, 332), 36, 7, 14),
        ((384, 1066), 42, 12, 0),
        ((384, 1014), 22, 18, 0),
    ):
        _word(picture, generator, place, size, letters, turn)


def _word(
    picture: Image.Image, generator: np.random.Generator, place: tuple[int, int], size: int, letters: int, turn: float
) -> None:
    step = 0.6 * size
    layer = Image.new("L", (round(step * letters + size) * 2, round(2 * size) * 2))
    draw = ImageDraw.Draw(layer)
    for number in range(letters):
        if letters > 8 and number == letters * 2 // 5:
            continue
        _letter(draw, generator, (2 * (size / 2 + number * step), size), 2 * size, max(2, round(size / 4.5)))
    layer = layer.resize((layer.width // 2, layer.height // 2), Image.Resampling.LANCZOS)
    layer = layer.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    corner = (round(place[0] - layer.width / 2), round(place[1] - layer.height / 2))
    picture.paste(Image.new("RGB", layer.size, INK), corner, layer)


def _letter(
    draw: ImageDraw.ImageDraw, generator: np.random.Generator, corner: tuple[float, float], size: float, width: int
) -> None:
    """A letter that is none: a stem, and one or two arcs or bars."""
    x, y = corner
    w, h = 0.34 * size, 0.72 * size
    kinds = generator.permutation(5)[: generator.integers(2, 4)]
    for kind in kinds:
        if kind == 0:
            draw.line((x, y, x, y + h), fill=255, width=width)
        elif kind == 1:
            draw.line((x + w, y, x + w, y + h), fill=255, width=width)
        elif kind == 2:
            level = y + h * generator.choice([0.04, 0.5, 0.96])
            draw.line((x, level, x + w, level), fill=255, width=width)
        elif kind == 3:
            draw.arc(
                (x, y, x + w, y + h), int(generator.integers(0, 180)), int(generator.integers(270, 420)), 255, width
            )
        else:
            draw.line((x, y + h, x + w, y), fill=255, width=width)
