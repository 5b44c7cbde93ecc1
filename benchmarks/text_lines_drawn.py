"""Boxes of drawn covers, pages and grounds, of text and of what is none, for `text_lines.py` to learn from."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..nodes.text_mask.engines import rapidocr_engine
from ..nodes.text_mask.finding import detection, evidence, line_network, lines, pyramid
from ..nodes.text_mask.regions import Region
from ..testing.scenes import covers, pages, text

INSIDE, OUTSIDE = 0.3, 0.05
"""Share of a region that lies on a word: it is text from here on, and not text up to there; the rest is left out."""
LEAST_WEIGHT = -6.0
"""Log-odds: what is far less likely to be text is never asked about."""
LOOKED = 4
"""The text network looks at one picture in so many: it takes longer than all the rest."""
MOST = 30
"""Boxes of a picture, without what the text network shows."""
LEAST_SIDE = 7
"""px."""
SPARE = 4
"""px by which patches are moved while learning."""
GROUND = 1100
"""px: the shorter side of a wallpaper that is kept to learn on."""

Seen = tuple[np.ndarray, np.ndarray]
"""A picture `[H,W,3]` uint8, and where words are, `[H,W]` uint8."""


def written(rng: np.random.Generator, grounds: list[Path], heights: tuple[float, float]) -> Seen:
    size = text.SIZES[rng.integers(len(text.SIZES))]
    plain = covers.ground(rng, *size, grounds) if rng.random() < 0.5 else text.photograph(rng, *size)
    scene = text.lettered(rng, plain, heights)
    return scene.picture, _words(scene)


def in_columns(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    """Words whose letters stand one below the other."""
    size = text.SIZES[rng.integers(len(text.SIZES))]
    sheet, words = Image.fromarray(covers.ground(rng, *size, grounds)), Image.new("L", size)
    for x in range(16, size[0] - 80, 130):
        letters, side = str(rng.choice(text.KOREAN)).replace(" ", ""), int(rng.integers(12, 80))
        font = ImageFont.truetype(str(text.NANUM[rng.integers(len(text.NANUM))]), side)
        colour, top = tuple(rng.integers(0, 256, 3).tolist()), int(rng.integers(0, size[1] // 2))
        for number, letter in enumerate(letters):
            ImageDraw.Draw(sheet).text((x, top + 1.1 * number * side), letter, colour, font, stroke_width=side // 24)
        ImageDraw.Draw(words).rectangle((x, top, x + side, top + 1.1 * len(letters) * side), 1)
    return np.asarray(sheet), np.asarray(words)


def on_paper(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    """Lines, words and single letters of any size on a plain ground, black on white the most."""
    width, height = text.SIZES[rng.integers(len(text.SIZES))]
    paper = rng.uniform(225, 256, 3) if rng.random() < 0.6 else rng.uniform(0, 256, 3)
    sheet, words = Image.new("RGB", (width, height), tuple(paper.astype(int).tolist())), Image.new("L", (width, height))
    top = 0
    while top < height - 40:
        line = str(rng.choice(text.KOREAN if rng.random() < 0.6 else text.ENGLISH))
        line = line[: rng.integers(1, 4)] if rng.random() < 0.5 else line
        side = round(math.exp(rng.uniform(math.log(12), math.log(0.6 * height))))
        font = ImageFont.truetype(str(text.NANUM[rng.integers(len(text.NANUM))]), side)
        colour = 255 - paper if rng.random() < 0.3 else np.full(3, 250 if paper.mean() < 128 else rng.integers(0, 40))
        place = (int(rng.uniform(0, max(1, width - font.getlength(line)))), top)
        box = font.getbbox(line)
        ImageDraw.Draw(sheet).text(place, line, tuple(colour.astype(int).tolist()), font)
        ImageDraw.Draw(words).rectangle([place[number % 2] + side for number, side in enumerate(box)], fill=1)
        top += round(1.3 * side) + 8
    return np.asarray(sheet), np.asarray(words)


def on_cover(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    scene = covers.cover(rng, *text.SIZES[rng.integers(len(text.SIZES))], grounds)
    return scene.picture, _words(scene)


def on_page(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    return _empty(pages.without_text(rng, pages.Pictures(grounds, 0)))


def on_newspaper(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    page = pages.newspaper(rng, pages.Pictures(grounds, 0))
    return page.picture, cv2.morphologyEx(page.ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 15), np.uint8))


def on_ground(rng: np.random.Generator, grounds: list[Path]) -> Seen:
    size = text.SIZES[rng.integers(len(text.SIZES))]
    if rng.random() < 0.5:
        return _empty(text.wallpaper(rng, grounds[rng.integers(len(grounds))]))
    canvas = covers.ground(rng, *size, grounds).astype(np.float32)
    covers.second_ground(rng, canvas, grounds)
    return _empty(canvas.clip(0, 255).astype(np.uint8))


KINDS: dict[str, Callable[[np.random.Generator, list[Path]], Seen]] = {
    "tiny": lambda rng, grounds: written(rng, grounds, (6, 16)),
    "written": lambda rng, grounds: written(rng, grounds, (14, 120)),
    "large": lambda rng, grounds: written(rng, grounds, (100, 700)),
    "columns": in_columns,
    "covers": on_cover,
    "pages": on_page,
    "newspapers": on_newspaper,
    "grounds": on_ground,
    "paper": on_paper,
}


def reduced_grounds(folder: Path) -> list[Path]:
    """Every other wallpaper, reduced: to read a large one takes longer than to draw on it."""
    kept = folder / "grounds"
    if not kept.exists():
        kept.mkdir()
        for number, path in enumerate(text.wallpapers()[::2]):
            with Image.open(path) as opened:
                picture = opened.convert("RGB")
            scale = min(1.0, GROUND / min(picture.size))
            small = picture.resize((round(picture.width * scale), round(picture.height * scale)))
            small.save(kept / f"{number:03}.jpg", quality=92)
    return sorted(kept.iterdir())


def _words(scene: text.Scene) -> np.ndarray:
    words = np.zeros(scene.picture.shape[:2], np.uint8)
    for word in scene.words:
        cv2.fillPoly(words, [word.polygon.round().astype(np.int32)], 1)
    return words


def _empty(picture: np.ndarray) -> Seen:
    return picture, np.zeros(picture.shape[:2], np.uint8)


def draw(folder: Path, kind: str, seed: int, count: int) -> dict:
    """Keep patches of text and of what is none: boxes of either, and what the text network takes for text."""
    rapidocr_engine.MAX_THREADS = 1
    rng = np.random.Generator(np.random.PCG64((90_000 + seed, list(KINDS).index(kind))))
    grounds = reduced_grounds(folder)
    patches: dict[int, list[np.ndarray]] = {}
    truth: dict[int, list[bool]] = {}
    for number in range(count):
        picture, words = KINDS[kind](rng, grounds)
        lines_of_text = [(region, True) for region in _boxes(rng, _contours(words))]
        rest = [(region, False) for region in _boxes(rng, _things(rng, picture))]
        seen_by_it = [(region, None) for region in shown(picture)] if number % LOOKED == 0 else []
        for region, is_text in [*lines_of_text, *rest, *seen_by_it]:
            own = np.zeros_like(words)
            cv2.fillPoly(own, [region.polygon.round().astype(np.int32)], 1)
            share = (own & words).sum() / max(own.sum(), 1)
            # A stroke of a letter, or half of a line and as much beside it, is neither.
            if (share >= INSIDE and is_text is not False) or (share <= OUTSIDE and is_text is not True):
                seen = line_network.patch(picture, region, SPARE)
                patches.setdefault(seen.shape[1], []).append(seen)
                truth.setdefault(seen.shape[1], []).append(share >= INSIDE)
    kept = {f"pictures{width}": np.stack(found) for width, found in patches.items()}
    np.savez(folder / f"{kind}_{seed}.npz", **kept, **{f"truth{width}": np.array(is_) for width, is_ in truth.items()})
    return {"kind": kind, "regions": sum(map(len, truth.values())), "of them text": sum(map(sum, truth.values()))}


Box = tuple
"""As `cv2.minAreaRect` gives it: middle, sides, degrees."""


def _contours(area: np.ndarray) -> list[Box]:
    return [cv2.minAreaRect(shape) for shape in cv2.findContours(area, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]]


def _things(rng: np.random.Generator, picture: np.ndarray) -> list[Box]:
    """What parts from its ground, and any boxes."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    _, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    parted = [*_contours(light), *_contours(255 - light)]
    large = [box for box in parted if min(box[1]) >= LEAST_SIDE]
    chosen = [large[number] for number in rng.permutation(len(large))[:MOST]]
    sides = np.exp(rng.uniform(np.log(12), np.log(min(picture.shape[:2])), (MOST // 4, 2)))
    places = rng.uniform(0, 1, (MOST // 4, 2)) * picture.shape[1::-1]
    return chosen + [(tuple(place), tuple(size), 0.0) for place, size in zip(places, sides, strict=True)]


def _boxes(rng: np.random.Generator, boxes: list[Box]) -> Iterator[Region]:
    """Regions around them, as loose as a text network's; of some only a piece."""
    for number in rng.permutation(len(boxes))[: 2 * MOST]:
        (x, y), (width, height), angle = boxes[number]
        if rng.random() < 0.3:
            part = rng.uniform(min(width, height), max(width, height)) / max(width, height, 1.0)
            width, height = (width * part, height) if width >= height else (width, height * part)
        wider = rng.uniform(0.9, 1.25, 2)
        corners = cv2.boxPoints(((x, y), (width * wider[0], height * wider[1]), angle))
        region = Region(np.float32(lines.upright_first(corners)), 1.0)
        if region.height >= LEAST_SIDE:
            yield region


def shown(picture: np.ndarray) -> list[Region]:
    """What may be text in a picture, from any distance."""
    height, width = picture.shape[:2]
    network = rapidocr_engine.load().probability
    looks = [pyramid.look(network, picture, scale, detection.directly) for scale in pyramid.scales(height, width)]
    found = [
        (region, evidence.examine(picture, region, looks, own)[0])
        for own, look in enumerate(looks)
        for region in lines.lines(look, height, width)
        if detection.has_contrast(picture, region.polygon)
    ]
    if not found:
        return []
    weights = evidence.small_weight(np.stack([features for _, features in found]))
    return [region for (region, _), weight in zip(found, weights, strict=True) if weight >= LEAST_WEIGHT]
