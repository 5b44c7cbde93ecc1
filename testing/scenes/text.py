"""Pictures with text whose every pixel is known: the truth that the text mask is measured against.

Rendered Korean and English words, turned, translucent, outlined, shadowed, on procedural and photographic grounds, some
of them JPEG-compressed. Needs Debian's fonts-nanum, fonts-nanum-extra and fonts-noto-cjk, and scikit-image for the
photographs (`pip install scikit-image`).
"""

import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZES = ((512, 512), (512, 768), (768, 1024), (1024, 768), (1024, 1024), (640, 640))
_WORDS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
KOREAN, ENGLISH = _WORDS["korean"], _WORDS["english"]
NANUM = [
    Path("/usr/share/fonts/truetype/nanum") / f"Nanum{name}.ttf"
    for name in ("Gothic", "Myeongjo", "GothicExtraBold", "MyeongjoExtraBold", "Brush", "Pen", "BarunpenB",
                 "SquareRoundEB", "SquareL")
]  # fmt: skip
NOTO = [
    Path("/usr/share/fonts/opentype/noto") / f"Noto{name}.ttc"
    for name in ("SansCJK-Regular", "SansCJK-Bold", "SerifCJK-Bold")
]
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "grass", "gravel", "brick", "moon")
LETTERED = ("pixels-", "GreenTraditional", "focal-ubuntukylin", "firstgeneration", "Float-into-MATE", "greentock",
            "screenshot")  # fmt: skip
"""Wallpapers with a word, a logo, a dial or rows of icons: no measure of what is found where nothing is."""
CLEARANCE, BORDER = 12, 4
INK = 0.3


@dataclass(frozen=True)
class Word:
    text: str
    polygon: np.ndarray
    """`[4,2]` px: the tight rectangle of the ink in the text's own frame."""
    ink: np.ndarray
    """`[H,W]` bool: the whole picture, this word's letters and outline."""
    size: float
    """px, the font size."""
    angle: float
    opacity: float

    @property
    def korean(self) -> bool:
        return self.text in KOREAN


@dataclass(frozen=True)
class Scene:
    picture: np.ndarray
    """`[H,W,3]` uint8 RGB."""
    words: list[Word]

    @property
    def ink(self) -> np.ndarray:
        return (
            np.any([word.ink for word in self.words], axis=0) if self.words else np.zeros(self.picture.shape[:2], bool)
        )


def scenes(count: int, seed: int, heights: tuple[float, float] = (14, 120)) -> Iterator[Scene]:
    """`count` scenes with font sizes in px between `heights`; the same seed and fonts give the same pictures."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for number in range(count):
        width, height = SIZES[number % len(SIZES)]
        picture = photograph(rng, width, height) if rng.random() < 0.55 else procedural(rng, width, height)
        yield lettered(rng, picture, heights)


def lettered(rng: np.random.Generator, picture: np.ndarray, heights: tuple[float, float]) -> Scene:
    canvas, words = picture.astype(np.float32), []
    taken = np.zeros(picture.shape[:2], np.uint8)
    for _ in range(rng.integers(4, 10)):
        text = str(rng.choice(KOREAN if rng.random() < 0.6 else ENGLISH))
        word = _place(rng, canvas, taken, text, heights)
        if word:
            words.append(word)
    canvas = canvas.clip(0, 255).round().astype(np.uint8)
    return Scene(jpeg(rng, canvas) if rng.random() < 0.4 else canvas, words)


def jpeg(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """`[H,W,3]` uint8: the picture as a JPEG file would give it back."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=int(rng.integers(70, 95)))
    return np.asarray(Image.open(file))


