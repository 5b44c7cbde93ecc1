"""Pictures as they are made and written: rows from the top, never the whole.

A "block" is `[n,W,C]` float32 in 0..1, `n` rows; blocks of one picture follow one another without a gap.
"""

import math
from collections.abc import Iterable, Iterator

import torch

BLOCK = 128
"""Rows of the blocks that are given out."""
PAPER = -1
"""In an index of rows or columns: no pixel of the picture, but paper."""


def blocks_of(picture: torch.Tensor) -> Iterator[torch.Tensor]:
    """`[H,W,C]` in blocks."""
    yield from picture.split(BLOCK)


def resample(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """`[H,W,C]` to `[h,w,C]` by antialiased bicubic, clamped to 0..1; `size` is (width, height)."""
    return torch.cat(list(resampled(blocks_of(picture), (picture.shape[1], picture.shape[0]), size)))


def resampled(blocks: Iterable[torch.Tensor], source: tuple[int, int], size: tuple[int, int]) -> Iterator[torch.Tensor]:
    """The same block by block; `blocks` are of a picture of `source` (width, height)."""
    for block in unclamped(blocks, source, size):
        yield block.clamp_(0.0, 1.0)


def unclamped(blocks: Iterable[torch.Tensor], source: tuple[int, int], size: tuple[int, int]) -> Iterator[torch.Tensor]:
    """The same with what edges overshoot; it holds as many rows as a few rows of the result need.

    Bicubic with a = -0.5, widened by the factor of a reduction (Keys 1981), as torch's `interpolate(antialias=True)`.

    Args:
        blocks: of a picture of `source` (width, height).
        size: (width, height) of the result.
    """
    spans, weights = _taps(source[1], size[1])
    held, first, row = None, 0, 0
    for block in _small(blocks):
        across = _across(block, size[0])
        held = across if held is None else torch.cat((held, across))
        while row < size[1]:
            end = min(row + BLOCK, size[1])
            start, stop = spans[row][0], spans[end - 1][1]
            if stop > first + len(held):
                break
            matrix = torch.zeros(end - row, stop - start)
            for index in range(row, end):
                begin = spans[index][0] - start
                matrix[index - row, begin : begin + len(weights[index])] = weights[index]
            window = held[start - first : stop - first]
            yield (matrix @ window.flatten(1)).view(end - row, *window.shape[1:])
            row = end
        if row < size[1]:
            held, first = held[spans[row][0] - first :], spans[row][0]


def arranged(
    blocks: Iterable[torch.Tensor], rows: list[int], columns: list[int], paper: float = 1.0
) -> Iterator[torch.Tensor]:
    """Blocks of `BLOCK` rows whose pixel (y, x) is the picture's (rows[y], columns[x]), or `paper`."""
    width = torch.tensor(columns).clamp(min=0)
    blank = torch.tensor([column == PAPER for column in columns])
    # From the end: the first row of the picture that is still needed from each row of the result on.
    needed = [math.inf] * (len(rows) + 1)
    for index in range(len(rows) - 1, -1, -1):
        needed[index] = min(needed[index + 1], rows[index] if rows[index] != PAPER else math.inf)
    source = _small(blocks)
    held, first, done = next(source), 0, 0
    while done < len(rows):
        wanted = rows[done : done + BLOCK]
        while max(wanted) >= first + len(held):
            keep = int(min(needed[done] - first, len(held)))
            held, first = torch.cat((held[keep:], next(source))), first + keep
        block = held.new_full((len(wanted), len(columns), held.shape[2]), paper)
        there = [index for index, row in enumerate(wanted) if row != PAPER]
        picked = held[[wanted[index] - first for index in there]][:, width]
        picked[:, blank] = paper
        block[there] = picked
        yield block
        done += len(wanted)


def _small(blocks: Iterable[torch.Tensor]) -> Iterator[torch.Tensor]:
    """The same rows, few at a time: what is held back is copied, and a band of a poster is let go before the next."""
    for band in blocks:
        yield from band.split(BLOCK)
        del band


def _across(block: torch.Tensor, width: int) -> torch.Tensor:
    if block.shape[1] == width:
        return block
    lines = block.movedim(-1, 0)[None]
    scaled = torch.nn.functional.interpolate(lines, size=(len(block), width), mode="bicubic", antialias=True)
    return scaled[0].movedim(0, -1)


def _taps(source: int, size: int) -> tuple[list[tuple[int, int]], list[torch.Tensor]]:
    """Per row of the result: (first, one past the last) row of the picture that counts, and their weights."""
    factor = source / size
    stretch = max(factor, 1.0)
    centres = factor * (torch.arange(size, dtype=torch.float64) + 0.5)
    firsts = (centres - 2 * stretch + 0.5).long().clamp(min=0)
    lasts = (centres + 2 * stretch + 0.5).long().clamp(max=source)
    rows = firsts[:, None] + torch.arange(int((lasts - firsts).max()))
    at = (rows - centres[:, None] + 0.5).abs() / stretch
    weight = torch.where(at < 1, (1.5 * at - 2.5) * at**2 + 1, ((-0.5 * at + 2.5) * at - 4) * at + 2)
    weight = torch.where((at < 2) & (rows < lasts[:, None]), weight, 0.0)
    weight = (weight / weight.sum(1, keepdim=True)).float()
    spans = list(zip(firsts.tolist(), lasts.tolist(), strict=True))
    return spans, [taps[: last - first] for taps, (first, last) in zip(weight, spans, strict=True)]
