"""Pictures with an agency mark whose every pixel is known: the truth that the watermark cleaner is measured against.

Random crops of photographs with one mark blended in, optionally shifted, rescaled and compressed as portals do.
Needs scikit-image for the photographs and Debian's fonts-nanum, fonts-nanum-extra for the marks.
"""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from dancheong.nodes.watermark.mark import Watermark
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 640, 480
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "motorcycle_left", "grass", "gravel",
          "brick", "camera", "ihc", "coins")  # fmt: skip
FONTS = Path("/usr/share/fonts/truetype/nanum")
WHITE, RED, BLACK = (255, 255, 255), (220, 40, 40), (0, 0, 0)
MARGIN = 16


@dataclass(frozen=True)
class Mark:
    """A mark at opacity 1."""

    coverage: np.ndarray
    """`[h,w]` in 0..1."""
    colour: np.ndarray
    """`[h,w,3]` in 0..255."""


@dataclass(frozen=True)
class Marked:
    picture: np.ndarray
    """`[H,W,3]` uint8: what a portal shows."""
    clean: np.ndarray
    """`[H,W,3]` uint8: before the mark and before JPEG."""
    coverage: np.ndarray
    """`[H,W]` in 0..1: where the mark is in this picture."""
    ideal: np.ndarray
    """`[H,W,3]` uint8: un-blended with the true mark, rounded: what no estimate enters."""


def news_mark(colour: tuple[int, int, int] = WHITE) -> Mark:
    """Two lines and a disc, 190 x 52 px."""
    layer = Image.new("L", (190, 52))
    draw = ImageDraw.Draw(layer)
    draw.text((4, 1), "가나뉴스", 255, _font("NanumGothicExtraBold", 28))
    draw.text((4, 34), "GANA NEWS  무단전재금지", 255, _font("NanumGothicExtraBold", 12))
    draw.ellipse((140, 4, 168, 32), 255)
    return _flat(layer, colour)


def wordmark(colour: tuple[int, int, int] = WHITE) -> Mark:
    """A Latin wordmark in a frame, 132 x 34 px."""
    layer = Image.new("L", (132, 34))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((1, 1, 130, 32), 6, outline=255, width=2)
    draw.text((10, 3), "news1", 255, _font("NanumSquareRoundEB", 24))
    draw.text((86, 13), "KOREA", 255, _font("NanumSquareRoundEB", 12))
    return _flat(layer, colour)


def shaded_mark() -> Mark:
    """White letters on their own soft shadow, as television stills have it, 170 x 48 px."""
    layer = Image.new("L", (170, 48))
    ImageDraw.Draw(layer).text((10, 6), "연합뉴스TV", 255, _font("NanumGothicExtraBold", 28))
    letters = np.asarray(layer) / 255.0
    shade = np.asarray(layer.filter(ImageFilter.GaussianBlur(2))) / 255.0 * 0.6
    coverage = letters + (1 - letters) * shade
    colour = 255.0 * letters / np.maximum(coverage, 1e-6)
    return Mark(coverage, np.repeat(colour[..., None], 3, -1))


def two_colours() -> Mark:
    """A red disc beside white letters, 150 x 40 px."""
    letters, disc = Image.new("L", (150, 40)), Image.new("L", (150, 40))
    ImageDraw.Draw(letters).text((42, 4), "뉴시스N", 255, _font("NanumGothicExtraBold", 26))
    ImageDraw.Draw(disc).ellipse((4, 5, 34, 35), 255)
    colour = np.full((40, 150, 3), 255.0)
    colour[:, :38] = RED
    return Mark(np.maximum(np.asarray(letters), np.asarray(disc)) / 255.0, colour)


