"""Fit the trees by which the text mask weighs all that speaks for text and against it.

`python -m benchmarks --try text_judge FOLDER [--gather KIND --first N --count N] [--write]`: FOLDER keeps what each
kind of picture (`text_lines_drawn.py`) showed, so that it can be gathered in pieces; with `--write` the trees become
`nodes/text_mask/finding/judge.json`. It learns on every other wallpaper and half of the faces and coins;
`text_covers.py` measures with the rest. Pictures are left out in turn, a fifth of them at a time, to tell how well what
was not learnt from is judged. It needs what `text_mask` needs, and `pip install scikit-learn`.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..nodes.text_mask.engines import rapidocr_engine
from ..nodes.text_mask.finding import evidence, line_network
from ..nodes.text_mask.regions import Region
from . import text_lines_drawn as drawn
from .kit.process import PACK
from .text_evidence import INSIDE, OUTSIDE, shown

SEED = 777_000
"""Of picture 0; each has its own, so that it is the same in whatever piece it is gathered."""
NAMES = (*evidence.FEATURES, *evidence.VOICES)
TREES = {"n_estimators": 250, "max_depth": 3, "learning_rate": 0.05, "subsample": 0.5, "max_features": 0.3,
         "min_samples_leaf": 10, "random_state": 0}  # fmt: skip
MOST = 0.3
"""Of the picture's area: what is larger counts no more."""
PARTS = 5


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_judge")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--gather", choices=drawn.KINDS, help="only look at this kind of picture, and keep what it shows"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    parser.add_argument("--count", type=int, default=20, help="pictures to draw")
    parser.add_argument("--write", action="store_true", help="the pack uses these trees from now on")
    chosen = parser.parse_args(options)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.gather:
        return {"regions": [gather(chosen.folder, chosen.gather, chosen.first, chosen.count)]}
    values, truth, picture = known(chosen.folder)
    if chosen.write:
        write(fit(values, truth))
    seen = np.empty(len(truth))
    parts = np.random.default_rng(0).permutation(picture.max() + 1)[picture] % PARTS
    for part in range(PARTS):
        judge = fit(values[parts != part], truth[parts != part])
        seen[parts == part] = judge.decision_function(values[parts == part])
    return {
        "regions": [{"pictures": int(picture.max() + 1), "regions": len(truth), "of them text": int(truth.sum())}],
        "thresholds": [
            {
                "least odds": least,
                "text kept": round(float((seen[truth] > least).mean()), 3),
                "rest kept": round(float((seen[~truth] > least).mean()), 3),
            }
            for least in (0, 1, 1.5, 2, 3)
        ],
    }


def gather(folder: Path, kind: str, first: int, count: int) -> dict:
    """Keep all evidence on what the text network shows, whether it is text, and which picture it is of."""
    rapidocr_engine.MAX_THREADS = 1
    grounds = drawn.reduced_grounds(folder)
    rows: list[np.ndarray] = []
    truth: list[bool] = []
    pictures: list[int] = []
    for number in range(count):
        rng = np.random.Generator(np.random.PCG64((SEED + first + number, list(drawn.KINDS).index(kind))))
        picture, words = drawn.KINDS[kind](rng, grounds)
        found = shown(picture)
        odds = line_network.odds(picture, [Region(polygon, 1.0) for polygon, _ in found])
        for (polygon, values), voice in zip(found, odds, strict=True):
            own = np.zeros_like(words)
            cv2.fillPoly(own, [polygon.round().astype(np.int32)], 1)
            share = (own & words).sum() / max(own.sum(), 1)
            if share >= INSIDE or share <= OUTSIDE:
                small, large = evidence.small_weight(values[None])[0], evidence.large_weight(values[None])[0]
                rows.append(np.array([*values, voice, small, large], np.float32))
                truth.append(share >= INSIDE)
                pictures.append(number)
    np.savez(folder / f"judged_{kind}_{first}.npz", values=np.array(rows), truth=np.array(truth), picture=pictures)
    return {"kind": kind, "regions": len(truth), "of them text": sum(truth)}


def known(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`[N,F]` in the order of `NAMES`, `[N]` bool whether it is text, `[N]` the number of the picture; only what the
    judge is asked about."""
    parts = [np.load(path) for path in sorted(folder.glob("judged_*.npz"))]
    values, truth = (np.concatenate([part[name] for part in parts]) for name in ("values", "truth"))
    firsts = np.cumsum([0, *(part["picture"].max() + 1 for part in parts)])
    picture = np.concatenate([part["picture"] + first for part, first in zip(parts, firsts[:-1], strict=True)])
    share, aspect = (np.exp(values[:, NAMES.index(name)]) for name in ("log_share", "log_aspect"))
    is_judged = share >= np.where(aspect > evidence.LINE, evidence.THIN, evidence.TINY)
    return values[is_judged], truth[is_judged], picture[is_judged]


def fit(values: np.ndarray, truth: np.ndarray) -> Any:
    """Both classes of equal weight, a region by the square root of its area: what is lost, or left, is seen so."""
    from sklearn.ensemble import GradientBoostingClassifier

    counts = np.sqrt(np.clip(np.exp(values[:, NAMES.index("log_share")]), evidence.TINY, MOST))
    counts /= np.where(truth, counts[truth].sum(), counts[~truth].sum())
    return GradientBoostingClassifier(**TREES).fit(values, truth, sample_weight=counts / counts.mean())


def write(judge: Any) -> None:
    trees = [estimator.tree_ for estimator in judge.estimators_[:, 0]]
    used = sorted({int(column) for tree in trees for column in tree.feature if column >= 0})
    kept = []
    for tree in trees:
        nodes = range(tree.node_count)
        is_leaf = [tree.children_left[node] < 0 for node in nodes]
        kept.append(
            {
                "column": [0 if is_leaf[node] else used.index(tree.feature[node]) for node in nodes],
                "above": [0 if is_leaf[node] else float(f"{tree.threshold[node]:.5g}") for node in nodes],
                "after": [
                    [node, node] if is_leaf[node] else [int(tree.children_left[node]), int(tree.children_right[node])]
                    for node in nodes
                ],
                "add": [round(TREES["learning_rate"] * float(tree.value[node, 0, 0]), 4) if is_leaf[node] else 0
                        for node in nodes],
            }
        )  # fmt: skip
    nowhere = np.zeros((1, len(NAMES)), np.float32)
    bias = float(judge.decision_function(nowhere)[0]) - TREES["learning_rate"] * sum(
        float(estimator.predict(nowhere)[0]) for estimator in judge.estimators_[:, 0]
    )
    lines = ",\n".join("  " + json.dumps(tree) for tree in kept)
    names = json.dumps([NAMES[column] for column in used])
    text = f'{{\n "bias": {bias:.4f},\n "columns": {names},\n "trees": [\n{lines}\n ]\n}}\n'
    (PACK / "nodes" / "text_mask" / "finding" / "judge.json").write_text(text)
