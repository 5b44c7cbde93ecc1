"""A picture into its file while it is made, whatever its size; a small one of it is kept to look at."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from ..ground.whole_file import writing_whole
from . import row_files


def save(
    path: Path,
    file_format: str,
    form: row_files.Form,
    blocks: Iterable[tuple[torch.Tensor, torch.Tensor]],
    longest: int,
) -> torch.Tensor:
    """Write a picture while it is made.

    Args:
        blocks: `[n,w,3]` colours and `[n,w]` alpha, from the top.
        longest: px of the longer side of what is returned.

    Returns:
        `[h,w,3]`, the picture reduced by averaging.
    """
    reduced = Reduced(form.width, form.height, longest)
    with writing_whole(path) as file:
        row_files.write(file, file_format, form, _values(blocks, form, reduced))
    return reduced.picture()


def _values(
    blocks: Iterable[tuple[torch.Tensor, torch.Tensor]], form: row_files.Form, reduced: "Reduced"
) -> Iterator[np.ndarray]:
    largest = np.iinfo(form.kind).max
    for colours, alpha in blocks:
        reduced.add(colours)
        values = colours if form.channels == 3 else torch.cat((colours, alpha[..., None]), -1)
        # 65535 is exact in float32; the product is rounded once.
        yield (values * largest).round_().numpy().astype(form.kind)


class Reduced:
    """A small picture of a large one that comes in rows from the top."""

    def __init__(self, width: int, height: int, longest: int) -> None:
        scale = min(1.0, longest / max(width, height))
        self._height, self._row = height, 0
        self._sums = torch.zeros(max(1, round(height * scale)), max(1, round(width * scale)), 3)
        self._counts = torch.zeros(len(self._sums), 1, 1)

    def add(self, block: torch.Tensor) -> None:
        """`[n,w,3]`, the next rows."""
        lines = block.movedim(-1, 0)[None]
        across = torch.nn.functional.interpolate(lines, size=(len(block), self._sums.shape[1]), mode="area")
        bins = torch.arange(self._row, self._row + len(block)) * len(self._sums) // self._height
        self._sums.index_add_(0, bins, across[0].movedim(0, -1))
        self._counts.index_add_(0, bins, torch.ones(len(block), 1, 1))
        self._row += len(block)

    def picture(self) -> torch.Tensor:
        """`[h,w,3]`, once all rows have come."""
        return self._sums / self._counts