def marked(
    count: int,
    seed: int,
    mark: Mark | None,
    opacity: float = 0.5,
    quality: int | None = 85,
    jitter: int = 0,
    place: str = "bottom right",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    portal: float = 1.0,
    photographs: "tuple[np.ndarray, ...] | None" = None,
) -> list[Marked]:
    """
    Args:
        mark: None for pictures without any.
        quality: of the JPEG, None for none.
        jitter: px by which the mark moves per picture and axis, at most.
        portal: factor by which the marked picture is resized before it is compressed.
        photographs: where the crops are taken from, instead of scikit-image's.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    sources = photographs or tuple(photo(name) for name in PHOTOS)
    found = []
    for number in range(count):
        index = (7 * number + seed) % len(sources) if number < len(sources) else int(rng.integers(len(sources)))
        clean = scene(rng, sources[index], size)
        shift = rng.integers(-jitter, jitter + 1, 2)
        found.append(_blend(clean, mark, opacity, quality, shift, place, portal))
    return found


def exact(mark: Mark, opacity: float, agency: str = "") -> Watermark:
    """What pictures marked at the bottom right were made with, as a learned mark."""
    height, width = mark.coverage.shape
    alpha = np.pad(opacity * mark.coverage, 1).astype(np.float32)
    colour = np.pad(mark.colour, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(np.float32)
    offset = (float(-1 - width - MARGIN), float(-1 - height - MARGIN))
    return Watermark(alpha, colour, "bottom right", offset, (WIDTH, HEIGHT), agency=agency)


def overlaid(clean: np.ndarray, mark: Mark, opacity: float, places: list[tuple[int, int]]) -> np.ndarray:
    """A picture with the mark at every place (x, y) px of its top left, also beyond the border; `[H,W,3]` uint8."""
    height, width = mark.coverage.shape
    result = np.pad(clean.astype(float), ((height, height), (width, width), (0, 0)))
    alpha = opacity * mark.coverage[..., None]
    for x, y in places:
        window = result[y + height : y + 2 * height, x + width : x + 2 * width]
        window[:] = (1 - alpha) * window + alpha * mark.colour
    return result[height:-height, width:-width].round().astype(np.uint8)


def inside(truth: Marked) -> np.ndarray:
    """`[H,W]` bool: where the mark is measured."""
    return cv2.dilate((truth.coverage > 0.02).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def psnr(picture: np.ndarray, truth: Marked) -> float:
    """dB over RGB inside of the mark."""
    error = picture.astype(float) - truth.clean
    return float(10 * np.log10(255.0**2 / max(np.mean(error[inside(truth)] ** 2), 1e-9)))


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size)


def _flat(layer: Image.Image, colour: tuple[int, int, int]) -> Mark:
    coverage = np.asarray(layer) / 255.0
    return Mark(coverage, np.broadcast_to(np.float64(colour), (*coverage.shape, 3)))


@cache
def photo(name: str) -> np.ndarray:
    """One of `PHOTOS`, `[H,W,3]` uint8."""
    import skimage.data

    if name == "motorcycle_left":
        photo = np.asarray(Image.open(Path(skimage.data.__file__).parent / "motorcycle_left.png").convert("RGB"))
    else:
        photo = getattr(skimage.data, {"ihc": "immunohistochemistry"}.get(name, name))()
    return np.ascontiguousarray(np.stack([photo] * 3, -1) if photo.ndim == 2 else photo[..., :3])


def scene(rng: np.random.Generator, source: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A random crop of a photograph, in a random light, `[H,W,3]` uint8."""
    width, height = size
    scale = max(width / source.shape[1], height / source.shape[0]) * rng.uniform(1, 1.6)
    grown = (max(width, round(source.shape[1] * scale)), max(height, round(source.shape[0] * scale)))
    large = cv2.resize(source, grown, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    left, top = rng.integers(0, grown[0] - width + 1), rng.integers(0, grown[1] - height + 1)
    crop = large[top : top + height, left : left + width]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    light = (np.arange(256) * rng.uniform(0.6, 1.15) + rng.uniform(-15, 25)).clip(0, 255).round().astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(crop), light)


def jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """What JPEG leaves of a picture."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _blend(clean, mark, opacity, quality, shift, place, portal) -> Marked:
    height, width = clean.shape[:2]
    alpha, colour = np.zeros((height, width)), np.zeros(clean.shape)
    picture = clean.copy()
    if mark is not None:
        h, w = mark.coverage.shape
        top = {"top": MARGIN, "bottom": height - h - MARGIN, "centre": (height - h) // 2}[place.split()[0]] + shift[0]
        left = {"left": MARGIN, "right": width - w - MARGIN, "centre": (width - w) // 2}[place.split()[-1]] + shift[1]
        window = np.s_[top : top + h, left : left + w]
        alpha[window] = opacity * mark.coverage
        colour[window] = mark.colour
        share = alpha[window][..., None]
        picture[window] = ((1 - share) * clean[window] + share * colour[window]).round()
    if portal != 1:
        target = (round(width * portal), round(height * portal))
        picture = np.asarray(Image.fromarray(picture).resize(target, Image.Resampling.LANCZOS))
        clean = np.asarray(Image.fromarray(clean).resize(target, Image.Resampling.LANCZOS))
        resize = cv2.INTER_AREA if portal < 1 else cv2.INTER_LINEAR
        alpha, colour = (cv2.resize(field, target, interpolation=resize) for field in (alpha, colour))
    if quality is not None:
        picture = jpeg(picture, quality)
    ideal = picture.copy()
    if mark is not None:
        seen = tuple(slice(where[0], where[-1] + 1) for where in (np.flatnonzero(alpha.any(axis)) for axis in (1, 0)))
        share = alpha[seen][..., None]
        unblended = (picture[seen] - share * colour[seen]) / np.maximum(1 - share, 0.1)
        ideal[seen] = unblended.clip(0, 255).round()
    return Marked(picture, clean, alpha / opacity, ideal)
