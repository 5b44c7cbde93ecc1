"""Find Style: the entries of a bank that are nearest to a picture, and what is told of them."""

from dataclasses import dataclass

import numpy as np

from .bank import Bank
from .search import best, best_of_each, cosines

OVERALL, EACH = "overall", "per category"
SCOPES = (OVERALL, EACH)
"""Among all entries, or among those of one category at a time (JourneyDB's two ways)."""


@dataclass(frozen=True)
class Found:
    """One entry."""

    place: int
    category: str
    entry: str
    cosine: float


def find(picture: np.ndarray, vectors: np.ndarray, bank: Bank, top: int, scope: str) -> list[Found]:
    """The `top` nearest entries, of all or of each category, nearest first.

    Args:
        picture: `[D]` of length 1.
        vectors: `[N,D]` of the bank's entries, each of length 1.
    """
    scores = cosines(vectors, picture)
    if scope == OVERALL:
        places = best(scores, top)
    else:
        places = np.concatenate(best_of_each(scores, bank.categories, top))
    return [Found(int(place), bank.category(place), bank[int(place)], float(scores[place])) for place in places]


def told(found: list[Found]) -> str:
    """A line an entry."""
    return "\n".join(f"{each.cosine:.3f} {each.category}{': ' * bool(each.category)}{each.entry}" for each in found)
