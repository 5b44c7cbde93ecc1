"""Pictures in rows against the same pictures at once."""

import pytest
import torch
from dancheong.nodes.upscale.rows import BLOCK, PAPER, arranged, blocks_of, resample, resampled


def picture(height, width, channels=3):
    return torch.rand(height, width, channels, generator=torch.Generator().manual_seed(1))


def at_once(source, size):
    planes = source.double().movedim(-1, 0)[None]
    scaled = torch.nn.functional.interpolate(planes, size=size[::-1], mode="bicubic", antialias=True)
    return scaled[0].movedim(0, -1).clamp(0, 1)


@pytest.mark.parametrize(
    ("source", "size"),
    [
        ((100, 80), (33, 57)), ((57, 33), (80, 400)), ((300, 400), (400, 300)), ((2000, 40), (30, 1211)),
        ((1, 1), (7, 9)), ((7, 9), (1, 1)), ((500, 7), (7, 500)), ((129, 3), (9, 1000)), ((1000, 3), (3, 2)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 37, 128, 5000])
def test_resampled_in_rows_is_resampled_at_once(source, size, rows):
    """Against torch in double precision, whatever blocks the rows come in."""
    whole = picture(*source)
    blocks = list(resampled(whole.split(rows), (source[1], source[0]), size))
    result = torch.cat(blocks)
    assert result.shape == (size[1], size[0], 3)
    assert (result - at_once(whole, size)).abs().max() <= 2e-6
    assert all(len(block) == BLOCK for block in blocks[:-1])


def test_only_a_few_rows_are_held():
    """A poster may not lie in memory: rows are given out as soon as they can be."""
    taken, most = 0, 0

    def source():
        nonlocal taken
        for block in picture(4000, 2).split(100):
            taken += len(block)
            yield block

    given = 0
    for block in resampled(source(), (2, 4000), (2, 1000)):
        given += len(block)
        most = max(most, taken - given * 4)
    assert most <= 200


def test_resampling_is_antialiased():
    """A pattern finer than the target must fade to its mean, not turn into another pattern."""
    stripes = (torch.arange(400) % 2).float()[None, :, None].expand(400, 400, 3)
    for source in (stripes, stripes.movedim(0, 1)):
        small = resample(source, (100, 100))
        assert (small[10:-10, 10:-10] - 0.5).abs().max() < 0.02


@pytest.mark.parametrize("rows", [1, 50, 128, 5000])
@pytest.mark.parametrize(
    "index",
    [
        list(range(400)),
        [*range(39, -1, -1), *range(400), *range(399, 359, -1)],
        [0] * 40 + list(range(400)) + [399] * 300,
        [PAPER] * 150 + list(range(400)) + [PAPER] * 3,
        [PAPER] * 300,
        [*range(100, 230)],
    ],
)
def test_arranged_in_rows_is_indexed_at_once(index, rows):
    whole, columns = picture(400, 5), [PAPER, 4, 3, 3, 0, PAPER]
    blocks = list(arranged(whole.split(rows), index, columns, 0.25))
    expected = whole[torch.tensor(index).clamp(min=0)][:, torch.tensor(columns).clamp(min=0)]
    expected[torch.tensor(index) == PAPER] = 0.25
    expected[:, torch.tensor(columns) == PAPER] = 0.25
    assert torch.equal(torch.cat(blocks), expected)
    assert all(len(block) == BLOCK for block in blocks[:-1])


def test_blocks_are_the_picture():
    assert torch.equal(torch.cat(list(blocks_of(picture(300, 4)))), picture(300, 4))
