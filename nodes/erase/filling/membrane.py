"""A smooth surface over a hole: what a soap film would span between the pixels of its rim.

Harmonic, so that nothing in the hole is lighter or darker than the rim; solved by conjugate gradients that begin from
the solution at half the size, down to a few pixels (cascadic multigrid, Bornemann and Deuflhard 1996).
"""

import torch
from torch.nn import functional

STEPS = 24
"""Of conjugate gradients at each size: the residual then lies below half a level."""
SMALLEST = 8
"""px of a side below which no half size is solved."""


def membrane(picture: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
    """The picture with a smooth surface in the hole.

    Args:
        picture: `[C,H,W]`; what stands in the hole is not looked at.
        hole: `[H,W]` bool, not all of it.

    Returns:
        `[C,H,W]`.
    """
    start = torch.where(hole, rough(picture, ~hole), picture)
    return start + solve(-laplacian(start), hole)


def solve(target: torch.Tensor, hole: torch.Tensor, pull: torch.Tensor | None = None) -> torch.Tensor:
    """The surface u with `laplacian(u) + pull * u = target` in the hole that is 0 around it (Perez et al. 2003).

    Args:
        target: `[C,H,W]`.
        hole: `[H,W]` bool.
        pull: `[H,W]`: how strongly u is drawn to 0; it wins over what is wider than 6 / sqrt(pull) px.

    Returns:
        `[C,H,W]`.
    """
    height, width = hole.shape
    result = torch.zeros_like(target)
    places = hole.flatten().nonzero()[:, 0]
    if not len(places):
        return result
    if min(height, width) > SMALLEST:
        half = _halved(hole[None].to(target.dtype))[0] > 0.5
        # One step at half the size stands for two: differences of second order grow fourfold.
        coarse = solve(4 * _halved(target * hole), half, None if pull is None else 4 * _halved(pull[None])[0])
        start = functional.interpolate(coarse[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
        found = start[:, :height, :width].flatten(1)[:, places].T.contiguous()
    else:
        found = torch.zeros(len(places), len(target), device=target.device)
    beside, weight = _neighbours(hole, places)
    if pull is not None:
        weight = weight + pull.flatten()[places, None]

    def bend(values: torch.Tensor) -> torch.Tensor:
        around = torch.cat([values, torch.zeros_like(values[:1])])
        return weight * values - around[beside[0]] - around[beside[1]] - around[beside[2]] - around[beside[3]]

    rest = target.flatten(1)[:, places].T - bend(found)
    way, size = rest.clone(), (rest * rest).sum(0)
    for _ in range(STEPS):
        bent = bend(way)
        far = size / (way * bent).sum(0).clamp_min(1e-20)
        found += far * way
        rest -= far * bent
        before, size = size, (rest * rest).sum(0)
        way = rest + size / before.clamp_min(1e-20) * way
    result.flatten(1)[:, places] = found.T
    return result


def _neighbours(hole: torch.Tensor, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For the N pixels of a hole the numbers of their four neighbours, N for those outside, and how many there are."""
    height, width = hole.shape
    number = torch.full((height * width,), len(places), device=hole.device)
    number[places] = torch.arange(len(places), device=hole.device)
    rows, columns = places // width, places % width
    beside, count = [], torch.zeros(len(places), 1, device=hole.device)
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        row, column = rows + down, columns + across
        within = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        beside.append(torch.where(within, number[torch.where(within, row * width + column, 0)], len(places)))
        count += within[:, None]
    return torch.stack(beside), count


def laplacian(field: torch.Tensor) -> torch.Tensor:
    """`[C,H,W]`: by how much each pixel lies above its neighbours, those that the picture has, in sum."""
    bent = torch.zeros_like(field)
    down, across = field[:, 1:] - field[:, :-1], field[:, :, 1:] - field[:, :, :-1]
    bent[:, 1:] += down
    bent[:, :-1] -= down
    bent[:, :, 1:] += across
    bent[:, :, :-1] -= across
    return bent


def _halved(field: torch.Tensor) -> torch.Tensor:
    """`[C,H,W]` at half the size, 0 beyond an odd side."""
    height, width = field.shape[1:]
    return functional.avg_pool2d(functional.pad(field, (0, width % 2, 0, height % 2))[None], 2)[0]


def rough(picture: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """`[C,H,W]`: what is not in `known`, `[H,W]` bool, gets the mean of the nearest that is, blended."""
    height, width = known.shape
    weight = known[None].to(picture.dtype)
    if known.all() or min(height, width) <= 2:
        mean = (picture * weight).sum((1, 2), keepdim=True) / weight.sum().clamp_min(1)
        return torch.where(known, picture, mean)
    share = _halved(weight)
    coarse = rough(_halved(picture * weight) / share.clamp_min(1e-6), share[0] > 0)
    wide = functional.interpolate(coarse[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
    return torch.where(known, picture, wide[:, :height, :width])
