"""From coarse to fine: what a hole is filled with is found on small pictures first, where it spans a few pixels.

Each size alternates between a search for alike patches and votes on the pixels (Wexler et al. 2007). The depth follows
the width of the hole (Newson et al. 2014): deeper, and thin letters would come back in other colours.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from .ground import blurred
from .membrane import membrane, rough
from .patches import REACH, components, contrast, described, described_at, inner, spread, whole
from .peel import MOST, peel
from .search import Field, Tick, first, improve
from .votes import Votes

WIDEST = 3.5
"""px from the middle of a hole to its rim on the smallest picture."""
SMALLEST = 20
"""px of a side of the smallest picture."""
ROUNDS = (3, 4, 6, 8)
"""Of search and votes, from the full size down; the last for all smaller ones."""
FEWEST = 50
"""Sources; with less there is nothing to copy."""
FLAT = 0.03
"""Squared distance, four levels of 255 in each of a patch's values, below which patches are alike."""
AROUND = 20
"""px over which the strangeness of copies is averaged."""


@dataclass
class Level:
    """A picture at one size."""

    picture: torch.Tensor
    """`[3,H,W]`."""
    hole: torch.Tensor
    """`[H,W]` bool."""
    usable: torch.Tensor
    """`[H,W]` bool: may be copied."""


@dataclass
class Copied:
    """A hole that was filled with copies."""

    picks: torch.Tensor
    """`[H,W]` flat places that the pixels of the hole are copied from, -1 for none and outside."""
    strangeness: torch.Tensor
    """`[H,W]` in 0..1: how far patches of the rim near by are from their copies, against patches that share nothing."""


