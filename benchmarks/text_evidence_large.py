"""Fit the weights by which the text mask tells large text from photographs, coins and windows.

`python -m benchmarks text_evidence_large FOLDER [--gather KIND] [--write]`; FOLDER keeps what each kind of picture
showed, so that it can be gathered in pieces; with `--write` the weights become `nodes/text_mask/finding/large.json`. It
learns from rendered text of 8 to 700 px, from covers and pages, and from every other wallpaper of
`testing/scenes/text.py`; `text_covers.py` measures with the rest.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from ..nodes.text_mask.finding import evidence
from ..testing.scenes import covers, pages, text
from .kit.process import PACK
from .text_evidence import INSIDE, OUTSIDE, shown

SEED = 101
WRITTEN = ((30, (14, 120)), (12, (100, 400)), (12, (300, 700)), (12, (8, 16)))
"""Scenes with text: how many, and their font sizes in px."""
COVERS, WALLPAPERS, PAGES, NEWSPAPERS = 32, 40, 50, 3
HIDDEN, RATE, SHRINKAGE, STEPS = 16, 1e-2, 0.3, 300


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_evidence_large")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gather", choices=KINDS, help="only look at this kind of picture, and keep what it shows")
    parser.add_argument("--write", action="store_true", help="the pack uses these weights from now on")
    chosen = parser.parse_args(options)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.gather:
        rows, truth = gather(KINDS[chosen.gather]())
        np.savez(chosen.folder / f"{chosen.gather}.npz", rows=rows, truth=truth)
        return {"regions": [{"kind": chosen.gather, "regions": len(truth), "of them text": int(truth.sum())}]}
    kept = [np.load(chosen.folder / f"{kind}.npz") for kind in KINDS]
    features, truth = (np.concatenate([part[name] for part in kept]) for name in ("rows", "truth"))
    model = fit(features, truth)
    if chosen.write:
        write(model)
    odds = evidence.large_weight(features, model)
    return {
        "regions": [{"regions": len(truth), "of them text": int(truth.sum())}],
        "thresholds": [
            {
                "least odds": least,
                "text kept": round(float((odds[truth] > least).mean()), 3),
                "rest kept": round(float((odds[~truth] > least).mean()), 3),
            }
            for least in (-2, -1.5, -1, -0.5, 0)
        ],
    }


def write(model: dict[str, np.ndarray]) -> None:
    columns = {
        part: {
            key: np.round(value, 4).tolist() for key, value in zip(evidence.LARGE_FEATURES, model[part], strict=True)
        }
        for part in evidence.COLUMNS
    }
    rest = {name: np.round(model[name], 4).tolist() for name in ("hidden", "last", "bias")}
    target = PACK / "nodes" / "text_mask" / "finding" / "large.json"
    lines = ",\n".join(f' "{name}": {json.dumps(value)}' for name, value in {**columns, **rest}.items())
    target.write_text(f"{{\n{lines}\n}}\n")


Seen = Iterator[tuple[np.ndarray, np.ndarray]]
"""Pictures `[H,W,3]` uint8, each with where words are, `[H,W]` uint8."""


def written() -> Seen:
    for count, heights in WRITTEN:
        for scene in text.scenes(count, SEED, heights):
            yield scene.picture, _words(scene)


def on_covers() -> Seen:
    for scene in covers.scenes(COVERS, SEED, text.wallpapers()[::2]):
        yield scene.picture, _words(scene)


def on_wallpapers() -> Seen:
    rng, files = np.random.Generator(np.random.PCG64(SEED)), text.wallpapers()[::2]
    for number in range(WALLPAPERS):
        picture = text.wallpaper(rng, files[number % len(files)])
        yield picture, np.zeros(picture.shape[:2], np.uint8)


def on_pages() -> Seen:
    rng, pictures = np.random.Generator(np.random.PCG64(SEED)), pages.Pictures(text.wallpapers()[::2], 0)
    for _ in range(PAGES):
        picture = pages.without_text(rng, pictures)
        yield picture, np.zeros(picture.shape[:2], np.uint8)
    for _ in range(NEWSPAPERS):
        page = pages.newspaper(rng, pictures)
        lines = cv2.morphologyEx(page.ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 15), np.uint8))
        yield page.picture, lines


KINDS: dict[str, Callable[[], Seen]] = {
    "written": written,
    "covers": on_covers,
    "wallpapers": on_wallpapers,
    "pages": on_pages,
}


def _words(scene: text.Scene) -> np.ndarray:
    words = np.zeros(scene.picture.shape[:2], np.uint8)
    for word in scene.words:
        cv2.fillPoly(words, [word.polygon.round().astype(np.int32)], 1)
    return words


def gather(seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """`[N,F]` features and `[N]` bool of everything that the network shows."""
    evidence.TINY = 0.0  # what tiny text shows serves for larger text too
    longest = math.log(evidence.LINE)
    rows: list[np.ndarray] = []
    truth: list[bool] = []
    for picture, words in seen:
        for polygon, values in shown(picture):
            own = np.zeros_like(words)
            cv2.fillPoly(own, [polygon.round().astype(np.int32)], 1)
            share = (own & words).sum() / max(own.sum(), 1)
            is_line = values[evidence.FEATURES.index("log_aspect")] > longest
            if not is_line and (share >= INSIDE or share <= OUTSIDE):
                rows.append(values[: len(evidence.LARGE_FEATURES)])
                truth.append(share >= INSIDE)
    return np.array(rows), np.array(truth)


def fit(features: np.ndarray, truth: np.ndarray) -> dict[str, np.ndarray]:
    """A perceptron with one hidden layer, both classes of equal weight."""
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = torch.tensor((features - mean) / deviation, dtype=torch.float32)
    target = torch.tensor(truth, dtype=torch.float32)
    share = torch.where(target == 1, 1 / target.sum(), 1 / (1 - target).sum())
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        network = torch.nn.Sequential(
            torch.nn.Linear(inputs.shape[1], HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, 1)
        )
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=SHRINKAGE)
    for _ in range(STEPS):
        error = torch.nn.functional.binary_cross_entropy_with_logits(network(inputs)[:, 0], target, reduction="none")
        optimizer.zero_grad()
        (error * share).sum().backward()
        optimizer.step()
    first, last = (network[layer].requires_grad_(False) for layer in (0, 2))
    return {
        "mean": mean,
        "deviation": deviation,
        "weights": first.weight.T.numpy(),
        "hidden": first.bias.numpy(),
        "last": last.weight[0].numpy(),
        "bias": last.bias[0].numpy(),
    }
