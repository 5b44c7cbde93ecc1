"""Masks and overlays drawn from regions."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.marking import shapes
from dancheong.nodes.text_mask.regions import Region


def square(left, top, width, height):
    corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    return Region(np.array(corners, np.float32), 1.0)


def test_growth_follows_the_text_height():
    blank = np.zeros((400, 400, 3), np.uint8)
    for height in (20, 100):
        mask = shapes.draw_mask(blank, [square(100, 100, 200, height)], "polygon", 10.0)
        rows = np.nonzero(mask.any(axis=1))[0]
        assert len(rows) == pytest.approx(height * 1.2, abs=2)


def test_box_is_upright_and_contains_the_polygon():
    turned = Region(np.array([[50, 10], [90, 50], [50, 90], [10, 50]], np.float32), 1.0)
    blank = np.zeros((100, 100, 3), np.uint8)
    polygon, box = (shapes.draw_mask(blank, [turned], shape, 0.0) for shape in ("polygon", "box"))
    assert box[12:88, 12:88].all()
    assert (polygon <= box).all() and polygon.sum() < 0.6 * box.sum()


def test_strokes_fall_back_to_the_polygon_where_nothing_parts():
    noise = np.random.default_rng(0).normal(128, 30, (100, 300, 3)).astype(np.uint8)
    region = square(40, 30, 200, 40)
    stroke, polygon = (shapes.draw_mask(noise, [region], shape, 10.0) for shape in ("stroke", "polygon"))
    assert np.array_equal(stroke, polygon)


def test_overlay_numbers_every_region_inside_the_picture():
    corner = Region(np.array([[0, 0], [20, 0], [20, 8], [0, 8]], np.float32), 0.9)
    edge = Region(np.array([[95, 30], [100, 30], [100, 60], [95, 60]], np.float32), 0.9)
    overlay = shapes.draw_overlay(np.zeros((60, 100, 3), np.uint8), [corner, edge], [True, False])
    for columns in (slice(0, 14), slice(84, 100)):
        plate = overlay[:32, columns].reshape(-1, 3)
        assert (plate.min(axis=1) > 200).sum() >= 4  # white strokes


def test_overlay_tells_masked_from_kept():
    overlay = shapes.draw_overlay(
        np.zeros((200, 200, 3), np.uint8), [square(20, 20, 80, 30), square(20, 120, 80, 30)], [True, False]
    )
    for row, colour in ((20, shapes.MASKED_COLOUR), (120, shapes.KEPT_COLOUR)):
        assert overlay[row, 60].argmax() == np.argmax(colour) and overlay[row, 60].max() > 100
