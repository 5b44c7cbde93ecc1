"""Layouts of a title, a subtitle and an author on a picture, with what each costs the picture and the reader."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...ground import UserError
from ..letters import HORIZONTAL, TURNED, VERTICAL
from . import sizes
from .cost import COVERED, Cost, of_author, of_heading
from .given import Page, Words
from .people import Box, around
from .setting import CENTRE, LEFT, RIGHT, SHARE, Setting

ROWS = 18
"""Heights at which a title is tried."""
AUTHOR_ROWS = 12
GAP = 0.42
"""From a title to its subtitle, beside the title's size."""
AUTHOR_GAP = 1.5
"""From the words above or below to the author, beside the author's size."""
APART = 1.0
"""What an author apart keeps free to the title, beside the title's size."""
COLUMN_WISE = 14
"""Letters that a title in columns has at most."""
UNUSUAL = {
    "with title": {"below": 0.0, "above": 0.2, "foot": 0.25, "head": 0.4},
    "apart": {"foot": 0.0, "head": 0.15, "below": 0.3, "above": 0.35},
}
"""What it costs an author to stand elsewhere than a genre's readers expect."""
ELSEWHERE = 0.6
"""The same, for a place that nobody expects."""
KEPT = 4
"""Heights of each setting of a title for which an author's place is looked for."""
ALIKE = 0.12
"""What it costs a further layout for every one before it that is set in the same way."""
UNLIKE = 0.22
"""Of the height: titles that are so far apart, or set otherwise, are two layouts."""


@dataclass(frozen=True)
class Layout:
    """Where everything stands."""

    title: Setting
    subtitle: Setting | None
    author: Setting | None
    direction: str
    align: str
    cost: Cost

    @property
    def parts(self) -> dict[str, Setting]:
        """Name -> what there is of the three."""
        found = {"title": self.title, "subtitle": self.subtitle, "author": self.author}
        return {name: part for name, part in found.items() if part is not None}

    @property
    def heading(self) -> Box:
        """Of title and subtitle."""
        return around([part.box for part in (self.title, self.subtitle) if part is not None])


def best(page: Page, words: Words, count: int) -> list[Layout]:
    """The layouts that cost least, each unlike those before it: other lines, another side or another height.

    Where a title in its genre's sizes would cover a face, smaller ones are tried; as soon as one is clear of faces,
    those that are not are left out.

    Raises:
        UserError: the words fit in no layout.
    """
    found = _cheapest(page, words)
    clear = [layout for layout in found if _is_clear(layout)]
    if not clear and page.ground.people.certain:
        clear = list(filter(_is_clear, _cheapest(replace(page, sizes=page.sizes.smaller()), words)))
    found = clear or found
    if not found:
        wide, high = round(page.safe.width), round(page.safe.height)
        raise UserError(
            f"The words do not fit into the {wide} x {high} px that are safe for them, even in letters of "
            f"{page.sizes.floor} px: shorten them, or give a larger picture."
        )
    chosen: list[Layout] = []
    while len(chosen) < count:
        unlike = [one for one in found if all(_differ(page, one, other) for other in chosen)]
        if not unlike:
            break
        chosen.append(min(unlike, key=lambda one: one.cost.total + ALIKE * _alike(one, chosen)))
    return chosen


def _cheapest(page: Page, words: Words) -> list[Layout]:
    """Of all layouts that are alike in all but a few px of height, the one that costs least."""
    cheapest: dict[tuple, Layout] = {}
    for layout in _all(page, words):
        key = (layout.direction, layout.align, layout.title.text, layout.title.size, _zone(page, layout))
        if key not in cheapest or layout.cost.total < cheapest[key].cost.total:
            cheapest[key] = layout
    return list(cheapest.values())


def _is_clear(layout: Layout) -> bool:
    return layout.cost.face == 0 and layout.cost.author < COVERED


def _all(page: Page, words: Words) -> Iterator[Layout]:
    for rank, (direction, align) in enumerate(_ways(page, words.title)):
        for title in _titles(page, words.title, direction, align):
            heading = _heading(page, words, title, direction, align)
            author = _author(page, words, title, direction, align)
            if heading is None or (author is None and words.author):
                continue
            priced = [(of_heading(page, moved, direction, rank), moved) for moved in _moved(page, heading, align)]
            for cost, moved in sorted(priced, key=lambda one: one[0].total)[:KEPT]:
                placed = _with_author(page, moved, author, align) if author else (None, 0.0)
                if placed is not None:
                    yield Layout(*moved, placed[0], direction, align, replace(cost, author=placed[1]))


def _ways(page: Page, title: str) -> list[tuple[str, str]]:
    """(direction, align), what the genre's readers know best first."""
    if page.is_spine:
        return [(TURNED, CENTRE), (VERTICAL, CENTRE)]
    aligns = [*page.kept.align, *(side for side in (LEFT, CENTRE, RIGHT) if side not in page.kept.align)]
    is_upright = len(title) <= COLUMN_WISE and not any(letter.isascii() and letter.isalnum() for letter in title)
    directions = [one for one in page.kept.directions if one == HORIZONTAL or is_upright] or [HORIZONTAL]
    return [(direction, align) for direction in directions for align in aligns]


def _titles(page: Page, text: str, direction: str, align: str) -> Iterator[Setting]:
    along, across = page.safe.width, page.safe.height
    most = sizes.LINES
    if direction != HORIZONTAL:
        along, across = across * 0.8, along * (1.0 if page.is_spine else 0.6)
        most = 1 if page.is_spine else sizes.COLUMNS
        align = LEFT
    if page.is_spine:
        text = " ".join(text.split("\n"))
        along = page.safe.height * 0.72
    yield from sizes.titles(text, page.title, page.sizes, align, direction, (along, across), most)


