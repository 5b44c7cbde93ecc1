"""Placed titles on 40 covers whose faces are marked: faces covered, contrast around the letters, the safe area.

`python -m benchmarks place_title [--most N] [--sheet FILE]`. Places were tuned on one half of the covers, the other
half was looked at once. Contrast is measured on the finished picture by `testing.placed`, beside centred white type in
the same font and size. What was measured is kept, and the next call goes on from there.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ..nodes.lettering import choice, fonts, typeset
from ..nodes.lettering.ink import Ink
from ..nodes.lettering.margins import margins
from ..nodes.lettering.placing import conventions
from ..nodes.lettering.placing.given import Page, Words
from ..nodes.lettering.placing.ground import ground_of
from ..nodes.lettering.placing.place import place
from ..nodes.lettering.placing.safe import PERCENT, is_spine, safe_area
from ..nodes.lettering.placing.sizes import Hand, sizes_of
from ..testing import placed
from ..testing.scenes.portraits import Portrait, Rectangle, portraits
from .kit import pieces

SETS = ("tuned", "held out")
LEAST = 4.5
WORDS = (
    ("달빛 아래 기와집", "산이 깊은 마을의 밤", "김단청", "novel"),
    ("아무도 없는 집", "", "한도윤", "mystery"),
    ("혼자 걷는 사람에게", "어느 산책자의 기록", "박서연", "essay"),
    ("참을 수 없이 가벼운 오후", "", "이하루", "poetry"),
    ("THE LAST LAUNCH", "A story of the moon", "Jane Doe", "science_fiction"),
    ("하루 한 시간, 나를 바꾸는 공부의 힘", "늦지 않았다", "정우진", "self_help"),
    ("왕의 그림자", "조선의 마지막 밤", "윤지수", "historical"),
    ("우리 동네 고양이 탐정", "", "오나래 글 그림", "children"),
)
"""Title, subtitle, author, genre; by turns."""
LAYOUTS = 3
COVERS, GROUP = 20, 5
"""Of each set; and of a piece that is done at once."""
TILE, ACROSS = 300, 5
"""px of a cover on the sheet; covers beside each other."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="place_title")
    parser.add_argument("--most", type=int, help="groups of covers to do now, kept for a call without it")
    parser.add_argument("--sheet", type=Path, help="draw the covers of both ways side by side into this file, and stop")
    chosen = parser.parse_args(options)
    if chosen.sheet:
        sheet(chosen.sheet)
        return None
    wanted = [(name, str(first), str(GROUP)) for name in SETS for first in range(0, COVERS, GROUP)]
    found = pieces.gathered("place_title", "covers", wanted, chosen.most)
    if found is None:
        return None
    return {
        "covers": [
            row(name, way, [cover[way] for piece in wanted if piece[0] == name for cover in found[piece]])
            for name in SETS
            for way in WAYS
        ]
    }


def part(name: str, first: str, count: str) -> list[dict[str, list[dict]]]:
    """What each cover of a group gives: way -> layouts, the best first."""
    found: list[dict[str, list[dict]]] = []
    for number, portrait in list(enumerate(portraits(name)))[int(first) : int(first) + int(count)]:
        page, words = page_of(portrait, number)
        found.append({way: [measured(portrait, page, one) for one in WAYS[way](page, words)] for way in WAYS})
    return found


@dataclass(frozen=True)
class Set:
    """Words as they stand on a cover."""

    result: np.ndarray
    """`[H,W,3]` in 0..255."""
    planes: dict[str, np.ndarray]
    """Part -> its coverage, `[H,W]` uint8."""
    sizes: dict[str, int]
    inks: dict[str, tuple[int, int, int]]
    helped: bool = False
    """A veil or a plate lies under some of them."""


def page_of(portrait: Portrait, number: int) -> tuple[Page, Words]:
    *words, genre = WORDS[number % len(WORDS)]
    kept, known = conventions.convention(genre), fonts.available([])
    own = dict.fromkeys(choice.OWN, fonts.AUTO)
    title, rest = (
        choice.faces_of(conventions.in_order(known, typeface), fonts.AUTO, own, text, weight, 100)[0]
        for typeface, text, weight in (
            (kept.title, words[0], kept.weight),
            (kept.rest, "".join(words[1:]), kept.rest_weight),
        )
    )
    height, width = portrait.picture.shape[:2]
    safe = safe_area(width, height, None)
    hands = Hand(title, kept.tracking, kept.leading), Hand(rest, 2.0, 135.0)
    sizes = sizes_of(kept, safe.width, safe.height, None, is_spine(width, height))
    return Page(ground_of(portrait.picture), safe, kept, *hands, sizes, is_spine(width, height)), Words(*words)


