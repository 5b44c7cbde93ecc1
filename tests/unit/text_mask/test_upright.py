"""A region turned upright, and what is known of it carried back."""

import cv2
import numpy as np
import pytest
from dancheong.nodes.text_mask.marking.upright import upright
from dancheong.nodes.text_mask.regions import Region


def turned(angle, width=200, height=50, middle=(250, 200)):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    return (half @ turn.T + middle).astype(np.float32)


def filled(corners, size=(400, 500)):
    picture = np.zeros(size, np.uint8)
    cv2.fillPoly(picture, [np.round((corners - 0.5) * 16).astype(np.int32)], 255, shift=4)
    return picture


@pytest.mark.parametrize("angle", [0.0, 0.4, -0.7])
@pytest.mark.parametrize(("height", "enlarged"), [(20, 1.0), (50, 1.0), (90, 3.0)])
def test_a_region_fills_its_place_and_comes_back_where_it_was(angle, height, enlarged):
    corners = turned(angle)
    picture = filled(corners)
    seen = upright(np.repeat(picture[..., None], 3, 2), Region(corners, 1.0), height, enlarged, (15, 9))
    assert seen.rows.stop - seen.rows.start == pytest.approx(height, abs=1)
    assert seen.pixels[seen.inside].mean() > 240 and seen.pixels[~seen.inside].mean() < 25 and seen.known.all()
    back = seen.in_picture(seen.inside.astype(np.uint8) * np.uint8(255), slice(100, 400), slice(50, 500)) > 127
    truth = picture[100:, 50:] > 127
    assert (back & truth).sum() / (back | truth).sum() > 0.93
    covered = seen.cut(picture > 127)
    assert covered[seen.inside].mean() > 0.93 and covered[~seen.inside].mean() < 0.1
    box = (seen.columns.start, seen.rows.start, seen.columns.stop, seen.rows.stop)
    assert seen.corners(*box) == pytest.approx(corners, abs=0.6)


def test_beyond_the_border_nothing_is_known():
    corners = turned(0.0, middle=(100, 25))
    seen = upright(np.full((60, 500, 3), 90, np.uint8), Region(corners, 1.0), 50, 1.0, (30, 10))
    assert not seen.known[:, :25].any() and not seen.known[:5].any()
    assert seen.known[15:, 35:].all() and (seen.pixels == 90).all()


def test_a_huge_region_is_seen_small():
    picture = np.zeros((3000, 4000, 3), np.uint8)
    corners = np.float32([[100, 100], [3900, 100], [3900, 2900], [100, 2900]])
    assert max(upright(picture, Region(corners, 1.0), 40, 3.0, (16, 16)).pixels.shape) < 100