def _heading(
    page: Page, words: Words, title: Setting, direction: str, align: str
) -> tuple[Setting, Setting | None] | None:
    """Title and subtitle side by side, the first at (0, 0) or right of it; None where they do not fit."""
    if not words.subtitle:
        return (title, None)
    room = page.safe.width if direction == HORIZONTAL else page.safe.height * (0.3 if page.is_spine else 0.8)
    if direction == HORIZONTAL:
        room = min(room, max(title.box.width, 0.62 * room))
    text = " ".join(words.subtitle.split("\n")) if page.is_spine else words.subtitle
    size = min(sizes.SUBTITLE * title.size, title.size - 1)
    lines = 1 if page.is_spine else sizes.LINES
    side = align if direction == HORIZONTAL else LEFT
    subtitle = sizes.fitted(text, page.rest, size, page.sizes.subtitle_floor, side, direction, room, lines)
    if subtitle is None or subtitle.size >= title.size:
        return None
    gap = GAP * title.size
    if direction == HORIZONTAL:
        subtitle = subtitle.moved(SHARE[align] * (title.box.width - subtitle.box.width), title.box.height + gap)
    elif page.is_spine:
        subtitle = subtitle.moved((title.box.width - subtitle.box.width) / 2, title.box.height + gap)
    else:
        subtitle = subtitle.moved(-subtitle.box.width - gap, 0)
    return (title, subtitle)


def _author(page: Page, words: Words, title: Setting, direction: str, align: str) -> Setting | None:
    if not words.author:
        return None
    size = min(sizes.AUTHOR * title.size, sizes.SUBTITLE * title.size - 1, page.sizes.usual * sizes.AUTHOR * 1.2)
    if page.is_spine:
        text, room = " ".join(words.author.split("\n")), page.safe.height * 0.3
        return sizes.fitted(text, page.rest, size, page.sizes.floor, LEFT, direction, room, 1)
    return sizes.fitted(
        words.author, page.rest, size, page.sizes.floor, align, HORIZONTAL, page.safe.width, sizes.LINES
    )


def _moved(page: Page, heading: tuple[Setting, Setting | None], align: str) -> Iterator[tuple[Setting, Setting | None]]:
    """The heading flush with a side of the safe area or in its middle, at every height."""
    title, subtitle = heading
    box = around([part.box for part in heading if part is not None])
    across, down = page.safe.width - box.width, page.safe.height - box.height
    if across < 0 or down < 0:
        return
    right = page.safe.left - box.left + math.floor(SHARE[align] * across)
    for row in range(ROWS):
        lower = page.safe.top - box.top + math.floor(down * row / (ROWS - 1))
        yield title.moved(right, lower), subtitle.moved(right, lower) if subtitle else None
        if down == 0:
            return


def _with_author(
    page: Page, heading: tuple[Setting, Setting | None], author: Setting, align: str
) -> tuple[Setting, float] | None:
    """The author below or above the title, or at the head or foot of the page, and what it costs there; where all of
    these would cover a face, elsewhere. None where there is no room at all."""
    safe, gap = page.safe, AUTHOR_GAP * author.size
    box = around([part.box for part in heading if part is not None])
    apart = APART * heading[0].size
    foot, head = safe.bottom - author.box.height, safe.top
    usual = UNUSUAL[page.kept.author]
    near = zip(("below", "above"), (box.bottom + gap, box.top - gap - author.box.height), strict=True)
    far = zip(("foot", "head"), (foot, head), strict=True)
    tried = [(top, align, usual[name], 0.0) for name, top in near]
    tried += [(top, align, usual[name], apart) for name, top in far]
    found = [_author_at(page, box, author, *one) for one in tried]
    if all(one is None or one[1] >= COVERED for one in found):
        step = (foot - head) / (AUTHOR_ROWS - 1)
        found += [
            _author_at(page, box, author, head + row * step, side, ELSEWHERE, 0.0)
            for row in range(AUTHOR_ROWS)
            for side in (LEFT, CENTRE, RIGHT)
        ]
    return min((one for one in found if one is not None), key=lambda one: one[1], default=None)


def _author_at(
    page: Page, heading: Box, author: Setting, top: float, side: str, unusual: float, apart: float
) -> tuple[Setting, float] | None:
    """The author there, and its cost; None where it would leave the safe area or touch the title."""
    left = page.safe.left + math.floor(SHARE[side] * (page.safe.width - author.box.width))
    moved = author.moved(left, math.floor(top))
    if moved.box.top < page.safe.top or moved.box.bottom > page.safe.bottom:
        return None
    if moved.box.common(heading.grown(apart, apart, apart, apart)) > 0:
        return None
    return moved, of_author(page, moved) + unusual


def _zone(page: Page, layout: Layout) -> int:
    box = layout.heading
    return math.floor((box.top + box.bottom - 2 * page.safe.top) / 2 / max(1.0, page.safe.height) / UNLIKE)


def _alike(layout: Layout, others: list[Layout]) -> int:
    return sum((other.direction, other.align) == (layout.direction, layout.align) for other in others)


def _differ(page: Page, one: Layout, other: Layout) -> bool:
    if one.direction != other.direction or one.align != other.align:
        return True
    middles = [(layout.heading.top + layout.heading.bottom) / 2 for layout in (one, other)]
    return abs(middles[0] - middles[1]) > UNLIKE * page.safe.height or (page.is_spine and _side(one) != _side(other))


def _side(layout: Layout) -> bool:
    return layout.author is not None and layout.author.box.top > layout.title.box.bottom
