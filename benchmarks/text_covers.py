"""What becomes of real covers and pages: is all of their text cut out, and nothing else?

`python -m benchmarks text_covers [--seed 31] [--covers 60] [--pages 100] [--newspapers 50] [--large 1]`. It needs what
`text_mask` needs. It measures on the wallpapers, faces and coins that nothing was fitted on. A count of 0 leaves a part
out; `--large` is the number of covers that are enlarged to 24 megapixels.
"""

import argparse
from collections.abc import Iterator

import cv2
import numpy as np

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
TOUCHED, GONE = 0.05, 0.9
PARTS = ("covers", "pages", "newspapers", "large")
SIDES = ((1000, 1500), (2000, 3000), (4000, 6000))
"""px: 1.5, 6 and 24 megapixels."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_covers")
    parser.add_argument("--seed", type=int, default=31)
    for name, count in zip(PARTS, (60, 100, 50, 1), strict=True):
        parser.add_argument(f"--{name}", type=int, default=count)
    chosen = parser.parse_args(options)
    return {
        name: [{"seed": chosen.seed, **row} for row in process.alone("text_covers", name, str(chosen.seed), str(count))]
        for name in PARTS
        if (count := getattr(chosen, name))
    }


def part(what: str, seed: str, count: str) -> list[dict]:
    rapidocr_engine.MAX_THREADS = 1
    cv2.setNumThreads(1)
    if what == "large":
        return list(on_large(int(seed), int(count)))
    return [{"covers": on_covers, "pages": on_pages, "newspapers": on_newspapers}[what](int(seed), int(count))]


def find(picture: np.ndarray) -> list:
    return rapidocr_engine.load().detect(picture, detection.directly)


def on_covers(seed: int, count: int) -> dict:
    """Words found, ink masked, and the mask's area against the ink's own."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * text_mask.REACH + 1,) * 2)
    covered: list[bool] = []
    ink, masked, hit = 0, dict.fromkeys(("bare", "grown", "polygon"), 0), dict.fromkeys(("bare", "grown", "polygon"), 0)
    for scene in covers.scenes(count, seed, text.wallpapers()[1::2]):
        found = find(scene.picture)
        masks = {
            "bare": shapes.draw_mask(scene.picture, found, "stroke", 0.0).astype(bool),
            "grown": shapes.draw_mask(scene.picture, found, "stroke", GROW).astype(bool),
            "polygon": shapes.draw_mask(scene.picture, found, "polygon", 0.0).astype(bool),
        }
        near = cv2.dilate(masks["polygon"].astype(np.uint8), disc).astype(bool)
        covered += [bool(near[word.ink].mean() >= text_mask.COVERED) for word in scene.words]
        ink += int(scene.ink.sum())
        for name, mask in masks.items():
            hit[name] += int(mask[scene.ink].sum())
            masked[name] += int(mask.sum())
    return {
        "words": len(covered),
        "words covered": round(float(np.mean(covered)), 3),
        **{f"ink, {name}": round(hit[name] / ink, 3) for name in hit},
        **{f"area / ink, {name}": round(masked[name] / ink, 2) for name in masked},
    }


def on_pages(seed: int, count: int) -> dict:
    """Pages and posters without any text."""
    rng, pictures = np.random.Generator(np.random.PCG64(seed)), pages.Pictures(text.wallpapers()[1::2], 1)
    shares = []
    for _ in range(count):
        picture = pages.without_text(rng, pictures)
        shares.append(100 * float(shapes.draw_mask(picture, find(picture), "polygon", GROW).mean()))
    return {
        "pages": count,
        "mean masked, %": round(float(np.mean(shares)), 2),
        "most masked, %": round(max(shares), 1),
        "above 5 %": sum(share > 100 * TOUCHED for share in shares),
        "nothing masked": sum(share == 0 for share in shares),
    }


def on_newspapers(seed: int, count: int) -> dict:
    """Newspaper pages, erased in rounds."""
    rng, pictures = np.random.Generator(np.random.PCG64(seed)), pages.Pictures(text.wallpapers()[1::2], 1)
    gone, untouched = [], []
    for _ in range(count):
        page = pages.newspaper(rng, pictures)
        erased = erase(page.picture)
        gone.append(float(erased[page.ink].mean()))
        if page.photographs.any():
            untouched.append(1 - float(erased[page.photographs].mean()))
    return {
        "pages": count,
        "ink erased, %": round(100 * float(np.mean(gone)), 2),
        "least erased, %": round(100 * min(gone), 2),
        "photographs untouched, %": round(100 * float(np.mean(untouched)), 2),
        "least untouched, %": round(100 * min(untouched), 2),
    }


def on_large(seed: int, count: int) -> Iterator[dict]:
    """Covers at print size: is the work in proportion to the picture, and how much memory does it take beyond it?"""
    find(np.zeros((64, 64, 3), np.uint8))
    rng, grounds = np.random.Generator(np.random.PCG64(seed)), text.wallpapers()[1::2]
    for _ in range(count):
        small = covers.cover(rng, 512, 768, grounds).picture
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
