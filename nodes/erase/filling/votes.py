"""What the patches that were found say about the pixels of the hole (Wexler et al. 2007).

A pixel lies in 49 patches. Their votes weigh with the fourth power of the likeness: a mean of them all would be a blur.
"""

from collections.abc import Iterator

import torch

from .patches import REACH
from .search import Field

POWER = 2.0
"""Of the squared distance."""
EVEN = 1.5e-3
"""Squared distance below which likeness counts no more: half a level of 255 in each of a patch's values."""


class Votes:
    """The votes on the pixels of one hole."""

    def __init__(self, hole: torch.Tensor, field: Field) -> None:
        """Weigh the patches that touch the hole, `[H,W]` bool."""
        height, width = hole.shape
        self._hole, self._width = hole.flatten().nonzero()[:, 0], width
        self._rows, self._columns = self._hole // width, self._hole % width
        self._size = height, width
        weights = torch.zeros(height * width, device=hole.device)
        weights[field.targets] = (field.costs + EVEN).pow(-POWER)
        sources = torch.zeros(height * width, dtype=torch.long, device=hole.device)
        sources[field.targets] = field.sources
        self._weights, self._sources = weights, sources

    def mean(self, picture: torch.Tensor, colours: torch.Tensor) -> torch.Tensor:
        """`[3,H,W]`: the picture with the weighed mean of the votes in the hole.

        Args:
            picture: `[3,H,W]` as it looks now; a pixel without a vote stays.
            colours: `[H*W,3]` of the sources.
        """
        total = torch.zeros(len(self._hole), 3, device=picture.device)
        weights = torch.zeros(len(self._hole), 1, device=picture.device)
        for weight, source in self._cast():
            total += weight[:, None] * colours[source]
            weights += weight[:, None]
        result = picture.clone()
        told = weights[:, 0] > 0
        result.flatten(1)[:, self._hole[told]] = (total[told] / weights[told]).T
        return result

    def best(self) -> torch.Tensor:
        """`[H,W]`: the flat place that each pixel's best patch copies there, -1 for none and outside of the hole."""
        weights = torch.zeros(len(self._hole), device=self._hole.device)
        sources = torch.full_like(self._hole, -1)
        for weight, source in self._cast():
            better = weight > weights
            weights, sources = torch.where(better, weight, weights), torch.where(better, source, sources)
        result = torch.full(self._size, -1, dtype=torch.long, device=self._hole.device)
        result.flatten()[self._hole] = sources
        return result

    def _cast(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """For each of a pixel's 49 patches its weight `[M]` and the flat place `[M]` that it copies there."""
        height, width = self._size
        for down in range(-REACH, REACH + 1):
            for across in range(-REACH, REACH + 1):
                row, column = self._rows - down, self._columns - across
                within = (row >= 0) & (row < height) & (column >= 0) & (column < width)
                centre = torch.where(within, row * width + column, 0)
                weight = self._weights[centre] * within
                source = self._sources[centre] + down * width + across
                yield weight, torch.where(weight > 0, source, 0)
