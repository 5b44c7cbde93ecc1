"""Which colours of a picture count: those that are seen, and of a grey picture one."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from .rows import blocks_of, unclamped

HALF_A_LEVEL = 0.5 / 255
"""Of 8 bit: what differs by less is alike, what is fainter is not seen."""
SMALLEST = 1e-12
"""Instead of 0 where it divides."""


@dataclass(frozen=True)
class Kind:
    """What decides how the colours of a picture are enlarged."""

    grey: bool
    """Whether all that is seen is grey, in however many channels."""
    transparent: bool
    """Whether anything is not opaque."""

    @classmethod
    def of(cls, picture: torch.Tensor) -> "Kind":
        """`[H,W,1, 3 or 4]` in 0..1."""
        colours, alpha = picture[..., :3], picture[..., 3:]
        coloured = colours.amax(-1) - colours.amin(-1) > HALF_A_LEVEL
        if alpha.shape[-1]:
            coloured &= alpha[..., 0] > 0
        return cls(not coloured.any(), bool((alpha < 1).any()))


def spread(colours: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    """Colours for a network, in which what is not seen continues what is seen beside it.

    A network draws an edge between a picture and what lies hidden around it. Premultiplied colours are no way out: it
    would sharpen them otherwise than their alpha, and the quotient has a rim again. So each pixel counts by its alpha
    beside the largest around it, as in premultiplied colours, and for the rest takes coarser and coarser means of its
    surroundings (pull-push, Gortler et al. 1996, The Lumigraph).

    Args:
        colours: `[H,W,C]`.
        alpha: `[H,W,1]` in 0..1.

    Returns:
        `[H,W,C]`; bit-identical where nothing around is more opaque, and everywhere if nothing is seen at all.
    """
    seen = alpha.movedim(-1, 0)[None]
    trust = seen / max_pool2d(seen, 3, stride=1, padding=1).clamp(min=SMALLEST)
    if not trust.any():
        return colours
    return _filled(colours.movedim(-1, 0)[None], trust)[0].movedim(0, -1)


def resampled_by_alpha(colours: torch.Tensor, alpha: torch.Tensor, size: tuple[int, int]) -> Iterator[torch.Tensor]:
    """Blocks of colours resampled premultiplied and divided again; what is not seen continues what is seen beside it.

    Args:
        colours: `[H,W,C]`.
        alpha: `[H,W,1]` in 0..1.
        size: (width, height) of the result.
    """
    count = colours.shape[-1]
    sources = zip(*(blocks_of(part) for part in (colours, alpha, spread(colours, alpha))), strict=True)
    planes = (torch.cat((seen * there, there, beside), -1) for seen, there, beside in sources)
    # Divided before it is clamped: both sides overshoot at an edge, and only together they cancel.
    for block in unclamped(planes, (alpha.shape[1], alpha.shape[0]), size):
        weight = block[..., count : count + 1]
        straight = block[..., :count] / weight.clamp(min=HALF_A_LEVEL)
        yield torch.where(weight > HALF_A_LEVEL, straight, block[..., count + 1 :]).clamp_(0.0, 1.0)


def _filled(planes: torch.Tensor, trust: torch.Tensor) -> torch.Tensor:
    """`[1,C,h,w]` completed where `trust` `[1,1,h,w]` is below 1."""
    if max(trust.shape[2:]) == 1:
        return planes
    weight = avg_pool2d(trust, 2, ceil_mode=True)
    coarse = avg_pool2d(planes * trust, 2, ceil_mode=True) / weight.clamp(min=SMALLEST)
    # One pixel of the four is enough to know a colour, as far as that one is trusted.
    coarse = _filled(coarse, max_pool2d(trust, 2, ceil_mode=True))
    return planes * trust + interpolate(coarse, size=trust.shape[2:], mode="bilinear") * (1.0 - trust)
