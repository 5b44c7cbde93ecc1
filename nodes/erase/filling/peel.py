"""A first guess from the rim inward: each layer continues what the layer before it ends with (Newson et al. 2014).

Only what is known of a patch is compared, so a bar that ends at the hole goes on in it; a guess that began with a mean
of the rim would have forgotten the bar.
"""

import torch

from .patches import REACH, SIDE, spread
from .search import LATTICE, Tick

MOST = 12_000
"""px of a hole that are guessed so; there are more only where a hole is thin at full size, and a membrane is near."""
PIECE = 1024


def peel(
    picture: torch.Tensor, hole: torch.Tensor, sources: torch.Tensor, draw: torch.Generator, tick: Tick
) -> torch.Tensor:
    """The picture with a guess in the hole.

    Args:
        picture: `[3,H,W]`.
        hole: `[H,W]` bool, with something around it.
        sources: `[S]` flat places of patches that may be copied.
    """
    height, width = hole.shape
    if len(sources) > LATTICE:
        sources = sources[torch.randperm(len(sources), generator=draw)[:LATTICE].to(sources.device)]
    steps = torch.arange(-REACH, REACH + 1, device=hole.device)
    around = (steps[:, None] * width + steps).flatten()
    looks, left = picture.clone(), hole.clone()
    offered = picture.flatten(1)[:, sources[:, None] + around].movedim(0, 1)
    colours, powers = offered.flatten(1), offered.square().sum(1)
    while left.any():
        tick(0)
        front = (left & spread(~left, 1)).nonzero()
        rows, columns = front[:, :1, None] + steps[:, None], front[:, 1:, None] + steps
        within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        places = torch.where(within, rows * width + columns, 0).flatten(1)
        seen = (within.flatten(1) & ~left.flatten()[places]).float()
        wanted = (looks.flatten(1)[:, places].movedim(0, 1) * seen[:, None]).flatten(1)
        best = [
            (mask @ powers.T - 2 * patch @ colours.T).argmin(1)
            for mask, patch in zip(seen.split(PIECE), wanted.split(PIECE), strict=True)
        ]
        looks[:, front[:, 0], front[:, 1]] = offered[torch.cat(best), :, SIDE**2 // 2].T
        left[front[:, 0], front[:, 1]] = False
    return looks
