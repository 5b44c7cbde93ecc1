"""Photographs as a news desk has them: with signs, placards and captions, with caption bars, with agencies' marks.

scikit-image's photographs cropped, turned and letterboxed, in fonts that every machine has after `make host`;
the words stand in `news_desk.json`. The same seed gives the same pictures; `first` of them can be left out.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from . import news_lettering as lettering
from .news_lettering import BLACK, WHITE

WIDTH, HEIGHT = 640, 480
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "grass", "gravel", "brick", "camera",
          "coins", "moon", "retina", "immunohistochemistry", "motorcycle_left")  # fmt: skip
CORNERS = ("top left", "top right", "bottom left", "bottom right")
INKS = (WHITE, WHITE, WHITE, (235, 235, 235), BLACK, (60, 60, 60), (210, 40, 40), (40, 80, 190), (250, 220, 60))
BARS = (WHITE, WHITE, BLACK, BLACK, (32, 34, 40), (20, 40, 90), (170, 20, 30), (235, 235, 230), (200, 205, 210))


@dataclass(frozen=True)
class Shot:
    """A picture, and where it holds what must stay or go."""

    picture: np.ndarray
    """`[H,W,3]` uint8 RGB."""
    bar: np.ndarray = field(default_factory=lambda: np.zeros((HEIGHT, WIDTH), bool))
    """`[H,W]` bool: the caption bar."""
    mark: np.ndarray = field(default_factory=lambda: np.zeros((HEIGHT, WIDTH), bool))
    """`[H,W]` bool: the ink of an agency's mark."""
    what: str = ""
    """How it was made."""


def unmarked(count: int, seed: int, first: int = 0) -> Iterator[Shot]:
    """Photographs without a mark; one in eight holds no text at all."""
    for number in range(first, count):
        rng = np.random.default_rng([seed, 1, number])
        picture = photograph(rng)
        kinds = [str(rng.choice(list(CLUTTER))) for _ in range(int(rng.integers(1, 4)))] if number % 8 else []
        for kind in kinds:
            CLUTTER[kind](rng, picture)
        turn = str(rng.choice(["", "", "tilted", "on its side", "letterboxed", "letterboxed"]))
        yield Shot(compressed(rng, TURNS[turn](rng, picture)), what=", ".join([*kinds, turn]))


def captioned(count: int, seed: int, first: int = 0) -> Iterator[Shot]:
    """Photographs with a caption bar; every other one carries a mark over the photograph too."""
    for number in range(first, count):
        rng = np.random.default_rng([seed, 2, number])
        kind = list(GROUNDS)[number % len(GROUNDS)]
        picture, bar = barred(rng, photograph(rng), kind)
        ink = np.zeros((HEIGHT, WIDTH), bool)
        if number // len(GROUNDS) % 2:
            away = np.argwhere(bar).min(0)[0], np.argwhere(bar).max(0)[0] + 1
            free = slice(away[1], HEIGHT) if away[0] < HEIGHT - away[1] else slice(0, away[0])
            photo = np.ascontiguousarray(picture[free])
            ink[free] = mark(rng, photo, str(rng.choice(CORNERS))) > 0.3
            picture[free] = photo
        yield Shot(compressed(rng, picture), bar, ink, kind)


def marked(count: int, seed: int, first: int = 0) -> Iterator[Shot]:
    """Photographs with one agency's mark, half transparent, in a corner, along the bottom or in the centre."""
    for number in range(first, count):
        rng = np.random.default_rng([seed, 3, number])
        picture = photograph(rng)
        place = str(rng.choice([*CORNERS, *CORNERS, "bottom right", "bottom centre", "centre centre"]))
        ink = mark(rng, picture, place) > 0.3
        yield Shot(compressed(rng, picture), mark=ink, what=place)


def mark(rng: np.random.Generator, picture: np.ndarray, place: str) -> np.ndarray:
    """Draw a mark of the lexicon; `[H,W]` in 0..1: where."""
    lines = [str(rng.choice(words()["marks"]))]
    size = int(rng.integers(36, 72) if place == "centre centre" else rng.integers(15, 36))
    if rng.random() < 0.15 and size >= 22:
        lines.append(str(rng.choice(words()["rights"])))
        size = round(0.7 * size)
    colour = INKS[rng.integers(len(INKS))]
    return lettering.overlay(rng, picture, lines, colour, size, place, rng.uniform(0.35, 0.75), rng.random() < 0.15)


