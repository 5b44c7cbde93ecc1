"""Where a mark that is tiled over a picture should lie too: what a regular pattern of places leaves open."""

import numpy as np

LEAST = 3
"""Places that make a pattern."""
SHORTEST = 8
"""Ways from place to place that are followed."""
NEAR = 4.0
"""px within which two places are one."""
AGREE = 2
"""Known places from which a way must lead to an open one."""
WITHIN = 0.5
"""Share of the mark's sides that must lie in the picture."""


def openings(known: list[tuple[float, float]], mark: tuple[int, int], picture: tuple[int, int]) -> np.ndarray:
    """Places that the known ones leave open, `[n,2]` (x, y) px of the mark's top left.

    Args:
        known: (x, y) px.
        mark: (width, height) px.
        picture: (width, height) px.
    """
    places = np.array(known, np.float64).reshape(-1, 2)
    if len(places) < LEAST:
        return np.empty((0, 2))
    ways = (places[:, None] - places[None]).reshape(-1, 2)
    ways = ways[np.argsort(np.linalg.norm(ways, axis=1), kind="stable")][len(places) :]
    # There and back, and as often as places: what is longer leads across others.
    ways = _distinct(ways[: 2 * SHORTEST * len(places)])[: 2 * SHORTEST]
    beyond = WITHIN * np.array(mark)
    found = np.empty((0, 2))
    while True:
        reached = (np.concatenate([places, found])[:, None] + ways[None]).reshape(-1, 2)
        inside = (reached > -beyond).all(1) & (reached < np.array(picture) - beyond).all(1)
        reached = _away(reached[inside], np.concatenate([places, found]))
        new = [place for place in _distinct(reached) if _near(reached, place[None]).sum() >= AGREE]
        if not new:
            return found
        found = np.concatenate([found, new])


def _distinct(places: np.ndarray) -> np.ndarray:
    """The first of those that are one."""
    kept: list[np.ndarray] = []
    for place in places:
        if not kept or not _near(np.array(kept), place[None]).any():
            kept.append(place)
    return np.array(kept).reshape(-1, 2)


def _away(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Those that are none of the others."""
    return places[~_near(places[:, None], others[None]).any(1)]


def _near(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.linalg.norm(one - other, axis=-1) < NEAR
