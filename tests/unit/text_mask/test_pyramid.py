"""Looks at a picture: tiles stitched without a seam, sizes that suit small print and posters alike."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.finding import pyramid
from dancheong.nodes.text_mask.finding.detection import directly


def smooth(height, width):
    rows, columns = np.indices((height, width))
    return np.stack(
        [127 + 120 * np.sin(rows / 17), 127 + 120 * np.cos(columns / 23), 127 + 120 * np.sin((rows + columns) / 31)], -1
    ).astype(np.uint8)


def brightness(window):
    assert window.shape[0] % 32 == 0 and window.shape[1] % 32 == 0 and window.dtype == np.uint8
    return window.mean(axis=2) / 255


def blurred(window):
    """A network with a context of a few px."""
    import cv2

    return cv2.GaussianBlur(window, (31, 31), 5).mean(axis=2) / 255


@pytest.mark.parametrize("scale", [0.25, 0.5, 1.0, 1.4])
def test_the_map_lies_where_the_picture_lies(scale):
    import cv2

    picture = smooth(700, 900)
    look = pyramid.look(brightness, picture, scale, directly)
    height, width = pyramid.size_at(scale, 700, 900)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    expected = cv2.resize(picture, (width, height), interpolation=how).mean(axis=2)
    assert look.probability.shape == (height, width)
    assert np.abs(look.probability - expected).max() <= 2


@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_tiles_leave_no_seam(monkeypatch, scale):
    picture = smooth(900, 1500)
    in_tiles = pyramid.look(blurred, picture, scale, directly).probability
    monkeypatch.setattr(pyramid, "TILE", 10000)
    whole = pyramid.look(blurred, picture, scale, directly).probability
    assert np.abs(in_tiles.astype(int) - whole).max() <= 1


def test_a_seam_shows_without_a_halo(monkeypatch):
    """The test above must be able to fail."""
    picture = smooth(900, 1500)
    whole = pyramid.look(blurred, picture, 1.0, directly).probability
    monkeypatch.setattr(pyramid, "HALO", 0)
    assert np.abs(pyramid.look(blurred, picture, 1.0, directly).probability.astype(int) - whole).max() > 10


@pytest.mark.parametrize("size", [(1, 1), (64, 64), (512, 768), (1024, 1024), (300, 9000), (10000, 10000)])
def test_sizes_reach_from_small_print_to_the_whole_picture(size):
    found = pyramid.scales(*size)
    assert found == sorted(found, reverse=True)
    assert found[0] >= pyramid.FINEST
    assert found[0] * min(size) >= min(pyramid.SHORTEST_SIDE, pyramid.MOST_ENLARGED * min(size)) - 1
    assert found[-1] * max(size) <= pyramid.SMALLEST
    tiles = [tile for scale in found for tile in pyramid.tiles(*pyramid.size_at(scale, *size))]
    assert len(tiles) == pyramid.count(*size)
    assert all(rows.stop - rows.start <= pyramid.TILE for rows, _ in tiles)


def test_calls_are_counted_in_advance():
    calls = []

    def call(work, *arguments):
        calls.append(work)
        return work(*arguments)

    picture = smooth(600, 1700)
    for scale in pyramid.scales(600, 1700):
        pyramid.look(brightness, picture, scale, call)
    assert len(calls) == pyramid.count(600, 1700)
