"""Erase, look again at what remains of the letters, erase that, and know when to stop.

What a filling leaves behind can look like text to a network, and so can a photograph beside it. So the first look alone
says where text is; later ones may only take what lies within reach of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..text_mask import Region, area_of, share_inside

REACH = 50.0
"""Percent of the text height: remains of letters lie no farther from what the first look found."""
INSIDE = 0.5
"""Of a region's area: one that lies beyond the reach by more is another thing."""
NEW = 0.05
"""Of what a round found: less that was not erased before, and no text fewer, is no progress."""


@dataclass
class Rounds:
    """One picture's rounds: what each look found, and what was erased."""

    erased: np.ndarray
    """`[H,W]` bool."""
    counts: list[int] = field(default_factory=list)
    """Texts that each look found; the last one's are left."""
    stopped: str = ""
    """Why text is left although a round was; "" where none is, or where the rounds were used up."""


def erase(
    size: tuple[int, int],
    look: Callable[[], list[Region]],
    draw: Callable[[list[Region]], np.ndarray],
    fill: Callable[[np.ndarray], None],
    most: int,
) -> Rounds:
    """Look and fill until nothing is left, nothing more is won, or the rounds are used up.

    Args:
        size: height and width of the picture in px.
        look: the text that is to go from the picture as it is now.
        draw: the mask `[H,W]` bool of some regions of the picture as it is now.
        fill: fills a mask in the picture.
        most: rounds that fill.
    """
    done = Rounds(np.zeros(size, bool))
    reach: np.ndarray | None = None
    first = 0
    while True:
        found = look()
        if reach is not None:
            found = [region for region in found if share_inside(region, reach) >= INSIDE]
        done.counts.append(len(found))
        if not found or len(done.counts) > most:
            return done
        mask = draw(found)
        if reach is None:
            reach, first = area_of(found, size, REACH) | mask, int(mask.sum())
        mask &= reach
        fresh = int((mask & ~done.erased).sum())
        if len(done.counts) > 1:
            if len(found) >= done.counts[-2] and fresh < NEW * mask.sum():
                return done
            if fresh > first:
                done.stopped = (
                    f"Round {len(done.counts)} would have erased more than the first one, which is not what remains of "
                    "letters, and was not done."
                )
                return done
        fill(mask)
        done.erased |= mask
