"""Copied pixels joined without a seam: they keep their differences and take their light from the rim (Perez 2003)."""

import torch

from .membrane import laplacian, solve


def join(
    picture: torch.Tensor,
    hole: torch.Tensor,
    picks: torch.Tensor,
    smooth: torch.Tensor,
    chance: torch.Tensor,
    pull: torch.Tensor,
) -> torch.Tensor:
    """The picture with the hole filled so that neighbours differ as they do at their sources.

    Copies of what repeats fit each other: there neighbours differ as the copies do, or an edge would be half an edge
    wherever the sources change. Copies of chance do not fit, and their own differences would be seams.

    Args:
        picture: `[3,H,W]`; what stands in the hole is not looked at.
        hole: `[H,W]` bool.
        picks: `[H,W]` flat places that the hole's pixels are copied from, -1 for none.
        smooth: `[3,H,W]`: the picture with a smooth surface in the hole.
        chance: `[H,W]` in 0..1: how little the copies fit.
        pull: `[H,W]`: how strongly the result is drawn to the smooth surface, as in `membrane.solve`.

    Returns:
        `[3,H,W]`.
    """
    values, known = picture.flatten(1), ~hole.flatten()
    width = picture.shape[2]
    wanted = torch.zeros_like(picture)
    for axis, step in ((1, width), (2, 1)):
        size = picture.shape[axis] - 1
        near, far = picks.narrow(axis - 1, 0, size), picks.narrow(axis - 1, 1, size)
        difference = _differences(values, known, near, far, step)
        both = ((near >= 0) & (far >= 0)).nonzero(as_tuple=True)
        copied = values[:, far[both]] - values[:, near[both]]
        difference[:, both[0], both[1]] = torch.lerp(copied, difference[:, both[0], both[1]], chance[both])
        wanted.narrow(axis, 0, size).sub_(difference)
        wanted.narrow(axis, 1, size).add_(difference)
    start = smooth.clone()
    got = (picks >= 0).flatten().nonzero()[:, 0]
    start.flatten(1)[:, got] = values[:, picks.flatten()[got]]
    return start + solve(wanted - laplacian(start) - pull * (start - smooth), hole, pull)


def _differences(
    values: torch.Tensor, known: torch.Tensor, near: torch.Tensor, far: torch.Tensor, step: int
) -> torch.Tensor:
    """`[3,h,w]`: by how much far lies above near, as seen at the source of each; 0 where neither source knows.

    A source's neighbour may lie in a hole: it must not be read.
    """
    result = torch.zeros(len(values), near.numel(), device=values.device)
    seen = torch.zeros(near.numel(), device=values.device)
    last = len(known) - 1
    for picks, first, second in ((near.flatten(), 0, step), (far.flatten(), -step, 0)):
        low, high = picks + first, picks + second
        places = ((picks >= 0) & (low >= 0) & (high <= last)).nonzero()[:, 0]
        places = places[known[low[places]] & known[high[places]]]
        result[:, places] += values[:, high[places]] - values[:, low[places]]
        seen[places] += 1
    return (result / seen.clamp_min(1)).view(-1, *near.shape)
