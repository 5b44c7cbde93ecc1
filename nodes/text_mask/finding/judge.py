"""The one that weighs all evidence: regression trees, one after the other, each fitted to what those before it left.

Gradient boosting (Friedman 2001). `judge.json` holds the trees; `benchmarks/text_judge.py` fits them.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

TREES = Path(__file__).with_name("judge.json")


def weight(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Log-odds of text.

    Args:
        names: what each column is.
        values: `[N,F]`.
    """
    bias, order, feature, threshold, after, leaf = _trees()
    columns = values[:, [names.index(name) for name in order]]
    trees, rows = np.arange(len(feature)), np.arange(len(values))[:, None]
    node = np.zeros((len(values), len(feature)), np.intp)
    # A leaf goes on to itself, so that all trees take as many steps as the deepest.
    while True:
        is_more = columns[rows, feature[trees, node]] > threshold[trees, node]
        following = after[trees, node, is_more.astype(np.intp)]
        if (following == node).all():
            return bias + leaf[trees, node].sum(axis=1)
        node = following


@cache
def _trees() -> tuple[float, list[str], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The bias, the names of the columns, and `[T,K]` of each node: its column, its threshold, `[T,K,2]` the nodes that
    follow where the value is not above it and where it is, and what it adds."""
    kept = json.loads(TREES.read_text())
    most = max(len(tree["add"]) for tree in kept["trees"])
    shape = (len(kept["trees"]), most)
    feature, threshold = np.zeros(shape, np.intp), np.zeros(shape)
    after, leaf = np.zeros((*shape, 2), np.intp), np.zeros(shape)
    for number, tree in enumerate(kept["trees"]):
        count = len(tree["add"])
        feature[number, :count], threshold[number, :count] = tree["column"], tree["above"]
        after[number, :count], leaf[number, :count] = tree["after"], tree["add"]
    return kept["bias"], kept["columns"], feature, threshold, after, leaf