def photograph(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """`[height,width,3]` uint8: a random crop of a photograph without text."""
    source = _photo(str(rng.choice(PHOTOS)))
    scale = max(width / source.shape[1], height / source.shape[0]) * rng.uniform(1, 1.5)
    size = (max(width, round(source.shape[1] * scale)), max(height, round(source.shape[0] * scale)))
    large = cv2.resize(source, size, interpolation=cv2.INTER_CUBIC)
    left, top = rng.integers(0, size[0] - width + 1), rng.integers(0, size[1] - height + 1)
    crop = large[top : top + height, left : left + width]
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def wallpaper(rng: np.random.Generator, path: Path) -> np.ndarray:
    """`[h,w,3]` uint8: a random crop, in one of `SIZES`, of a picture of Debian's wallpaper packages."""
    width, height = SIZES[rng.integers(len(SIZES))]
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    scale = max(width / picture.width, height / picture.height) * rng.uniform(1, 1.5)
    if scale < 1:
        size = (max(width, round(picture.width * scale)), max(height, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    left, top = (
        int(rng.integers(0, longer - shorter + 1))
        for longer, shorter in zip(picture.size, (width, height), strict=True)
    )
    return np.asarray(picture.crop((left, top, left + width, top + height)))


def wallpapers() -> list[Path]:
    """Debian's mate-backgrounds, gnome-backgrounds, plasma-workspace-wallpapers, ukui-wallpapers, lomiri-wallpapers:
    each picture once, without those that hold letters, logos or rows of icons, in an order that stays."""
    found: list[Path] = []
    seen: list[np.ndarray] = []
    files = [path for folder in ("wallpapers", "backgrounds") for path in (Path("/usr/share") / folder).rglob("*.*")]
    for path in sorted(files, key=lambda path: (path.stem, str(path))):
        if path.suffix not in (".jpg", ".png", ".webp") or any(word in str(path) for word in LETTERED):
            continue
        with Image.open(path) as opened:
            if min(opened.size) < 1024:
                continue
            small = np.asarray(opened.convert("RGB").resize((16, 12))).astype(float)
        if all(abs(small - other).mean() >= 4 for other in seen):
            found.append(path)
            seen.append(small)
    return found


def procedural(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """`[height,width,3]` uint8: a gradient, noise of several sizes, a few shapes."""
    rows, columns = np.mgrid[0:height, 0:width]
    angle = rng.uniform(0, 2 * math.pi)
    ramp = columns * math.cos(angle) + rows * math.sin(angle)
    ramp = ((ramp - ramp.min()) / np.ptp(ramp))[..., None]
    first, second = rng.uniform(0, 255, (2, 3))
    ground = first * (1 - ramp) + second * ramp
    coloured = rng.random() < 0.4
    for octave in range(2, 7):
        grid = rng.normal(0, 60 / octave / 2, (2**octave, 2**octave, 3 if coloured else 1)).astype(np.float32)
        grid = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        ground = ground + (grid if coloured else grid[..., None])
    shapes = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(shapes)
    for _ in range(rng.integers(2, 10)):
        x0, x1 = np.sort(rng.integers(0, width, 2)).tolist()
        y0, y1 = np.sort(rng.integers(0, height, 2)).tolist()
        colour = tuple(rng.integers(0, 256, 3).tolist())
        kind = rng.integers(3)
        if kind == 0:
            draw.ellipse((x0, y0, x1, y1), fill=colour)
        elif kind == 1:
            draw.rectangle((x0, y0, x1, y1), fill=colour)
        else:
            draw.line((x0, y0, x1, y1), fill=colour, width=int(rng.integers(1, 12)))
    return (0.5 * ground.clip(0, 255) + 0.5 * np.asarray(shapes)).astype(np.uint8)


@cache
def _photo(name: str) -> np.ndarray:
    import skimage.data

    photo = getattr(skimage.data, name)()
    return np.ascontiguousarray(np.stack([photo] * 3, -1) if photo.ndim == 2 else photo[..., :3])


def _place(
    rng: np.random.Generator, canvas: np.ndarray, taken: np.ndarray, text: str, heights: tuple[float, float]
) -> Word | None:
    size = math.exp(rng.uniform(*np.log(heights)))
    angle = _angle(rng)
    family = NANUM if rng.random() < 0.75 else NOTO
    path = family[rng.integers(len(family))]
    font = ImageFont.truetype(str(path), round(size), index=1 if path.suffix == ".ttc" else 0)
    outline = int(rng.integers(1, max(2, round(size) // 16) + 1)) if rng.random() < 0.25 else 0
    opacity = 1.0 if rng.random() < 0.8 else rng.uniform(0.5, 0.85)
    shadowed = rng.random() < 0.2
    fill, full, corners = _stamp(text, font, outline, angle)
    height, width = full.shape
    for _ in range(30):
        limit = canvas.shape[1] - width - BORDER, canvas.shape[0] - height - BORDER
        if min(limit) <= BORDER:
            return None
        left, top = int(rng.integers(BORDER, limit[0])), int(rng.integers(BORDER, limit[1]))
        if not taken[top : top + height, left : left + width][full > INK].any():
            break
    else:
        return None
    area = canvas[top : top + height, left : left + width]
    colour = _readable(rng, area.mean(axis=(0, 1)))
    if shadowed:
        shade = np.asarray(Image.fromarray((full * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2)))
        area *= 1 - 0.5 * (shade[..., None] / 255.0)
    if outline:
        area += (full * opacity)[..., None] * (255 - colour - area)
    area += (fill * opacity)[..., None] * (colour - area)
    ink = np.zeros(canvas.shape[:2], bool)
    ink[top : top + height, left : left + width] = full > INK
    taken |= cv2.dilate(ink.astype(np.uint8), np.ones((2 * CLEARANCE + 1,) * 2, np.uint8))
    return Word(text, corners + np.float32([left, top]), ink, size, angle, opacity)


def _angle(rng: np.random.Generator) -> float:
    draw = rng.random()
    if draw < 0.6:
        return 0.0
    if draw < 0.85:
        return rng.uniform(-15, 15)
    return rng.uniform(-50, 50) if draw < 0.95 else float(rng.choice([-90, 90]))


def _stamp(text: str, font: ImageFont.FreeTypeFont, outline: int, angle: float) -> tuple:
    """Coverage of the letters, coverage with their outline, and the ink's rectangle, turned."""
    left, top, right, bottom = font.getbbox(text, stroke_width=outline)
    pad = 4
    size = (math.ceil(right - left) + 2 * pad, math.ceil(bottom - top) + 2 * pad)
    layers = []
    for width in (0, outline):
        layer = Image.new("L", size)
        ImageDraw.Draw(layer).text((pad - left, pad - top), text, 255, font, stroke_width=width)
        layers.append(layer)
    ink = np.argwhere(np.asarray(layers[1]) > INK * 255)
    (y0, x0), (y1, x1) = ink.min(0), ink.max(0) + 1
    corners = np.float32([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) - np.float32(size) / 2
    turned = [np.asarray(layer.rotate(angle, Image.Resampling.BICUBIC, expand=True)) / 255.0 for layer in layers]
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = corners @ np.float32([[cosine, -sine], [sine, cosine]]) + np.float32(turned[0].shape[::-1]) / 2
    return turned[0], turned[1], corners


def _readable(rng: np.random.Generator, around: np.ndarray) -> np.ndarray:
    weights = np.array([0.299, 0.587, 0.114])
    for _ in range(50):
        colour = rng.uniform(0, 255, 3)
        if abs((colour - around) @ weights) > 70:
            break
    return colour
