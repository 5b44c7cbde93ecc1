"""Learned marks taken off one picture, however it is filled; the graph and whole datasets say the same of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..mark import Watermark
from . import clean
from .choice import choose
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
    removals = []
    for one in choice.placed:
        if filling is None:
            restored, how = call(clean.unblend, picture, one.over, None), "un-blended"
        elif unblend:
            restored = call(clean.unblend, picture, one.over, filling.fill(one.over))
            how = f"un-blended, filled by {filling.name} where that is simpler"
        else:
            restored, how = filling.fill(one.over), f"filled by {filling.name}"
        removals.append(Removal(one.mark, one.at, one.over, restored, how))
    return Outcome(tuple(removals), choice.doubts)
