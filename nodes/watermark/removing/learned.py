"""Learned marks taken off one picture, however it is filled; the graph and whole datasets say the same of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..mark import Watermark
from . import clean
from .choice import Choice, choose
from .clean import Overlay, Sighting

PROVENANCE = "dancheong_watermark"
"""Key of the text in which a cleaned picture says what was removed."""


@dataclass(frozen=True)
class Filling:
    """A way to fill a mark's area from its surroundings."""

    name: str
    fill: Callable[[Overlay], np.ndarray]
    """Gives the overlay's window, `[h,w,3]` in 0..255, with the touched pixels filled."""


@dataclass(frozen=True)
class Filled:
    """What a way to fill gave for one picture."""

    name: str
    windows: tuple[np.ndarray, ...]
    """One for each mark that was found, as `Filling.fill` gives it."""


@dataclass(frozen=True)
class Removal:
    """A mark that was taken off."""

    mark: Watermark
    at: Sighting
    over: Overlay
    restored: np.ndarray
    """`[h,w,3]` in 0..255: the overlay's window without the mark, right where the overlay touches."""
    how: str
    """By which method, for people."""


@dataclass(frozen=True)
class Outcome:
    """What became of one picture."""

    removals: tuple[Removal, ...]
    doubts: tuple[str, ...]
    """What was seen and left, for people."""

    @property
    def left(self) -> str:
        """The doubts as the end of a sentence; "" where there are none."""
        return "".join(f"; {doubt}, and was left" for doubt in self.doubts)


def _directly(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


def remove(
    picture: np.ndarray,
    marks: tuple[Watermark, ...],
    filling: Filling | None,
    unblend: bool = True,
    call: Callable[..., Any] = _directly,
) -> Outcome:
    """Find marks on a picture, wherever they are, and restore what was under them.

    Args:
        picture: `[H,W,3]` uint8.
        marks: what is looked for.
        filling: serves where it is simpler than what un-blending gives; None un-blends everywhere.
        unblend: False takes the filling alone.
        call: calls what takes long, so that it can be interrupted.
    """
    choice = call(choose, picture, marks)
    filled = Filled(filling.name, tuple(filling.fill(one.over) for one in choice.placed)) if filling else None
    return restored(picture, choice, filled, unblend, call)


def restored(
    picture: np.ndarray,
    choice: Choice,
    filled: Filled | None,
    unblend: bool = True,
    call: Callable[..., Any] = _directly,
) -> Outcome:
    """What `remove` does once the marks are found and filled."""
    removals = []
    for number, one in enumerate(choice.placed):
        if filled is None:
            result, how = call(clean.unblend, picture, one.over, None), "un-blended"
        elif unblend:
            result = call(clean.unblend, picture, one.over, filled.windows[number])
            how = f"un-blended, filled by {filled.name} where that is simpler"
        else:
            result, how = filled.windows[number], f"filled by {filled.name}"
        removals.append(Removal(one.mark, one.at, one.over, result, how))
    return Outcome(tuple(removals), choice.doubts)