def best_places(page: Page, words: Words) -> list[Set]:
    found: list[Set] = []
    height, width = page.ground.picture.shape[:2]
    for one in place(page, words, LAYOUTS):
        alpha = one.layer[..., 3:] / 255
        planes: dict[str, np.ndarray] = {}
        for name, setting in one.layout.parts.items():
            ink = Ink(width, height)
            setting.draw(ink)
            planes[name] = ink.letters
        found.append(
            Set(
                page.ground.picture * (1 - alpha) + one.layer[..., :3] * alpha,
                planes,
                {name: setting.size for name, setting in one.layout.parts.items()},
                {name: shade.colour for name, shade in one.inks.items()},
                any(one.veils.values()),
            )
        )
    return found


def centred_white(page: Page, words: Words) -> list[Set]:
    """What many do: Typeset Title in white, in the middle of the head and the foot."""
    height, width = page.ground.picture.shape[:2]
    percent = 100 * page.sizes.usual / height
    style = typeset.Style(page.title.faces, "horizontal", "top", "centre", percent, 0.0)
    free = margins(width, height, PERCENT, None, False)
    ink, size = typeset.typeset(width, height, typeset.Words(*vars(words).values()), style, free)
    alpha = ink.letters[..., None] / 255
    return [
        Set(page.ground.picture * (1 - alpha) + 255 * alpha, {"all": ink.letters}, {"all": size}, {"all": (255,) * 3})
    ]


WAYS: dict[str, Callable[[Page, Words], list[Set]]] = {"Place Title": best_places, "centred white type": centred_white}


def measured(portrait: Portrait, page: Page, found: Set) -> dict:
    """Of one layout, by the marks and on the finished picture."""
    every = np.maximum.reduce(list(found.planes.values()))
    rows, columns = np.nonzero(every)
    figures = np.zeros_like(every, bool)
    for left, top, right, bottom in portrait.figures:
        figures[round(top) : round(bottom), round(left) : round(right)] = True
    ratios = np.concatenate(
        [
            placed.contrasts(found.result, placed.surroundings(plane, every, found.sizes[name]), found.inks[name])
            for name, plane in found.planes.items()
        ]
    )
    safe = page.safe
    inside = safe.top <= rows.min() and rows.max() < safe.bottom
    inside &= safe.left <= columns.min() and columns.max() < safe.right
    return {
        "faces": sum(bool(_inside(every, face).any()) for face in portrait.faces),
        "on figures": float((figures & (every > 0)).sum() / (every > 0).sum()),
        "least": float(ratios.min()),
        "median": float(np.median(ratios)),
        "low": float((ratios < LEAST).mean()),
        "outside": int(not inside),
        "helped": found.helped,
    }


def _inside(plane: np.ndarray, box: Rectangle) -> np.ndarray:
    left, top, right, bottom = map(round, box)
    return plane[top:bottom, left:right]


def row(name: str, way: str, covers: list[list[dict]]) -> dict:
    layouts = [layout for cover in covers for layout in cover]
    return {
        "set": name,
        "way": way,
        "covers": len(covers),
        "layouts": len(layouts),
        "faces covered": sum(one["faces"] for one in layouts),
        "least contrast": round(min(one["least"] for one in layouts), 2),
        "median contrast": round(float(np.median([one["median"] for one in layouts])), 1),
        "layouts below 4.5": sum(one["least"] < LEAST for one in layouts),
        "px below 4.5, %": round(100 * float(np.mean([one["low"] for one in layouts])), 1),
        "ink within figures' boxes, %": round(100 * float(np.mean([one["on figures"] for one in layouts])), 1),
        "outside the safe area": sum(one["outside"] for one in layouts),
        "with a veil": sum(one["helped"] for one in layouts),
    }


def sheet(path: Path) -> None:
    """Each cover with centred white type at its left, and its best layout at its right."""
    tiles: list[np.ndarray] = []
    for name in SETS:
        for number, portrait in enumerate(portraits(name)):
            page, words = page_of(portrait, number)
            pair = [centred_white(page, words)[0].result, best_places(page, words)[0].result]
            tiles.append(np.concatenate([_small(one) for one in pair], 1))
    rows = [np.concatenate(tiles[at : at + ACROSS], 1) for at in range(0, len(tiles), ACROSS)]
    Image.fromarray(np.concatenate(rows)).save(path)


def _small(picture: np.ndarray) -> np.ndarray:
    """In the middle of a tile."""
    tile = Image.new("RGB", (TILE, TILE), (255, 255, 255))
    image = Image.fromarray(np.round(picture).astype(np.uint8))
    image.thumbnail((TILE - 8, TILE - 8))
    tile.paste(image, ((TILE - image.width) // 2, (TILE - image.height) // 2))
    return np.asarray(tile)
