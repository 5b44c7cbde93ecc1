"""A learned mark taken off one picture, however it is filled; the graph and whole datasets say the same of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..mark import Watermark
from . import clean
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

    at: Sighting
    over: Overlay
    restored: np.ndarray
    """`[h,w,3]` in 0..255: the overlay's window without the mark, right where the overlay touches."""
    how: str
    """By which method, for people."""


def _directly(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


def remove(
    picture: np.ndarray,
    mark: Watermark,
    filling: Filling | None,
    unblend: bool = True,
    call: Callable[..., Any] = _directly,
) -> Removal | None:
    """Find a mark on a picture and restore what was under it; None where the picture does not carry it.

    Args:
        picture: `[H,W,3]` uint8.
        mark: what is looked for.
        filling: serves where it is simpler than what un-blending gives; None un-blends everywhere.
        unblend: False takes the filling alone.
        call: calls what takes long, so that it can be interrupted.
    """
    at = call(clean.find, picture, mark)
    if at is None:
        return None
    over = clean.lay(picture, mark, at)
    if filling is None:
        return Removal(at, over, call(clean.unblend, picture, over, None), "un-blended")
    filled = filling.fill(over)
    if not unblend:
        return Removal(at, over, filled, f"filled by {filling.name}")
    how = f"un-blended, filled by {filling.name} where that is simpler"
    return Removal(at, over, call(clean.unblend, picture, over, filled), how)
