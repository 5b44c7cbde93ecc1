"""What a hole's surroundings are like: smooth, or with something in them that must go on; and their grain.

Grain differs from structure in that it is gone after a little blur.
"""

import torch
from torch.nn import functional

from .patches import spread

FINE, COARSE = 1.5, 6.0
"""px, deviations of the two blurs between which structure shows."""
SMOOTH, STRUCTURED = 2.0 / 255, 4.0 / 255
"""Structure around a place at which it begins to count, and counts in full."""
LIVELY = 0.05
"""Share of a place's rim, as a membrane sees it, that must be structured for the place to be: a line that crosses a
hole meets little of the rim."""
HALO_REACH = 4
"""px over which a halo is compared with the ground around it."""
HALO_LEVELS, HALO_SHARE = 4.0 / 255, 0.6
"""By how much what touches a hole is off, and as a share of how much the ground there varies, for a halo."""
ROWS, MARGIN = 256, 3 * HALO_REACH
"""px that are looked at together, and what a blur sees beyond them."""
GRAIN = 3.0
"""px, deviation of the blur that grain is what is left of."""
GRAIN_POWER, UNSEEN = 0.2, 2.0 / 255
"""How strong copied grain is: this share of its power, and the levels by which a smooth surface is off anyway. What is
copied is as far from the truth as it is strong."""
CELL = 12
"""px of a side of the pieces in which grain is copied."""


def structured(smooth: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Where a picture holds more than a smooth ground and grain.

    Args:
        smooth: `[3,H,W]` in 0..1, with a membrane where nothing is known: a blur that ends at a rim would be one-sided.
        known: `[H,W]` bool.

    Returns:
        `[H,W]` in 0..1, 0 for smooth; it means nothing where nothing is known near by.
    """
    band = _gaussian(smooth, FINE) - _gaussian(smooth, COARSE)
    power = blurred(band.square().amax(0, keepdim=True), known, COARSE)[0]
    return ((power.sqrt() - SMOOTH) / (STRUCTURED - SMOOTH)).clamp(0, 1)


def grain(picture: torch.Tensor, known: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """Grain of the smooth parts, for every pixel, copied from elsewhere in pieces: fine grain whole, strong one calmer.

    Args:
        picture: `[3,H,W]` in 0..1.
        known: `[H,W]` bool: smooth ground, nothing else is looked at.

    Returns:
        `[3,H,W]`, around 0; 0 where nothing is known.
    """
    height, width = known.shape
    rest = (picture - blurred(picture, known, GRAIN)) * known
    side = min(CELL, height, width)
    power = float(rest[:, known].square().mean()) if known.any() else 0.0
    rest *= min(1.0, GRAIN_POWER + UNSEEN**2 / max(power, 1e-9)) ** 0.5
    whole = -functional.max_pool2d(-known[None, None].float(), side, 1)[0, 0]
    corners = whole.nonzero()
    result = torch.zeros_like(picture)
    if not len(corners):
        return result
    tops, lefts = range(0, height, side), range(0, width, side)
    chosen = corners[torch.randint(len(corners), (len(tops), len(lefts)), generator=draw).to(corners.device)].tolist()
    for top, row in zip(tops, chosen, strict=True):
        for left, (down, across) in zip(lefts, row, strict=True):
            cell = result[:, top : top + side, left : left + side]
            cell.copy_(rest[:, down : down + cell.shape[1], across : across + cell.shape[2]])
    return result


def has_halo(picture: torch.Tensor, hole: torch.Tensor, hidden: torch.Tensor) -> bool:
    """Whether what touches the hole is still coloured by what stood in it: on the whole lighter or darker than the
    ground a little farther out, and by more than chance.

    Args:
        picture: `[3,H,W]` in 0..1.
        hole: `[H,W]` bool.
        hidden: `[H,W]` bool: the hole and what else is not looked at.
    """
    near = spread(hole, 1) & ~hidden
    ground = ~spread(hidden, HALO_REACH)
    near &= spread(ground, HALO_REACH + 2)
    if not near.any() or not ground.any():
        return False
    found = []
    for top in range(0, len(near), ROWS):  # all at once would be several times a large picture
        low, high = max(0, top - MARGIN), top + ROWS + MARGIN
        strip, mine = picture[:, low:high], near[low:high].clone()
        mine[: top - low] = mine[top - low + ROWS :] = False
        found.append((strip - blurred(strip, ground[low:high], HALO_REACH))[:, mine])
    excess = torch.cat(found, 1)
    mean = excess.mean(1).abs()
    return bool(((mean > HALO_LEVELS) & (mean > HALO_SHARE * excess.std(1, correction=0))).any())


def blurred(picture: torch.Tensor, known: torch.Tensor, deviation: float) -> torch.Tensor:
    """`[C,H,W]`: the Gaussian mean of what is known around each pixel; 0 where there is nothing."""
    weight = known[None].to(picture.dtype)
    return _gaussian(picture * weight, deviation) / _gaussian(weight, deviation).clamp_min(1e-6)


def _gaussian(field: torch.Tensor, deviation: float) -> torch.Tensor:
    reach = int(3 * deviation + 0.5)
    steps = torch.arange(-reach, reach + 1, device=field.device, dtype=field.dtype)
    bell = torch.exp(-0.5 * (steps / deviation) ** 2)
    bell = bell / bell.sum()
    planes = functional.conv2d(
        functional.pad(field[:, None], (0, 0, reach, reach), mode="replicate"), bell.view(1, 1, -1, 1)
    )
    return functional.conv2d(functional.pad(planes, (reach, reach, 0, 0), mode="replicate"), bell.view(1, 1, 1, -1))[
        :, 0
    ]


def liveliness(picture: torch.Tensor, place: torch.Tensor) -> float:
    """The mean squared difference of neighbours in `place`, `[H,W]` bool; 0 where none has a neighbour."""
    down = (picture[:, 1:] - picture[:, :-1]).square().sum(0)[place[1:] & place[:-1]]
    across = (picture[:, :, 1:] - picture[:, :, :-1]).square().sum(0)[place[:, 1:] & place[:, :-1]]
    return float(torch.cat([down, across]).mean()) if len(down) + len(across) else 0.0