def synthesise(
    picture: torch.Tensor,
    hole: torch.Tensor,
    usable: torch.Tensor,
    is_known_at_half: bool,
    draw: torch.Generator,
    tick: Tick,
) -> Copied | None:
    """Find for each pixel of a hole one to copy.

    Args:
        picture: `[3,H,W]` in 0..1.
        hole: `[H,W]` bool.
        usable: `[H,W]` bool: may be copied.
        is_known_at_half: what stands in the hole is right but for its finest detail.

    Returns:
        None where there is nothing to copy.
    """
    levels = _pyramid(Level(picture, hole, usable), 2 if is_known_at_half else _depth(hole))
    looks, found = (_halved(picture) if is_known_at_half else None), None
    rounds = [ROUNDS[min(number, len(ROUNDS) - 1)] for number in range(len(levels))]
    whole_work = sum(count / 4**number for number, count in enumerate(rounds))
    while levels:
        level = levels.pop()
        sources = whole(level.usable).flatten().nonzero()[:, 0]
        if len(sources) < FEWEST:
            looks = found = None
            continue
        height, width = level.hole.shape
        if looks is None:
            if level.hole.sum() <= MOST:
                looks = peel(level.picture, level.hole, sources, draw, tick)
            else:
                looks = membrane(level.picture, level.hole)
        elif looks.shape != level.picture.shape:
            wide = functional.interpolate(looks[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
            looks = torch.where(level.hole, wide[:, :height, :width], level.picture)
        looks, found = _alternate(level, looks, found, sources, rounds[len(levels)], draw, tick)
        tick(rounds[len(levels)] / 4 ** len(levels) / whole_work)
    if found is None or looks is None:
        return None
    return Copied(Votes(hole, found.field).best(), _strangeness(looks, hole, found.field))


@dataclass
class _Found:
    field: Field
    size: tuple[int, int]


def _alternate(
    level: Level,
    looks: torch.Tensor,
    before: _Found | None,
    sources: torch.Tensor,
    rounds: int,
    draw: torch.Generator,
    tick: Tick,
) -> tuple[torch.Tensor, _Found]:
    """Search and vote at one size, from what was found at half of it; the picture as it then looks."""
    allowed = whole(level.usable)
    targets = (spread(level.hole, REACH) & inner(level.hole)).flatten().nonzero()[:, 0]
    basis = components(level.picture, sources, draw)
    # A hole's pixels are in no patch that is taken.
    table = described(level.picture * ~level.hole, basis)
    values = level.picture.flatten(1).T.contiguous()
    if before is None:
        start = first(described_at(looks, basis, targets), table, sources, draw)
    else:
        start = _doubled(before, targets, allowed, sources, draw)
        # What was found is looked up at this size: the enlarged picture would be alike to what is blurred.
        inside = level.hole.flatten()[targets]
        looks = looks.clone()
        looks.flatten(1)[:, targets[inside]] = values[start[inside]].T
    field = Field(targets, start, torch.zeros(len(start), device=start.device))
    for turn in range(rounds):
        if turn:
            looks = Votes(level.hole, field).mean(looks, values)
        improve(field, described_at(looks, basis, targets), table, allowed, turn, draw, lambda: tick(0))
    return looks, _Found(field, (level.hole.shape[0], level.hole.shape[1]))


def _strangeness(looks: torch.Tensor, hole: torch.Tensor, field: Field) -> torch.Tensor:
    known = torch.zeros_like(hole)
    costs = torch.zeros_like(looks[0])
    known.flatten()[field.targets] = True
    known &= ~hole
    costs.flatten()[field.targets] = field.costs
    mean = blurred(torch.stack([costs, 2 * contrast(looks)]), known, AROUND)
    ratio = (mean[:1] / (mean[1:] + FLAT)).clamp(0, 1)
    return rough(ratio, spread(known, 2 * AROUND))[0]


def _doubled(
    before: _Found, targets: torch.Tensor, allowed: torch.Tensor, sources: torch.Tensor, draw: torch.Generator
) -> torch.Tensor:
    """`[N]`: the sources that were found at half the size; a random one where there is none."""
    height, width = allowed.shape
    half_height, half_width = before.size
    found = torch.full((half_height * half_width,), -1, dtype=torch.long, device=targets.device)
    found[before.field.targets] = before.field.sources
    rows, columns = targets // width, targets % width
    half = found[(rows // 2).clamp(max=half_height - 1) * half_width + (columns // 2).clamp(max=half_width - 1)]
    row, column = half // half_width * 2 + rows % 2, half % half_width * 2 + columns % 2
    places = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
    good = (half >= 0) & (row < height) & (column < width) & allowed.flatten()[places]
    random = sources[torch.randint(len(sources), (len(targets),), generator=draw).to(sources.device)]
    return torch.where(good, places, random)


def _depth(hole: torch.Tensor) -> int:
    import cv2

    widest = float(cv2.distanceTransform(hole.cpu().numpy().astype(np.uint8), cv2.DIST_L2, 3).max())
    depth = 1 + max(0, math.ceil(math.log2(max(widest, 1) / WIDEST)))
    return max(1, min(depth, 1 + int(math.log2(min(hole.shape) / SMALLEST)))) if min(hole.shape) > SMALLEST else 1


def _pyramid(level: Level, depth: int) -> list[Level]:
    """The level and its halves. A pixel is in the hole where most of it is, and has the colour of the rest."""
    levels = [level]
    known = (~level.hole).float()[None]
    picture, usable = level.picture, level.usable.float()[None]
    for _ in range(depth - 1):
        share = _halved(known)
        picture = _halved(picture * known) / share.clamp_min(1e-6)
        known, usable = share, _halved(usable)
        levels.append(Level(picture, known[0] < 0.5, (usable[0] >= 0.5) & (known[0] >= 0.5)))
    return levels


def _halved(field: torch.Tensor) -> torch.Tensor:
    height, width = field.shape[1:]
    whole_size = functional.pad(field[None], (0, width % 2, 0, height % 2), mode="replicate")
    return functional.avg_pool2d(whole_size, 2)[0]
