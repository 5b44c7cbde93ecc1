"""Fit the weights by which the text mask tells text from what a text network takes for text.

`python -m benchmarks text_evidence [--write]`; with `--write` they become `nodes/text_mask/finding/evidence.json`. It
learns from rendered text of 8 to 700 px and from every other wallpaper of `testing/scenes/text.py`; `text_mask.py`
measures with the rest.
"""

import argparse
import json

import cv2
import numpy as np
import torch

from ..nodes.text_mask.engines import rapidocr_engine
from ..nodes.text_mask.finding import detection, evidence, lines, pyramid
from ..testing.scenes import text
from .kit.process import PACK

SEED = 101
WRITTEN = ((90, (14, 120)), (30, (100, 400)), (30, (300, 700)), (30, (8, 16)))
"""Scenes with text: how many, and their font sizes in px."""
EMPTY = 110
INSIDE, OUTSIDE = 0.3, 0.05
"""Share of a region that lies on a word: it is text from here on, and not text up to there; the rest is left out."""
SHRINKAGE = 1e-3


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_evidence")
    parser.add_argument("--write", action="store_true", help="the pack uses these weights from now on")
    is_kept = parser.parse_args(options).write
    features, truth = gather()
    weights = fit(features, truth)
    if is_kept:
        write(weights)
    odds = (features - weights["mean"]) / weights["deviation"] @ weights["weights"] + weights["bias"]
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


def write(weights: dict[str, np.ndarray]) -> None:
    columns = {
        name: {key: round(float(value), 4) for key, value in zip(evidence.SMALL_FEATURES, values, strict=True)}
        for name, values in weights.items()
        if name != "bias"
    }
    model = {**columns, "bias": round(float(weights["bias"]), 4)}
    target = PACK / "nodes" / "text_mask" / "finding" / "evidence.json"
    target.write_text(json.dumps(model, indent=1) + "\n")


def gather() -> tuple[np.ndarray, np.ndarray]:
    """`[N,F]` features and `[N]` bool of everything that the network shows."""
    rows: list[np.ndarray] = []
    truth: list[bool] = []
    for count, heights in WRITTEN:
        for scene in text.scenes(count, SEED, heights):
            words = np.zeros(scene.picture.shape[:2], np.uint8)
            for word in scene.words:
                cv2.fillPoly(words, [word.polygon.round().astype(np.int32)], 1)
            for polygon, values in shown(scene.picture):
                own = np.zeros_like(words)
                cv2.fillPoly(own, [polygon.round().astype(np.int32)], 1)
                share = (own & words).sum() / max(own.sum(), 1)
                if share >= INSIDE or share <= OUTSIDE:
                    rows.append(values)
                    truth.append(share >= INSIDE)
    rng = np.random.Generator(np.random.PCG64(SEED))
    files = text.wallpapers()[::2]
    for number in range(EMPTY):
        for _, values in shown(text.wallpaper(rng, files[number % len(files)])):
            rows.append(values)
            truth.append(False)
    return np.array(rows)[:, : len(evidence.SMALL_FEATURES)], np.array(truth)


def shown(picture: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The polygons and features of all that looks like text in a picture, from any distance."""
    height, width = picture.shape[:2]
    network = rapidocr_engine.load().probability
    looks = [pyramid.look(network, picture, scale, detection.directly) for scale in pyramid.scales(height, width)]
    return [
        (region.polygon, evidence.examine(picture, region, looks, own)[0])
        for own, look in enumerate(looks)
        for region in lines.lines(look, height, width)
        if detection.has_contrast(picture, region.polygon)
    ]


def fit(features: np.ndarray, truth: np.ndarray) -> dict[str, np.ndarray]:
    """Logistic regression, both classes of equal weight."""
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = torch.tensor((features - mean) / deviation, dtype=torch.float32)
    target = torch.tensor(truth, dtype=torch.float32)
    share = torch.where(target == 1, 1 / target.sum(), 1 / (1 - target).sum())
    weights = torch.zeros(inputs.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        odds = inputs @ weights[:-1] + weights[-1]
        error = torch.nn.functional.binary_cross_entropy_with_logits(odds, target, reduction="none")
        total = (error * share).sum() + SHRINKAGE * weights[:-1].square().sum()
        total.backward()
        return total

    optimizer.step(loss)
    *slopes, bias = weights.detach().numpy()
    return {"mean": mean, "deviation": deviation, "weights": np.array(slopes), "bias": bias}
