"""What becomes of real covers and pages: is all of their text cut out, and nothing else?

`python -m benchmarks text_covers [--seed 31] [--covers 60] [--pages 100] [--newspapers 50] [--large 1]
[--kept FOLDER] [--seconds 200]`. It needs what `text_mask` needs. It measures on the wallpapers, faces and coins that
nothing was fitted on. A count of 0 leaves a part out; `--large` is the number of covers that are enlarged to 24
megapixels. With `--kept`, pictures that were measured before are not measured again, and a run ends after `--seconds`.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import torch

from ..nodes.erase import inpaint, rounds
from ..nodes.text_mask.engines import rapidocr_engine
from ..nodes.text_mask.finding import detection
from ..nodes.text_mask.marking import shapes
from ..testing.scenes import covers, pages, text
from . import text_mask
from .kit import process

GROW, GROW_ERASE = 4.0, 6.0
"""The defaults of OCR Text Mask and of Erase Text, percent of the text height."""
ROUNDS = 3
TOUCHED = 5.0
"""Percent of a page without text."""
SHAPES = ("bare", "grown", "polygon")
COUNTS = {"covers": 60, "pages": 100, "newspapers": 50}
SIDES = ((1000, 1500), (2000, 3000), (3000, 4000), (4000, 6000))
"""px: 1.5, 6, 12 and 24 megapixels."""

Figures = dict[str, list[float]]
"""Of one picture."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="text_covers")
    parser.add_argument("--seed", type=int, default=31)
    for name, count in (*COUNTS.items(), ("large", 1)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--kept", type=Path, help="a folder for what was measured, to go on another time")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of CPU; then it ends, to be run again")
    chosen = parser.parse_args(options)
    rapidocr_engine.MAX_THREADS = 1
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    table: dict[str, list[dict]] = {}
    for name, (measure, row) in PARTS.items():
        found = []
        for number in range(getattr(chosen, name)):
            path = chosen.kept and chosen.kept / f"{name}.{chosen.seed}.{number}.json"
            if not (path and path.exists()):
                if time.process_time() > chosen.seconds:
                    print("not finished: the same command goes on")
                    return None
                figures = measure(np.random.Generator(np.random.PCG64((chosen.seed, number))))
                print(name, number, figures, flush=True)
                if path:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(json.dumps(figures))
            else:
                figures = json.loads(path.read_text())
            found.append(figures)
        if found:
            table[name] = [{"seed": chosen.seed, **row(found)}]
    if chosen.large:
        sizes = process.alone("text_covers", str(chosen.seed), str(chosen.large))
        table["large"] = [{"seed": chosen.seed, **size} for size in sizes]
    return table


def part(seed: str, count: str) -> list[dict]:
    """Large covers, in a process whose memory is their own."""
    rapidocr_engine.MAX_THREADS = 1
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    return list(on_large(int(seed), int(count)))


@cache
def grounds() -> list[Path]:
    return text.wallpapers()[1::2]


def find(picture: np.ndarray) -> list:
    return rapidocr_engine.load().detect(picture, detection.directly)


def on_cover(rng: np.random.Generator) -> Figures:
    """Words found or not, px of ink, and for each shape px of the mask and of the ink in it."""
    scene = covers.cover(rng, *text.SIZES[rng.integers(len(text.SIZES))], grounds())
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * text_mask.REACH + 1,) * 2)
    found = find(scene.picture)
    ways = zip(SHAPES, (("stroke", 0.0), ("stroke", GROW), ("polygon", 0.0)), strict=True)
    masks = {name: shapes.draw_mask(scene.picture, found, *way).astype(bool) for name, way in ways}
    near = cv2.dilate(masks["polygon"].astype(np.uint8), disc).astype(bool)
    return {
        "words": [float(near[word.ink].mean() >= text_mask.COVERED) for word in scene.words],
        "ink": [int(scene.ink.sum())],
        **{name: [int(mask.sum()), int(mask[scene.ink].sum())] for name, mask in masks.items()},
    }


