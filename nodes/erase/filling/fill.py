"""Fill holes with what is around them: copies where the ground has structure, a membrane with grain where it has none.

A picture larger than `WHOLE` is filled at half its size first; then each of its tiles only finds the finest detail.
"""

from collections.abc import Iterator

import torch
from torch.nn import functional

from .ground import LIVELY, grain, has_halo, liveliness, structured
from .levels import synthesise
from .membrane import membrane, rough
from .patches import spread
from .seam import join
from .search import Tick

WHOLE = 1_500_000
"""px that are filled at once: about 0.6 GB of descriptions and votes."""
TILE, MARGIN = 768, 192
"""px of a tile's side, and of what it sees around it."""
HALF_SIZE = 0.2
"""Of the work."""
OVERLAP = 24
"""px that a tile fills beyond itself, so that it ends in something that can go on."""
HALO = 2
"""px around a hole that are not copied: what is left of letters outside of their mask."""
NEAR = 24
"""px around a hole whose ground tells about it."""
REPEATS, CHANCE = 0.05, 0.3
"""Strangeness of copies of what repeats, and of what is chance: there a copy is likely, but never right."""
PULL = 0.05
"""How strongly chance is drawn to the smooth surface: it wins over what is wider than 27 px."""
CALM = 0.75
"""Energy of chance in the hole against its surroundings: less is nearer to the truth, whatever it is."""


def fill(
    picture: torch.Tensor, hole: torch.Tensor, tick: Tick, seed: int = 0, unseen: torch.Tensor | None = None
) -> torch.Tensor:
    """The picture with the hole filled.

    Args:
        picture: `[3,H,W]` float32 in 0..1; what stands in the hole is not looked at.
        hole: `[H,W]` bool, not all of it.
        tick: called several times a second with the share of the work that was done since the last call.
        seed: the same seed gives the same pixels.
        unseen: `[H,W]` bool: what is not to be looked at either, and not filled.

    Returns:
        `[3,H,W]`; outside of the hole the very picture.
    """
    draw = torch.Generator().manual_seed(seed)
    hidden = hole if unseen is None else hole | unseen
    usable = ~spread(hidden, HALO)
    seen = picture if unseen is None else rough(picture, ~hidden)
    wide = spread(hole, HALO) if has_halo(seen, hole, hidden) else hole
    if wide.all():
        wide = hole
    return torch.where(hole, _large(seen, wide, usable, draw, tick), picture)


def _large(
    picture: torch.Tensor, hole: torch.Tensor, usable: torch.Tensor, draw: torch.Generator, tick: Tick
) -> torch.Tensor:
    """`fill` for any size."""
    if hole.numel() <= WHOLE:
        return _filled(picture, hole, usable, False, draw, tick)
    known = (~hole)[None].float()
    share = functional.avg_pool2d(known, 2, ceil_mode=True)
    half = functional.avg_pool2d(picture * known, 2, ceil_mode=True) / share.clamp_min(1e-6)
    clean = -functional.max_pool2d(-usable[None].float(), 2, ceil_mode=True)[0] > 0
    half = _large(half, share[0] < 0.5, clean, draw, _partly(tick, HALF_SIZE))
    result = functional.interpolate(half[None], scale_factor=2, mode="bilinear", align_corners=False)[0]
    result = result[:, : hole.shape[0], : hole.shape[1]]
    result = torch.where(hole, result, picture)
    left = hole.clone()
    for tile, reach, around in _tiles(hole.shape):
        own = torch.zeros_like(hole[around])
        own[reach] = left[around][reach]
        if left[tile].any():
            there = (slice(None), *around)
            part = (1 - HALF_SIZE) * float(left[tile].sum() / hole.sum())
            result[there] = _filled(result[there], own, usable[around], True, draw, _partly(tick, part))
            left[tile] = False
    return result


def _filled(
    picture: torch.Tensor,
    hole: torch.Tensor,
    usable: torch.Tensor,
    is_known_at_half: bool,
    draw: torch.Generator,
    tick: Tick,
) -> torch.Tensor:
    """`fill` for what fits at once; the picture may hold pixels that are neither usable nor in the hole."""
    smooth = membrane(picture, hole)
    tick(0)
    structure = structured(smooth, ~hole)
    lively = hole & (membrane(structure[None], hole)[0] > LIVELY)
    tick(0)
    result = smooth
    if lively.any():
        ground = torch.where(hole & ~lively, smooth, picture)
        copied = synthesise(ground, lively, usable, is_known_at_half, draw, tick)
        if copied is not None:
            chance = ((copied.strangeness - REPEATS) / (CHANCE - REPEATS)).clamp(0, 1)
            result = join(ground, lively, copied.picks, smooth, chance, PULL * chance)
            around = liveliness(ground, spread(lively, NEAR) & ~hole)
            calm = min(1.0, CALM * around / max(liveliness(result, lively), 1e-9)) ** 0.5
            result = smooth + (1 - chance + chance * calm) * (result - smooth)
        tick(0)
    else:
        tick(1)
    if (hole & ~lively).any():
        even = usable & (structure < 0.5) & spread(hole, NEAR)
        result = result + ~lively * grain(picture, even, draw)
    return torch.where(hole, result.clamp(0, 1), picture)


def _partly(tick: Tick, part: float) -> Tick:
    """A tick for a part of the work."""
    return lambda done: tick(part * done)


Place = tuple[slice, slice]


def _tiles(size: torch.Size) -> Iterator[tuple[Place, Place, Place]]:
    """Each tile, what it may fill within its surroundings, and the surroundings in the picture."""
    for top in range(0, size[0], TILE):
        for left in range(0, size[1], TILE):
            spans = [
                (start, min(start + TILE, side), max(0, start - MARGIN), min(start + TILE + MARGIN, side))
                for start, side in zip((top, left), size, strict=True)
            ]
            yield (
                _place([(start, stop) for start, stop, _, _ in spans]),
                _place([(max(0, start - OVERLAP - low), stop + OVERLAP - low) for start, stop, low, _ in spans]),
                _place([(low, high) for _, _, low, high in spans]),
            )


def _place(spans: list[tuple[int, int]]) -> Place:
    (top, bottom), (left, right) = spans
    return slice(top, bottom), slice(left, right)
