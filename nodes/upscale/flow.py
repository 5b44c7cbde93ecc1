"""A picture through its route, in rows: colours, and where there is a picture at all."""

from collections.abc import Callable, Iterator

import torch

from .colours import Kind, resampled_by_alpha, spread
from .plan import Route
from .rows import BLOCK, PAPER, arranged, blocks_of, resampled

Enlarge = Callable[[torch.Tensor], Iterator[torch.Tensor]]
"""One pass of the model: `[h,w,1 or 3]` to the enlarged picture in blocks."""


def flow(
    picture: torch.Tensor, kind: Kind, found: Route, enlarge: Enlarge | None, alpha_by_model: bool
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """One picture on its way, block by block.

    Args:
        picture: `[H,W,1, 3 or 4]` in 0..1.
        kind: of the picture; a grey one goes through the model in one channel.
        enlarge: may be None for a route without the model.
        alpha_by_model: whether a fourth channel takes the same passes as the colours; otherwise it is resampled.

    Yields:
        `[n,w,3]` colours, white on paper, and `[n,w]` presence: the alpha channel, or 1, and 0 on paper.
    """
    stream = arranged(_colours(picture, kind, found, enlarge), found.rows, found.columns)
    if picture.shape[2] == 4:
        alpha = _alpha(picture[..., 3:], found, enlarge if alpha_by_model else None)
        presence = arranged(alpha, found.rows, found.columns, 0.0)
        yield from ((colour.expand(-1, -1, 3), there[..., 0]) for colour, there in zip(stream, presence, strict=True))
        return
    across = torch.tensor([column != PAPER for column in found.columns], dtype=torch.float32)
    down = torch.tensor([row != PAPER for row in found.rows], dtype=torch.float32).split(BLOCK)
    for colour, there in zip(stream, down, strict=True):
        yield colour.expand(-1, -1, 3), there[:, None] * across


def _colours(picture: torch.Tensor, kind: Kind, found: Route, enlarge: Enlarge | None) -> Iterator[torch.Tensor]:
    """What the steps make of the colours, in blocks of 3 channels or of 1."""
    colours, alpha = picture[..., :3], picture[..., 3:]
    if kind.transparent and found.steps:
        if not found.model_inputs:
            return resampled_by_alpha(colours, alpha, found.made)
        colours = spread(colours, alpha)
    if kind.grey and found.model_inputs:
        # Of three that are not quite alike green: the eye takes most of its light from it.
        green = colours.shape[2] // 2
        colours = colours[..., green : green + 1]
    return _passed(colours, found, enlarge)


def _passed(picture: torch.Tensor, found: Route, enlarge: Enlarge | None) -> Iterator[torch.Tensor]:
    stream, size = blocks_of(picture), found.source
    for step in found.steps:
        if step.kind == "resample":
            stream = resampled(stream, size, step.size)
        elif enlarge is not None:
            stream = enlarge(torch.cat(list(stream)))
        size = step.size
    return stream


def _alpha(alpha: torch.Tensor, found: Route, enlarge: Enlarge | None) -> Iterator[torch.Tensor]:
    if enlarge is not None:
        return _passed(alpha, found, enlarge)
    return blocks_of(alpha) if found.made == found.source else resampled(blocks_of(alpha), found.source, found.made)