def covers_row(found: list[Figures]) -> dict:
    words = [is_covered for figures in found for is_covered in figures["words"]]
    ink = sum(figures["ink"][0] for figures in found)
    sums = {name: np.sum([figures[name] for figures in found], axis=0) for name in SHAPES}
    return {
        "covers": len(found),
        "words": len(words),
        "words covered": round(float(np.mean(words)), 3),
        **{f"ink, {name}": round(float(hit / ink), 3) for name, (_, hit) in sums.items()},
        **{f"area / ink, {name}": round(float(masked / ink), 2) for name, (masked, _) in sums.items()},
    }


def on_page(rng: np.random.Generator) -> Figures:
    """A page or poster without any text: percent masked."""
    picture = pages.without_text(rng, pages.Pictures(grounds(), 1))
    return {"masked": [100 * float(shapes.draw_mask(picture, find(picture), "polygon", GROW).mean())]}


def pages_row(found: list[Figures]) -> dict:
    shares = [figures["masked"][0] for figures in found]
    return {
        "pages": len(found),
        "mean masked, %": round(float(np.mean(shares)), 2),
        "most masked, %": round(max(shares), 1),
        "above 5 %": sum(share > TOUCHED for share in shares),
        "nothing masked": sum(share == 0 for share in shares),
    }


def on_newspaper(rng: np.random.Generator) -> Figures:
    """A newspaper page, erased in rounds: percent of its ink erased, and of its photographs left alone."""
    page = pages.newspaper(rng, pages.Pictures(grounds(), 1))
    erased = erase(page.picture)
    untouched = [100 * (1 - float(erased[page.photographs].mean()))] if page.photographs.any() else []
    return {"gone": [100 * float(erased[page.ink].mean())], "untouched": untouched}


def newspapers_row(found: list[Figures]) -> dict:
    gone, untouched = ([share for figures in found for share in figures[name]] for name in ("gone", "untouched"))
    return {
        "pages": len(found),
        "ink erased, %": round(float(np.mean(gone)), 2),
        "least erased, %": round(min(gone), 2),
        "photographs untouched, %": round(float(np.mean(untouched)), 2),
        "least untouched, %": round(min(untouched), 2),
    }


PARTS: dict[str, tuple[Callable[[np.random.Generator], Figures], Callable[[list[Figures]], dict]]] = {
    "covers": (on_cover, covers_row),
    "pages": (on_page, pages_row),
    "newspapers": (on_newspaper, newspapers_row),
}


def on_large(seed: int, count: int) -> Iterator[dict]:
    """Covers at print size: is the work in proportion to the picture, and how much memory does it take beyond it?"""
    find(np.zeros((64, 64, 3), np.uint8))
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(count):
        small = covers.cover(rng, 512, 768, grounds()).picture
        for size in SIDES:
            picture = cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)
            before, began = process.memory("VmRSS"), text_mask.cpu_seconds()
            found = find(picture)
            shapes.draw_mask(picture, found, "stroke", GROW)
            yield {
                "megapixels": round(picture.shape[0] * picture.shape[1] / 1e6, 1),
                "CPU s/MP": round((text_mask.cpu_seconds() - began) / (picture.shape[0] * picture.shape[1] / 1e6), 2),
                "MB over the picture": round(process.memory("VmHWM") - before),
                "texts": len(found),
            }


def erase(picture: np.ndarray) -> np.ndarray:
    """`[H,W]` bool: what Erase Text erases with its defaults."""
    shown = picture.copy()

    def fill(mask: np.ndarray) -> None:
        shown[:] = inpaint(shown, mask, "telea")

    def draw(found: list) -> np.ndarray:
        return shapes.draw_mask(shown, found, "stroke", GROW_ERASE).astype(bool)

    return rounds.erase(picture.shape[:2], lambda: find(shown), draw, fill, ROUNDS).erased
