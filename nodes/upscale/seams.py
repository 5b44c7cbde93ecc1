"""How much of its surroundings a model needs: tiles against the whole, on the user's own model and picture."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch

from ..ground import UserError
from .tiles import Grid

HALOS = (4, 8, 16, 32, 64)
"""px that are tried beside the model's own halo."""
STRIP = 2
"""The strip that is measured is so many times as wide as it is tall."""


@dataclass(frozen=True)
class Seam:
    """Two tiles with one halo against the whole."""

    halo: int
    error: float
    """The largest difference of any value, in 1/255."""
    difference: torch.Tensor
    """`[H*scale,W*scale,C]`, absolute, in 0..1."""


def strip(picture: torch.Tensor, width: int) -> torch.Tensor:
    """The middle of `[H,W,C]`, at most `width` px wide and half as tall."""
    rows, columns = min(max(1, width // STRIP), picture.shape[0]), min(width, picture.shape[1])
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    return picture[top : top + rows, left : left + columns]


def halos(width: int, own: int, multiple: int) -> list[int]:
    """Those that leave something unseen in the halves of so wide a picture, the model's own among them.

    Raises:
        UserError: the model's own leaves nothing unseen.
    """
    needed = least_width(own, multiple)
    if width < needed:
        raise UserError(
            f"Expected a picture and a strip at least {needed} px wide to test a halo of {own} px, got "
            f"{width} px: take a larger strip_width or a larger picture."
        )
    return [halo for halo in sorted({*HALOS, own}) if width >= least_width(halo, multiple)]


def least_width(halo: int, multiple: int) -> int:
    """px of a picture in whose halves a halo leaves something unseen."""
    return 2 * (halo + multiple + 1)


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


def report(found: Iterable[Seam], own: int, exact: bool) -> str:
    """Every halo with its seam, and which are enough.

    Args:
        own: px, the model's own halo.
        exact: whether that is all that the model sees.
    """
    lines = [f"Halo {seam.halo} px: up to {seam.error:.4f} of 1/255." for seam in found]
    least = next((seam.halo for seam in found if seam.error <= 1), None)
    lines.append(f"This model gets {own} px, {'its reach, so only rounding is left' if exact else 'by default'}.")
    if least is None:
        lines.append(
            "No halo stayed within 1/255: this model looks at the whole picture; give it more memory, fewer tiles."
        )
    else:
        lines.append(f"{least} px are enough for at most 1/255 on this picture.")
    return "\n".join(lines)
