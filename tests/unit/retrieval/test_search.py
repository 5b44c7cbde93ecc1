"""Ranks, ties and categories are what plain NumPy says of embeddings made by hand."""

import numpy as np
import pytest
from dancheong.nodes.retrieval import bank, find, search


def made(seed, count=200, width=8):
    """Vectors of a few whole numbers, so that sums are exact and many tie; each stands twice."""
    random = np.random.default_rng(seed)
    half = random.integers(-2, 3, (count // 2, width)).astype(np.float32) / 4
    return np.concatenate([half, half])[random.permutation(count)], random.integers(0, 6, count).astype(np.int32)


@pytest.mark.parametrize("seed", range(4))
def test_ranks_ties_and_categories_are_numpys(seed):
    vectors, categories = made(seed)
    picture = vectors[17]
    scores = search.cosines(vectors, picture)
    plain = np.argsort(-(vectors @ picture), kind="stable")
    for top in (1, 7, 200, 500):
        assert search.best(scores, top).tolist() == plain[:top].tolist()
        each = search.best_of_each(scores, categories, top)
        assert [places.tolist() for places in each] == [
            [place for place in plain if categories[place] == category][:top] for category in range(6)
        ]
    for place in range(200):
        overall = search.rank(scores, place)
        inside = search.rank(scores, place, categories == categories[place])
        same = [each for each in plain if categories[each] == categories[place]]
        assert overall == 1 + plain.tolist().index(place) and inside == 1 + same.index(place) <= overall


def test_the_same_entry_ties_wherever_it_stands():
    random = np.random.default_rng(0)
    vectors = random.standard_normal((1003, 768)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[[5, 500, 1002]] = vectors[5]
    scores = search.cosines(vectors, vectors[5])
    assert search.best(scores, 3).tolist() == [5, 500, 1002]
    assert [search.rank(scores, place) for place in (5, 500, 1002)] == [1, 2, 3]


def test_found_entries_come_nearest_first_and_per_category():
    styles = bank.parse(["b\tone", "a\ttwo", "b\tthree"])
    vectors = np.eye(3, 4, dtype=np.float32)
    picture = np.array([0.25, 0.5, 0.75, 0], np.float32)
    found = find.find(picture, vectors, styles, 2, find.OVERALL)
    assert [(each.entry, each.category, each.cosine) for each in found] == [("three", "b", 0.75), ("two", "a", 0.5)]
    assert [each.entry for each in find.find(picture, vectors, styles, 1, find.EACH)] == ["three", "two"]
