"""Filling by windows gives what filling the whole picture gives."""

import cv2
import numpy as np
import pytest
from dancheong.nodes.erase.holes import holes
from dancheong.nodes.erase.opencv import MARGIN, RADIUS, inpaint


def scene(height=240, width=320):
    rows, columns = np.indices((height, width))
    return np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8)


def spots(height=240, width=320):
    mask = np.zeros((height, width), bool)
    mask[20:40, 30:90] = mask[45:50, 30:60] = mask[200:240, 300:320] = mask[0:3, 0:3] = mask[120, 160] = True
    return mask


def test_windows_hold_every_hole_once_with_its_surroundings():
    mask = spots()
    covered = np.zeros(mask.shape, int)
    for hole in holes(mask, MARGIN):
        rows, columns = hole.rows, hole.columns
        covered[rows, columns] += hole.own
        assert np.array_equal(hole.every, mask[rows, columns])
        hole_rows, hole_columns = np.nonzero(hole.own)
        for low, high, span, limit in (
            (hole_rows.min(), hole_rows.max(), rows, mask.shape[0]),
            (hole_columns.min(), hole_columns.max(), columns, mask.shape[1]),
        ):
            assert low >= min(MARGIN, span.start + low)
            assert span.stop - span.start - 1 - high >= min(MARGIN, limit - 1 - span.start - high)
    assert np.array_equal(covered, mask.astype(int))


def test_neighbouring_holes_share_a_window():
    """A hole's surroundings must not be another hole's letters."""
    assert len(list(holes(spots(), MARGIN))) == 3


@pytest.mark.parametrize("method", ["telea", "ns"])
def test_windows_fill_as_opencv_fills_the_whole(method):
    picture, mask = scene(), spots()
    flag = {"telea": cv2.INPAINT_TELEA, "ns": cv2.INPAINT_NS}[method]
    whole = cv2.inpaint(picture, mask.astype(np.uint8), RADIUS, flag)
    for hole in holes(mask, MARGIN):
        place = hole.rows, hole.columns
        filled = inpaint(picture[place], hole.own, method)
        difference = np.abs(filled[hole.own].astype(int) - whole[place][hole.own].astype(int))
        assert difference.max() <= 2


def test_a_large_hole_spans_one_window():
    mask = np.zeros((100, 100), bool)
    mask[1:, :] = True
    (hole,) = holes(mask, MARGIN)
    assert (hole.rows, hole.columns) == (slice(0, 100), slice(0, 100))
    assert np.array_equal(hole.own, mask)
