"""Tiles against the whole, with a network whose reach is known."""

import pytest
import torch
from dancheong.nodes.upscale import tiles
from dancheong.nodes.upscale.resample import place, resample
from dancheong.nodes.upscale.tiles import Tile

CPU = torch.device("cpu")


class OutOfMemory(Exception):
    pass


def network(layers=17, scale=2):
    """`layers` 3x3 convolutions, so that its reach is `layers` px, and a pixel shuffle."""
    torch.manual_seed(0)
    convolutions = [torch.nn.Conv2d(3 if n == 0 else 4, 4, 3, padding=1) for n in range(layers - 1)]
    last = torch.nn.Conv2d(4, 3 * scale * scale, 3, padding=1)
    return torch.nn.Sequential(*convolutions, last, torch.nn.PixelShuffle(scale), torch.nn.Sigmoid()).eval()


def run(model, picture, scale=2, fails=lambda tile: False, finished=None):
    done = []

    def limited(source):
        if fails(source):
            raise OutOfMemory
        with torch.no_grad():
            return model(source)

    result = tiles.upscale(
        limited, picture, scale, CPU, lambda error: isinstance(error, OutOfMemory), finished or done.append
    )
    return result, done


def picture(height, width):
    return torch.rand(height, width, 3, generator=torch.Generator().manual_seed(1))


def whole(model, source):
    with torch.no_grad():
        return model(source.movedim(-1, 0)[None])[0].movedim(0, -1)


@pytest.mark.parametrize("size", [(600, 700), (513, 40), (1100, 520)])
def test_tiled_is_the_whole(size):
    model, source = network(), picture(*size)
    result, done = run(model, source)
    assert len(done) > 1
    assert (result - whole(model, source)).abs().max() <= 1e-5


def test_a_halo_that_is_too_small_is_noticed(monkeypatch):
    monkeypatch.setattr(tiles, "HALO", 4)
    model, source = network(), picture(600, 40)
    result, _ = run(model, source)
    assert (result - whole(model, source)).abs().max() > 1e-5


@pytest.mark.parametrize("limit", [400, 250, 150])
def test_out_of_memory_halves_one_tile_and_changes_no_pixel(limit):
    model, source = network(), picture(300, 500)
    result, done = run(model, source, fails=lambda tile: max(tile.shape[2:]) > limit)
    assert len(done) > 1
    assert (result - whole(model, source)).abs().max() <= 1e-5


def test_finished_tiles_are_kept_after_out_of_memory():
    model, source = network(3), picture(600, 600)
    calls = []

    def fails(tile):
        calls.append(tile.shape)
        return len(calls) == 2

    _, done = run(model, source, fails=fails)
    # Four tiles, the second of them in two halves: one call failed, none was repeated.
    assert len(done) == 5 and len(calls) == 6


def test_out_of_memory_to_the_end_is_one_sentence():
    with pytest.raises(RuntimeError, match="Out of memory even for a tile"):
        run(network(3), picture(200, 200), fails=lambda tile: True)


def test_another_error_is_not_swallowed():
    def broken(_):
        raise KeyError("weights")

    with pytest.raises(KeyError):
        tiles.upscale(broken, picture(40, 40), 2, CPU, lambda error: isinstance(error, OutOfMemory), print)


def test_pixels_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="not numbers"):
        run(lambda source: source.repeat_interleave(2, 2).repeat_interleave(2, 3) * float("nan"), picture(40, 40))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (512, 512), (513, 513), (1537, 40), (3000, 2000)])
def test_tiles_are_equal_and_cover_everything_once(width, height):
    found = list(tiles.tiles(width, height))
    seen = torch.zeros(height, width, dtype=torch.int)
    for tile in found:
        seen[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
    assert (seen == 1).all()
    for side in ("width", "height"):
        sizes = {getattr(tile, side) for tile in found}
        assert max(sizes) <= tiles.TILE and max(sizes) - min(sizes) <= 1


def test_halves_are_the_tile():
    first, second = Tile(3, 5, 101, 40).halves()
    assert (first.left, second.left, first.width + second.width) == (3, 3 + first.width, 101)


def test_resampling_is_antialiased():
    """A pattern finer than the target must fade to its mean, not turn into another pattern."""
    stripes = (torch.arange(400) % 2).float()[None, :, None].expand(400, 400, 3)
    small = resample(stripes, (100, 100))
    assert (small[10:-10, 10:-10] - 0.5).abs().max() < 0.02


def test_place_crops_and_pads_around_the_centre():
    source = torch.zeros(4, 4, 1)
    assert place(source, (2, 2), 1.0).shape == (2, 2, 1)
    padded = place(source, (6, 4), 1.0)[..., 0]
    assert padded.tolist()[0] == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
