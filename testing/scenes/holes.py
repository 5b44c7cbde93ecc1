"""Pictures with holes whose content is known: the truth that filling is measured against.

Four groups: textures and drawings, gradients, photographs, pages and covers. Photographs are scikit-image's and
Debian's wallpapers, the rest is drawn; holes have the form of Hangul letters or of blocks. The set "tuned" and the set
"unseen" share no photograph and no seed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .. import fonts
from . import drawn_pages, soft_grounds, text, textures

GROUPS = ("textures and drawings", "gradients", "photographs", "pages and covers")
COUNT = 40
SIZE = (512, 768)
"""Height and width in px."""
SMALLEST, LARGEST = 0.05, 0.35
"""Share of a picture that is cut out."""
TITLES = (
    "별이 지는 밤",
    "어린 왕자",
    "바람의 노래",
    "달빛 아래",
    "서울의 밤",
    "고양이 책방",
    "겨울 이야기",
    "깊은 산속 옹달샘",
)

PHOTOGRAPHS = {
    "tuned": ("coffee", "camera", "chelsea", "moon", "cell", "coins"),
    "unseen": ("astronaut", "rocket", "motorcycle_left", "ihc", "retina", "color"),
}
TEXTURES = {"tuned": ("grass", "brick"), "unseen": ("gravel", "hubble_deep_field")}
SEEDS = {"tuned": 1000, "unseen": 5000}


@dataclass(frozen=True)
class Scene:
    """One picture and what is cut out of it."""

    name: str
    group: str
    picture: np.ndarray
    """`[H,W,3]` uint8, whole."""
    hole: np.ndarray
    """`[H,W]` bool."""

    @property
    def holed(self) -> np.ndarray:
        """The picture with a colour in the hole that must not come back."""
        return np.where(self.hole[..., None], np.uint8((255, 0, 255)), self.picture)


def scenes(part: str, seed: int = 0) -> Iterator[Scene]:
    """The 40 scenes of a set: ten of each group, holes of letters and of blocks in turn.

    Args:
        part: "tuned" or "unseen".
        seed: other drawings and other holes.
    """
    return (scene(part, seed, number) for number in range(COUNT))


def scene(part: str, seed: int, number: int) -> Scene:
    """One of a set's scenes, by itself."""
    rng = np.random.default_rng((SEEDS[part] + seed, number))
    group, place = divmod(number, COUNT // len(GROUPS))
    names = (TEXTURES[part], (), PHOTOGRAPHS[part], ())[group]
    drawn = (textures.TEXTURES, soft_grounds.GRADIENTS, (), drawn_pages.PAGES)[group]
    if place < len(names):
        name, picture = names[place], _packaged(names[place])
    elif drawn:
        draw = drawn[place - len(names)]
        name, picture = draw.__name__, draw(rng, SIZE)
    else:
        wallpapers = text.wallpapers()[0 if part == "tuned" else 1 :: 2]
        chosen = np.random.default_rng(SEEDS[part] + seed).permutation(len(wallpapers))
        path = wallpapers[chosen[place - len(names)]]
        name, picture = path.stem, _cropped(path)
    cut = letters if number % 2 else blocks
    hole = cut(rng, picture.shape[:2], rng.uniform(SMALLEST, LARGEST))
    return Scene(f"{name}, {cut.__name__}", GROUPS[group], picture, hole)


def letters(rng: np.random.Generator, size: tuple[int, int], share: float) -> np.ndarray:
    """`[H,W]` bool: lines of large letters that cover about `share` of the picture, with the rim a mask has."""
    height, width = size
    hole = np.zeros(size, bool)
    for _ in range(60):
        if hole.mean() >= share:
            break
        title = TITLES[rng.integers(len(TITLES))]
        font = ImageFont.truetype(str(fonts.korean()), int(math.exp(rng.uniform(math.log(40), math.log(150)))))
        layer = Image.new("L", (width, height))
        place = (int(rng.integers(-40, width // 2)), int(rng.integers(-20, height - 40)))
        ImageDraw.Draw(layer).text(place, title, 255, font)
        ink = np.asarray(layer.rotate(rng.uniform(-8, 8), Image.Resampling.BILINEAR)) > 20
        hole = _within(hole, cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool))
    return hole


def blocks(rng: np.random.Generator, size: tuple[int, int], share: float) -> np.ndarray:
    """`[H,W]` bool: upright and turned rectangles that cover about `share` of the picture."""
    height, width = size
    hole = np.zeros(size, bool)
    for _ in range(60):
        if hole.mean() >= share:
            break
        centre = rng.uniform(0.1, 0.9, 2) * (width, height)
        sides = (rng.uniform(0.12, 0.5) * width, rng.uniform(0.06, 0.22) * height)
        angle = 0.0 if rng.random() < 0.6 else rng.uniform(-20, 20)
        layer = np.zeros(size, np.uint8)
        cv2.fillPoly(layer, [cv2.boxPoints((tuple(centre), sides, angle)).round().astype(np.int32)], 1)
        hole = _within(hole, layer.astype(bool))
    return hole


def _within(hole: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Both, unless that is too much of the picture."""
    both = hole | more
    return hole if both.mean() > LARGEST else both


def _packaged(name: str) -> np.ndarray:
    import skimage.data

    folder = Path(skimage.data.__file__).parent
    return _cropped(next(path for path in folder.glob(f"{name}.*") if path.suffix in (".png", ".jpg")))


def _cropped(path: Path) -> np.ndarray:
    """The middle of a picture, reduced to at most the set's size."""
    with Image.open(path) as opened:
        picture = np.asarray(opened.convert("RGB"))
    height, width = picture.shape[:2]
    scale = max(SIZE[0] / height, SIZE[1] / width)
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        height, width = picture.shape[:2]
    top, left = max(0, (height - SIZE[0]) // 2), max(0, (width - SIZE[1]) // 2)
    return np.ascontiguousarray(picture[top : top + SIZE[0], left : left + SIZE[1]])
