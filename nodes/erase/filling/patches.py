"""Patches of one picture: which may be copied, and how far apart two of them are.

A patch is 7 x 7 px; its 147 values are told by their 20 strongest principal components (He and Sun 2012), which one
convolution gives for all patches of a picture.
"""

import torch
from torch.nn import functional

REACH = 3
SIDE = 2 * REACH + 1
COMPONENTS = 20
SPARSE, PIECE = 6, 8192
"""Where fewer than one pixel in so many is asked for, patches are taken one by one, so many at once."""
LEARNED_FROM = 4000
"""Patches."""


def whole(usable: torch.Tensor) -> torch.Tensor:
    """`[H,W]` bool: centres of patches that lie in the picture and hold nothing but usable pixels."""
    centres = ~spread(~usable, REACH)
    return centres & inner(usable)


def inner(like: torch.Tensor) -> torch.Tensor:
    """`[H,W]` bool: centres of patches that lie in the picture."""
    inside = torch.zeros_like(like)
    inside[REACH : like.shape[0] - REACH, REACH : like.shape[1] - REACH] = True
    return inside


def spread(mask: torch.Tensor, reach: int) -> torch.Tensor:
    """`[H,W]` bool: the mask, widened by a square of `reach` px."""
    tall = functional.max_pool2d(mask[None, None].float(), (2 * reach + 1, 1), 1, (reach, 0))
    return functional.max_pool2d(tall, (1, 2 * reach + 1), 1, (0, reach))[0, 0] > 0


def components(picture: torch.Tensor, centres: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """The strongest principal components of the patches at `centres`.

    Args:
        picture: `[3,H,W]`.
        centres: `[N]` flat places of patches.
        draw: chooses the patches that are looked at, on the CPU.

    Returns:
        `[20,3,7,7]`, orthonormal.
    """
    some = centres[torch.randint(len(centres), (LEARNED_FROM,), generator=draw).to(centres.device)]
    width = picture.shape[2]
    steps = torch.arange(-REACH, REACH + 1, device=picture.device)
    around = (steps[:, None] * width + steps).flatten()
    values = picture.flatten(1)[:, some[:, None] + around].movedim(0, 1).flatten(1)
    values = values - values.mean(0)
    vectors = torch.linalg.eigh(values.T @ values)[1]
    return vectors[:, -COMPONENTS:].T.reshape(COMPONENTS, 3, SIDE, SIDE).contiguous()


def described(picture: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """`[H*W,20]`: every patch of `[3,H,W]` in a basis of components; the picture's own rim is repeated beyond it."""
    beyond = functional.pad(picture[None], (REACH,) * 4, mode="replicate")
    return functional.conv2d(beyond, basis)[0].flatten(1).T.contiguous()


def described_at(picture: torch.Tensor, basis: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """`[N,20]`: the patches of `[3,H,W]` whose centres are `[N]` flat places, in a basis of components."""
    if len(places) * SPARSE > picture[0].numel():
        return described(picture, basis)[places]
    steps = torch.arange(-REACH, REACH + 1, device=picture.device)
    around = (steps[:, None] * picture.shape[2] + steps).flatten()
    values, vectors = picture.flatten(1), basis.flatten(1).T
    pieces = [values[:, some[:, None] + around].movedim(0, 1).flatten(1) @ vectors for some in places.split(PIECE)]
    return torch.cat(pieces)


def contrast(picture: torch.Tensor) -> torch.Tensor:
    """`[H,W]`: the squared distance of every patch of `[3,H,W]` from a patch of its own mean colour."""
    beyond = functional.pad(picture[None], (REACH,) * 4, mode="replicate")
    mean, power = functional.avg_pool2d(beyond, SIDE, 1)[0], functional.avg_pool2d(beyond.square(), SIDE, 1)[0]
    return SIDE**2 * (power - mean.square()).sum(0).clamp_min(0)
