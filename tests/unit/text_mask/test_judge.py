"""What weighs all evidence: its trees are walked as they stand in its file, and every column has its evidence."""

import json

import numpy as np
from dancheong.nodes.text_mask.finding import evidence, judge

NAMES = (*evidence.FEATURES, *evidence.VOICES)
KEPT = json.loads(judge.TREES.read_text())


def walked(row, shift=0.0):
    """One region's log-odds, a tree and a step at a time."""
    total = KEPT["bias"]
    for tree in KEPT["trees"]:
        node = 0
        while tree["after"][node][0] != node:
            value = row[NAMES.index(KEPT["columns"][tree["column"][node]])]
            node = tree["after"][node][int(value > tree["above"][node] + shift)]
        total += tree["add"][node]
    return total


def test_all_trees_are_walked_as_they_stand():
    rows = np.random.default_rng(0).normal(0, 2, (40, len(NAMES)))
    weights = judge.weight(NAMES, rows)
    assert np.allclose(weights, [walked(row) for row in rows])
    assert not np.allclose(weights, [walked(row, 0.1) for row in rows], atol=0.1)


def test_columns_are_known_by_their_names():
    rows = np.random.default_rng(1).normal(0, 2, (20, len(NAMES)))
    order = np.random.default_rng(2).permutation(len(NAMES))
    assert np.array_equal(judge.weight([NAMES[number] for number in order], rows[:, order]), judge.weight(NAMES, rows))
    assert set(KEPT["columns"]) <= set(NAMES)
