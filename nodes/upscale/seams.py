"""How much of its surroundings a model needs: tiles against the whole, on the user's own model and picture."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch

from .tiles import Grid

HALOS = (4, 8, 16, 32, 64)


@dataclass(frozen=True)
class Seam:
    """Two tiles with one halo against the whole."""

    halo: int
    error: float
    """The largest difference of any value, in 1/255."""
    difference: torch.Tensor
    """`[H*scale,W*scale,C]`, absolute, in 0..1."""


def measure(
    run: Callable[[Grid], Iterable[torch.Tensor]], width: int, height: int, multiple: int, halos: Iterable[int]
) -> Iterator[Seam]:
    """Cut a picture in the middle, from top to bottom, with each halo, and compare with the picture in one piece.

    Args:
        run: the model over the picture, cut by a grid, in bands.
        multiple: where windows may start.
        halos: px, of which each leaves something unseen: the picture is at least `least_width` wide.
    """
    whole = torch.cat(list(run(Grid(width, height, 1, 1, 0, multiple))))
    for halo in halos:
        tiled = torch.cat(list(run(Grid(width, height, 2, 1, halo, multiple))))
        difference = (tiled - whole).abs()
        yield Seam(halo, float(difference.max()) * 255, difference)


def least_width(halo: int, multiple: int) -> int:
    """px of a picture in whose halves a halo leaves something unseen."""
    return 2 * (halo + multiple + 1)
