"""PatchMatch (Barnes et al. 2009): for every patch of a hole the most alike patch of its surroundings.

All patches move at once: each tries what its neighbours at several distances have found, then random places in
shrinking windows. Costs fall only, so the order of the tries does not matter to the bits of the result.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

JUMPS = ((8, 4, 2, 1), (1, 3, 1))
"""px to the neighbours that are asked, in even and odd rounds."""
RANDOM_TRIES = 5
LATTICE = 4096
"""Sources that a first search looks at, all of them for every patch."""
PIECE = 4096
Tick = Callable[[float], None]
"""Is called several times a second with the share of the work, all of it being 1, that was done since the last call; it
may raise."""


@dataclass
class Field:
    """Where each patch of a hole is copied from."""

    targets: torch.Tensor
    """`[N]` flat places of the centres."""
    sources: torch.Tensor
    """`[N]` flat places of their sources."""
    costs: torch.Tensor
    """`[N]` squared distances."""


def first(wanted: torch.Tensor, table: torch.Tensor, sources: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """`[N]`: the best of a sample of the sources, of all of them where they are few.

    Args:
        wanted: `[N,D]` descriptions of the patches that look.
        table: `[H*W,D]` descriptions of all patches.
        sources: `[S]` flat places that may be taken.
    """
    some = sources
    if len(sources) > LATTICE:
        some = sources[torch.randperm(len(sources), generator=draw)[:LATTICE].to(sources.device)]
    offered = table[some]
    length = offered.square().sum(1)
    nearest = [(length - 2 * piece @ offered.T).argmin(1) for piece in wanted.split(PIECE)]
    return some[torch.cat(nearest)]


def improve(
    field: Field,
    wanted: torch.Tensor,
    table: torch.Tensor,
    allowed: torch.Tensor,
    turn: int,
    draw: torch.Generator,
    tick: Callable[[], None],
) -> None:
    """One round of propagation and random search, in place.

    Args:
        wanted: `[N,D]` descriptions of the targets as they look now.
        allowed: `[H,W]` bool: centres that may be copied.
        turn: the round's number.
    """
    height, width = allowed.shape
    free, targets = allowed.flatten(), field.targets
    rows, columns = targets // width, targets % width
    field.costs = _costs(wanted, table, field.sources)
    everywhere = torch.full((height * width,), -1, dtype=torch.long, device=targets.device)

    def offer(places: torch.Tensor, sources: torch.Tensor) -> None:
        costs = _costs(wanted[places], table, sources)
        better = costs < field.costs[places]
        places = places[better]
        field.sources[places], field.costs[places] = sources[better], costs[better]

    for jump in JUMPS[turn % 2]:
        tick()
        everywhere[targets] = field.sources
        for down, across in ((0, jump), (0, -jump), (jump, 0), (-jump, 0)):
            beside_row, beside = rows + down, columns + across
            within = (beside_row >= 0) & (beside_row < height) & (beside >= 0) & (beside < width)
            found = everywhere[torch.where(within, beside_row * width + beside, 0)]
            row, column = found // width - down, found % width - across
            within &= (found >= 0) & (row >= 0) & (row < height) & (column >= 0) & (column < width)
            shifted = torch.where(within, row * width + column, 0)
            places = (within & free[shifted] & (shifted != field.sources)).nonzero()[:, 0]
            offer(places, shifted[places])
    reach = max(height, width)
    for _ in range(RANDOM_TRIES):
        tick()
        steps = ((torch.rand(2, len(targets), generator=draw) * 2 - 1) * reach).long().to(targets.device)
        row = (field.sources // width + steps[0]).clamp(0, height - 1)
        column = (field.sources % width + steps[1]).clamp(0, width - 1)
        shifted = row * width + column
        places = free[shifted].nonzero()[:, 0]
        offer(places, shifted[places])
        reach = max(reach // 3, 2)


def _costs(wanted: torch.Tensor, table: torch.Tensor, sources: torch.Tensor) -> torch.Tensor:
    return (wanted - table[sources]).square_().sum(1)