def photograph(rng: np.random.Generator) -> np.ndarray:
    """`[480,640,3]` float32: a random crop, sometimes darker or brighter."""
    source = _photo(PHOTOS[rng.integers(len(PHOTOS))])
    if rng.random() < 0.2:
        source = np.rot90(source, int(rng.integers(1, 4)))
    scale = max(WIDTH / source.shape[1], HEIGHT / source.shape[0]) * rng.uniform(1, 1.8)
    grown = (max(WIDTH, round(source.shape[1] * scale)), max(HEIGHT, round(source.shape[0] * scale)))
    large = cv2.resize(np.ascontiguousarray(source), grown, interpolation=cv2.INTER_CUBIC)
    left, top = rng.integers(0, grown[0] - WIDTH + 1), rng.integers(0, grown[1] - HEIGHT + 1)
    crop = large[top : top + HEIGHT, left : left + WIDTH]
    return (crop * rng.uniform(0.5, 1.15) + rng.uniform(-15, 30)).clip(0, 255).astype(np.float32)


def compressed(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """As uint8, three in four through JPEG."""
    pixels = picture.clip(0, 255).round().astype(np.uint8)
    if rng.random() < 0.25:
        return pixels
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(file))


def barred(rng: np.random.Generator, photo: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """A photograph with a caption bar on a ground of `GROUNDS`, and where that is."""
    lines = _wrapped(rng, str(rng.choice(words()["captions"])))
    size = int(rng.integers(13, 25))
    name = lettering.face(rng, "".join(lines))
    while lettering.coverage(lines, size, name).shape[1] > 0.97 * WIDTH and size > 10:
        size -= 1
    ink = lettering.coverage(lines, size, name)
    credit = lettering.coverage([str(rng.choice(words()["credits"]))], max(11, size - 3), "NanumGothic")
    has_credit = rng.random() < 0.3
    margin = int(rng.integers(6, 16))
    thick = ink.shape[0] + 2 * margin + (credit.shape[0] + 8 if has_credit else 0)
    at_top = rng.random() < 0.2
    rim = int(rng.integers(4, 30)) if kind == "inner" else 0
    rows = slice(rim, rim + thick) if at_top else slice(HEIGHT - rim - thick, HEIGHT - rim)
    picture = photo.copy()
    if kind == "inner":
        frame = np.float32(BLACK if rng.random() < 0.5 else WHITE)
        picture[:rim], picture[HEIGHT - rim :] = frame, frame
        if rng.random() < 0.5:
            picture[:, :rim], picture[:, WIDTH - rim :] = frame, frame
    colour = GROUNDS[kind](rng, picture, rows, at_top)
    letters = BLACK if colour.mean() > 140 else WHITE
    left = margin if rng.random() < 0.7 else max(2, (WIDTH - ink.shape[1]) // 2)
    lettering.lay(picture, ink, letters, rng.uniform(0.85, 1), left, rows.start + margin)
    if has_credit:
        grey = np.float32(letters) * 0.6 + colour * 0.4
        lettering.lay(
            picture, credit, grey, 1.0, WIDTH - credit.shape[1] - margin, rows.stop - margin - credit.shape[0]
        )
    bar = np.zeros((HEIGHT, WIDTH), bool)
    bar[rows] = True
    return picture, bar


def _wrapped(rng: np.random.Generator, text: str) -> list[str]:
    parts = text.split()
    most = int(rng.integers(22, 64))
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) >= most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip()
    return lines


def _solid(rng, picture, rows, at_top) -> np.ndarray:
    colour = np.float32(BARS[rng.integers(len(BARS))])
    picture[rows] = colour
    return colour


def _nearly_solid(rng, picture, rows, at_top) -> np.ndarray:
    colour = _solid(rng, picture, rows, at_top)
    picture[rows] += np.linspace(*rng.uniform(-9, 9, 2), rows.stop - rows.start)[:, None, None]
    picture[rows] += rng.normal(0, rng.uniform(1, 3), picture[rows].shape)
    return colour


def _under_dark(rng, picture, rows, at_top) -> np.ndarray:
    picture *= rng.uniform(0.08, 0.3)
    colour = np.float32(rng.integers(0, 26, 3))
    picture[rows] = colour
    return colour


def _under_snow(rng, picture, rows, at_top) -> np.ndarray:
    picture[:] = 255 - (255 - picture) * rng.uniform(0.05, 0.25)
    colour = np.float32(rng.integers(240, 256, 3))
    picture[rows] = colour
    return colour


def _glass(rng, picture, rows, at_top) -> np.ndarray:
    shade = np.float32(BLACK if rng.random() < 0.7 else (20, 30, 70))
    picture[rows] += rng.uniform(0.55, 0.85) * (shade - picture[rows])
    return shade


def _gradient(rng, picture, rows, at_top) -> np.ndarray:
    ramp = np.linspace(0.15, rng.uniform(0.8, 1.0), rows.stop - rows.start)[:, None, None] ** 0.5
    picture[rows] += (ramp[::-1] if at_top else ramp) * -picture[rows]
    return np.float32(BLACK)


GROUNDS = {"solid": _solid, "nearly solid": _nearly_solid, "under a dark photo": _under_dark,
           "under a snow photo": _under_snow, "inner": _solid, "glass": _glass, "gradient": _gradient}  # fmt: skip


def _sign(rng, picture) -> None:
    place = str(rng.choice([*CORNERS, *CORNERS, "anywhere", "centre centre", "bottom centre"]))
    lettering.plate(rng, picture, [str(rng.choice(words()["signs"]))], int(rng.integers(14, 46)), place)


def _placard(rng, picture) -> None:
    texts = words()["placards"]
    place = str(rng.choice([*CORNERS, "anywhere", "anywhere"]))
    lettering.plate(rng, picture, texts[rng.integers(len(texts))], int(rng.integers(18, 40)), place)


def _paint(rng, picture) -> None:
    place = str(rng.choice([*CORNERS, "anywhere"]))
    lettering.paint(rng, picture, str(rng.choice(words()["signs"])), int(rng.integers(16, 60)), place)


def _lettered(rng, picture) -> None:
    colour = INKS[rng.integers(len(INKS))]
    lettering.overlay(rng, picture, [str(rng.choice(words()["signs"]))], colour, int(rng.integers(15, 34)),
                      str(rng.choice(CORNERS)))  # fmt: skip


def _shirt(rng, picture) -> None:
    lettering.paint(rng, picture, str(rng.choice(words()["numbers"])), int(rng.integers(50, 130)), "anywhere")


def _date(rng, picture) -> None:
    colour = ((255, 150, 40), (255, 210, 60), WHITE)[rng.integers(3)]
    place = str(rng.choice(["bottom right", "bottom right", "bottom left", "top right"]))
    lettering.overlay(rng, picture, [str(rng.choice(words()["dates"]))], colour, int(rng.integers(14, 26)), place)


def _caption(rng, picture) -> None:
    lines = _wrapped(rng, str(rng.choice(words()["captions"])))
    place = str(rng.choice(["bottom left", "bottom centre", "bottom centre"]))
    lettering.overlay(rng, picture, lines, WHITE, int(rng.integers(14, 24)), place, shadow=rng.random() < 0.7)


def _headline(rng, picture) -> None:
    place = str(rng.choice([*CORNERS, "centre centre", "bottom centre"]))
    lettering.plate(rng, picture, [str(rng.choice(words()["headlines"]))], int(rng.integers(13, 24)), place)


def _bar(rng, picture) -> None:
    picture[:] = barred(rng, picture, str(rng.choice(list(GROUNDS))))[0]


CLUTTER = {"sign": _sign, "placard": _placard, "paint": _paint, "lettered": _lettered, "shirt": _shirt, "date": _date,
           "caption": _caption, "headline": _headline, "bar": _bar}  # fmt: skip


def _as_it_is(rng, picture) -> np.ndarray:
    return picture


def _tilted(rng, picture) -> np.ndarray:
    angle = rng.uniform(1, 9) * rng.choice([-1, 1])
    turned = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), angle, 1.25)
    return cv2.warpAffine(picture, turned, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _on_its_side(rng, picture) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(picture, int(rng.integers(1, 4))))


def _letterboxed(rng, picture) -> np.ndarray:
    rim, frame = int(rng.integers(12, 70)), np.float32(BLACK if rng.random() < 0.6 else WHITE)
    boxed = np.broadcast_to(frame, picture.shape).copy()
    if rng.random() < 0.5:
        boxed[rim : HEIGHT - rim] = cv2.resize(picture, (WIDTH, HEIGHT - 2 * rim), interpolation=cv2.INTER_AREA)
    else:
        boxed[:, rim : WIDTH - rim] = cv2.resize(picture, (WIDTH - 2 * rim, HEIGHT), interpolation=cv2.INTER_AREA)
    return boxed


TURNS = {"": _as_it_is, "tilted": _tilted, "on its side": _on_its_side, "letterboxed": _letterboxed}


@cache
def words() -> dict:
    """Kind of text -> what it may say."""
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@cache
def _photo(name: str) -> np.ndarray:
    import skimage.data

    packaged = Path(skimage.data.__file__).parent / f"{name}.png"
    photo = getattr(skimage.data, name)() if hasattr(skimage.data, name) else np.asarray(Image.open(packaged))
    return np.ascontiguousarray(np.stack([photo] * 3, -1) if photo.ndim == 2 else photo[..., :3])
