"""Which of a bank are nearest to a picture: cosines, ranks, the best of all and of each category."""

import numpy as np

DIGITS = 6
"""Of a cosine: float32 knows no more, and one and the same entry at two places must tie."""


def cosines(vectors: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """`[N]` of entries `[N,D]` and one picture `[D]`, all of length 1; whatever else is asked, it is the same."""
    return np.round(vectors @ picture, DIGITS)


def best(scores: np.ndarray, top: int) -> np.ndarray:
    """The places of the `top` highest, highest first; of equal ones the first comes first.

    >>> best(np.array([0.1, 0.3, 0.2, 0.3]), 3).tolist()
    [1, 3, 2]
    """
    count = len(scores)
    if top < count:
        least = np.partition(scores, count - top)[count - top]
        places = np.flatnonzero(scores >= least)
    else:
        places = np.arange(count)
    return places[np.argsort(-scores[places], kind="stable")][:top]


def best_of_each(scores: np.ndarray, categories: np.ndarray, top: int) -> list[np.ndarray]:
    """The same among the entries of each category, in the order of the categories.

    >>> [places.tolist() for places in best_of_each(np.array([0.1, 0.3, 0.2]), np.array([0, 1, 0]), 1)]
    [[2], [1]]
    """
    order = np.argsort(categories, kind="stable")
    inside = np.split(order, np.flatnonzero(np.diff(categories[order])) + 1)
    return [places[best(scores[places], top)] for places in inside]


def rank(scores: np.ndarray, place: int, among: np.ndarray | None = None) -> int:
    """Where an entry comes, 1 for the first; equal ones in their order.

    Args:
        among: `[N]` bool: the entries that count; None for all.

    >>> rank(np.array([0.1, 0.3, 0.2, 0.3]), 3), rank(np.array([0.1, 0.3]), 0, np.array([True, False]))
    (2, 1)
    """
    before = scores > scores[place]
    before[:place] |= scores[:place] == scores[place]
    return 1 + int((before if among is None else before & among).sum())
