"""What a place costs: how much of the picture goes under, how hard the words are to read, how far from custom it is."""

import math
from dataclasses import dataclass

from ..letters import HORIZONTAL
from .given import Page
from .people import Box, around
from .setting import Setting

BUSY, FIGURE, VEIL, PLACE, SIZE = 1.0, 1.4, 0.8, 0.55, 0.35
"""How much each weighs beside the others."""
UNUSUAL = 0.045
"""For every way of setting that the genre's readers know better."""
LINES = 0.06
"""For every line of a title past the third."""
AUTHOR = 0.4
"""An author beside a title."""
COVERED = 100.0
"""A face, and as much again if it is all that is there."""
AROUND = 0.25
"""Ems around words whose ground is theirs too."""
ALONE = 0.5
"""Ems to a face: a plate under the words reaches nearly as far."""


@dataclass(frozen=True)
class Cost:
    """All that was weighed, each part times its weight."""

    busy: float
    figure: float
    face: float
    veil: float
    place: float
    size: float
    way: float
    author: float = 0.0

    @property
    def total(self) -> float:
        """The less, the better."""
        return self.busy + self.figure + self.face + self.veil + self.place + self.size + self.way + self.author


def of_heading(page: Page, heading: tuple[Setting, Setting | None], direction: str, rank: int) -> Cost:
    """Of a title with its subtitle, the author left aside.

    Args:
        rank: of the way it is set, 0 for the genre's first.
    """
    title = heading[0]
    parts = [part for part in heading if part is not None]
    grounds = [_ground(page, part) for part in parts]
    # Each part weighs as much as it is large.
    weights = [math.sqrt(part.box.width * part.box.height) for part in parts]

    def mean(at: int) -> float:
        return sum(weight * ground[at] for weight, ground in zip(weights, grounds, strict=True)) / sum(weights)

    busy, figure, veil = mean(0), mean(1), mean(2)
    box = around([part.box for part in parts])
    face = _face(page, box, title.size)
    middle = ((box.top + box.bottom) / 2 - page.safe.top) / max(1.0, page.safe.height)
    small = abs(math.log2(title.size / page.sizes.usual)) + max(0.0, math.log2(page.sizes.least / title.size))
    lines = LINES * max(0, len(title.text) - 3) if direction == HORIZONTAL else 0.0
    return Cost(busy, figure, face, veil, PLACE * _custom(page, middle), SIZE * small, UNUSUAL * rank + lines)


def of_author(page: Page, author: Setting) -> float:
    """Of an author in one place."""
    return _face(page, author.box, author.size) + AUTHOR * sum(_ground(page, author))


def _face(page: Page, box: Box, size: int) -> float:
    """Of the faces that are so near to words of `size` px."""
    near = box.grown(ALONE * size, ALONE * size, ALONE * size, ALONE * size)
    covered = page.ground.covered(near)
    return COVERED * (1 + covered / (near.width * near.height)) if covered else 0.0


def _ground(page: Page, part: Setting) -> tuple[float, float, float]:
    """Busy, figure and veil of what is under and around a part."""
    more = AROUND * part.size
    box = part.box.grown(more, more, more, more)
    ground = page.ground
    return (
        BUSY * ground.mean("busy", box),
        FIGURE * ground.mean("figures", box),
        VEIL * min(ground.mean("dark_veil", box), ground.mean("light_veil", box)),
    )


def _custom(page: Page, middle: float) -> float:
    """Where readers of the genre expect a title, by the height of its middle, 0..1 from the top."""
    kept, upper = page.kept, middle < 0.5
    first, last = (kept.top, kept.middle) if upper else (kept.middle, kept.bottom)
    share = (middle - 0.18) / 0.32 if upper else (middle - 0.5) / 0.32
    return first + (last - first) * min(1.0, max(0.0, share))
