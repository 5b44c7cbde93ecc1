"""Tiles against the whole, with a network whose reach is known."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.upscale import tiles
from dancheong.nodes.upscale.tiles import Grid, Tile, grid

HALO = 17


class OutOfMemory(Exception):
    pass


def network(layers=HALO, scale=2):
    """`layers` 3x3 convolutions, so that its reach is `layers` px, and a pixel shuffle."""
    torch.manual_seed(0)
    convolutions = [torch.nn.Conv2d(3 if n == 0 else 4, 4, 3, padding=1) for n in range(layers - 1)]
    last = torch.nn.Conv2d(4, 3 * scale * scale, 3, padding=1)
    return torch.nn.Sequential(*convolutions, last, torch.nn.PixelShuffle(scale), torch.nn.Sigmoid()).eval()


def run(model, picture, cut, scale=2, fails=lambda tile: False, finished=None):
    done = []

    def limited(window, inner):
        if fails(window):
            raise OutOfMemory
        top, left, bottom, right = (edge * scale for edge in inner)
        with torch.no_grad():
            return model(window)[..., top:bottom, left:right]

    bands = tiles.upscale(
        limited,
        picture,
        cut,
        scale,
        lambda error: isinstance(error, OutOfMemory),
        finished or (lambda *tile: done.append(tile)),
    )
    return torch.cat(list(bands)), done


def picture(height, width):
    return torch.rand(height, width, 3, generator=torch.Generator().manual_seed(1))


def whole(model, source):
    with torch.no_grad():
        return model(source.movedim(-1, 0)[None])[0].movedim(0, -1)


@pytest.mark.parametrize(("height", "width", "columns", "rows"), [(300, 350, 3, 2), (260, 40, 1, 4), (50, 333, 5, 1)])
def test_tiled_is_the_whole(height, width, columns, rows):
    model, source = network(), picture(height, width)
    result, done = run(model, source, Grid(width, height, columns, rows, HALO, 1))
    assert len(done) == columns * rows
    assert (result - whole(model, source)).abs().max() <= 1e-5


def test_a_halo_that_is_too_small_is_noticed():
    model, source = network(), picture(300, 40)
    result, _ = run(model, source, Grid(40, 300, 1, 2, 4, 1))
    assert (result - whole(model, source)).abs().max() > 1e-5


def test_finished_tiles_are_told_with_their_pixels():
    model, source = network(3), picture(90, 80)
    result, done = run(model, source, Grid(80, 90, 2, 3, 3, 1))
    for tile, pixels in done:
        rows, columns = slice(tile.top * 2, (tile.top + tile.height) * 2), slice(tile.left * 2, None)
        assert torch.equal(result[rows, columns][:, : tile.width * 2], pixels)


@pytest.mark.parametrize("multiple", [2, 4, 8])
def test_windows_start_where_the_network_folds_pixels(multiple):
    """A network that folds pixels gives another picture when a window starts between two multiples."""
    torch.manual_seed(0)
    inside = torch.nn.Conv2d(3 * multiple**2, 3 * multiple**2 * 4, 3, padding=1)

    def model(x):
        padding = [-side % multiple for side in x.shape[:1:-1]]
        folded = torch.pixel_unshuffle(torch.nn.functional.pad(x, (0, padding[0], 0, padding[1]), "reflect"), multiple)
        return torch.pixel_shuffle(inside(folded), multiple * 2)[..., : x.shape[2] * 2, : x.shape[3] * 2]

    source = picture(101, 131)
    result, done = run(model, source, Grid(131, 101, 3, 2, 2 * multiple, multiple))
    assert len(done) == 6
    assert (result - whole(model, source).clamp(0, 1)).abs().max() <= 1e-5
    # The test sees it: with windows of any start the same halo is not enough.
    wrong, _ = run(model, source, Grid(131, 101, 3, 2, 2 * multiple + 1, 1))
    assert (wrong - whole(model, source).clamp(0, 1)).abs().max() > 1e-3


@pytest.mark.parametrize("limit", [400, 250, 150])
def test_out_of_memory_halves_one_tile_and_changes_no_pixel(limit):
    model, source = network(), picture(300, 500)
    result, done = run(model, source, Grid(500, 300, 1, 1, HALO, 1), fails=lambda tile: max(tile.shape[2:]) > limit)
    assert len(done) > 1
    assert (result - whole(model, source)).abs().max() <= 1e-5


@pytest.mark.parametrize("failing", range(4))
def test_out_of_memory_on_any_tile_keeps_what_is_finished(failing):
    model, source = network(3), picture(100, 200)
    calls = []

    def fails(tile):
        calls.append(tile.shape)
        return len(calls) == failing + 1

    result, done = run(model, source, Grid(200, 100, 2, 2, 3, 1), fails=fails)
    # Four tiles, one of them in two halves: one call failed, none was repeated.
    assert len(done) == 5 and len(calls) == 6
    assert (result - whole(model, source)).abs().max() <= 1e-5


def test_out_of_memory_to_the_end_is_one_sentence():
    with pytest.raises(UserError, match="Out of memory even for a tile"):
        run(network(3), picture(200, 200), Grid(200, 200, 1, 1, 3, 1), fails=lambda tile: True)


def test_another_error_is_not_swallowed():
    def broken(*_):
        raise KeyError("weights")

    with pytest.raises(KeyError):
        list(tiles.upscale(broken, picture(40, 40), Grid(40, 40, 1, 1, 3, 1), 2, lambda _: False, print))


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_pixels_that_are_no_numbers_are_refused(value):
    def damaged(window):
        return window.repeat_interleave(2, 2).repeat_interleave(2, 3) * float(value)

    with pytest.raises(UserError, match="not numbers"):
        run(damaged, picture(40, 40), Grid(40, 40, 1, 1, 3, 1))


@pytest.mark.parametrize("multiple", [1, 4])
@pytest.mark.parametrize("largest", [60000, 9000])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (33, 33), (512, 512), (513, 513), (1537, 40), (901, 702)])
def test_grids_keep_to_the_limit_and_cover_everything_once(width, height, largest, multiple):
    halo = 8
    cut = grid(width, height, halo, multiple, largest)
    seen = torch.zeros(height, width, dtype=torch.int)
    processed = 0
    for tile in (tile for band in cut.bands() for tile in band):
        seen[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] += 1
        top, left, bottom, right = cut.window(tile)
        assert (bottom - top) * (right - left) <= largest
        assert top == max(0, tile.top - halo) // multiple * multiple or multiple > 1
        assert top % multiple == 0 and left % multiple == 0
        assert bottom in (height, *range(tile.top + tile.height + halo, height + 1))
        processed += (bottom - top) * (right - left)
    assert (seen == 1).all()
    assert processed == cut.processed
    sizes = {(tile.width, tile.height) for band in cut.bands() for tile in band}
    for side in (0, 1):
        assert max(size[side] for size in sizes) - min(size[side] for size in sizes) <= 2 * multiple


def test_the_cheapest_grid_is_found():
    """Two bands of a picture taller than wide: a cut across the short way adds the least."""
    assert (grid(256, 384, 32, 1, 74000).columns, grid(256, 384, 32, 1, 74000).rows) == (1, 2)
    assert (grid(384, 256, 32, 1, 74000).columns, grid(384, 256, 32, 1, 74000).rows) == (2, 1)
    assert grid(256, 384, 32, 1, 256 * 384).processed == 256 * 384


def test_no_grid_fits_into_too_little():
    assert grid(200, 200, 32, 1, 5000) is None
    assert grid(200, 200, 32, 1, tiles.smallest_window(200, 200, 32, 1)) is not None


@pytest.mark.parametrize("multiple", [1, 4])
def test_halves_are_the_tile(multiple):
    first, second = Tile(4, 8, 101, 40).halves(multiple)
    assert (first.left, second.left, first.width + second.width) == (4, 4 + first.width, 101)
    assert second.left % multiple == 0
    upper, lower = Tile(4, 8, 40, 101).halves(multiple)
    assert (upper.top, lower.top, upper.height + lower.height) == (8, 8 + upper.height, 101)
    assert lower.top % multiple == 0
