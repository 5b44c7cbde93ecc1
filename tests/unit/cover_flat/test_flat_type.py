"""Type and bar code on the sheet, and books that open from the other side."""

import numpy as np
import pytest
import torch
from dancheong.nodes.cover_flat.compose import compose
from dancheong.nodes.cover_flat.flat import Flat
from dancheong.nodes.cover_flat.guides import drawn as guides
from dancheong.nodes.cover_flat.isbn import drawn
from dancheong.nodes.cover_flat.type import SAFE_MM, hides_words, joined
from dancheong.nodes.ground import UserError
from dancheong.nodes.page.drawing import Shape, box
from dancheong.nodes.page.lettered import Lettered
from dancheong.nodes.page.trim import Trim

PAGE = Trim(70, 90, 3, 100)
WHITE = torch.ones(3)


def code():
    return drawn("9791190090018", "03810", 80, lambda text: ((), 0.0))


def words(width, height, left, top):
    layer = torch.zeros(height, width, 4)
    layer[top : top + 10, left : left + 20] = torch.tensor([1.0, 0, 0, 1])
    shape = Shape(box(left, top, left + 20, top + 10), (255, 0, 0))
    return Lettered(torch.zeros(1, height, width, 3), torch.zeros(height, width, 4), layer, (shape,))


@pytest.mark.parametrize("right_bound", [False, True])
def test_a_bar_code_over_words_on_the_back_is_seen(right_bound):
    flat = Flat(PAGE, 6.0, 20.0, right_bound)
    width, height = PAGE.pixels
    # A bar code lies below, beside the spine: on the left of the back where the book is bound on the right.
    beside, away = (60, width - 80) if right_bound else (width - 80, 40)
    low, high = height - 70, 60
    for left, top, hides in ((beside, low, True), (beside, high, False), (away, low, False)):
        assert hides_words(flat, code(), [words(width, height, left, top).layer]) == hides, (left, top)


@pytest.mark.parametrize("right_bound", [False, True])
def test_panels_of_a_book_that_opens_from_the_other_side_are_in_reverse(right_bound):
    flat = Flat(PAGE, 6.0, 20.0, right_bound)
    names = ["back wing", "back", "spine", "front", "front wing"]
    assert list(flat.panels) == (names[::-1] if right_bound else names)
    other = Flat(PAGE, 6.0, 20.0, not right_bound)
    width = flat.sheet.pixels[0]
    for name, (left, right) in flat.panels.items():
        start, end = other.panels[name]
        assert abs(width - end - left) <= 1 and abs(width - start - right) <= 1
    assert flat.sheet.folds_mm == pytest.approx((20.0, 90.0, 96.0, 166.0))
    assert flat.sheet.pixels == other.sheet.pixels


def test_the_mirrored_sheet_is_made_of_the_same_pictures():
    across, down = torch.linspace(0, 1, PAGE.pixels[0]), torch.linspace(0, 1, PAGE.pixels[1])
    front = torch.stack(
        (across.expand(len(down), -1), down[:, None].expand(-1, len(across)), across**2 * down[:, None]), -1
    )
    back = front.flip(1) / 2
    sheets = [
        compose(Flat(PAGE, 6.0, 20.0, right), {"front": front, "back": back}, {}, "mirror", WHITE)
        for right in (False, True)
    ]
    mirrored = compose(Flat(PAGE, 6.0, 20.0), {"front": front.flip(1), "back": back.flip(1)}, {}, "mirror", WHITE)
    assert (sheets[1] - mirrored.flip(1)).abs().max() < 0.02 < (sheets[1] - sheets[0]).abs().mean()
    left, right = Flat(PAGE, 6.0, 20.0, True).panels["front"]
    margin = (PAGE.pixels[0] - PAGE.inner_pixels[0]) // 2
    assert torch.equal(sheets[1][:, left:right], front[:, margin : margin + right - left])
    small = (sheets[1].numpy() * 255).astype(np.uint8)
    assert guides(small, Flat(PAGE, 6.0, 20.0, True)).shape == small.shape


@pytest.mark.parametrize("right_bound", [False, True])
def test_outlines_stand_where_the_pixels_stand(right_bound):
    flat = Flat(PAGE, 6.0, 20.0, right_bound)
    width, height = PAGE.pixels
    types = {
        "front": words(width, height, 40, 50),
        "back": words(width, height, 60, 90),
        "spine": words(flat.width("spine"), height, 2, 30),
        "front wing": words(flat.width("front wing"), height, 15, 100),
    }
    found = joined(flat, types, None)
    seen = torch.zeros(flat.sheet.pixels[::-1])
    for shape in found.shapes:
        (left, top), (right, bottom) = shape.moves[0][1][0], shape.moves[2][1][0]
        seen[int(top) : int(bottom), int(left) : int(right)] = 1
    assert len(found.shapes) == 4 and torch.equal(seen, found.layer[..., 3])


@pytest.mark.parametrize("right_bound", [False, True])
def test_the_bar_code_stands_below_on_the_back_beside_the_spine(right_bound):
    flat = Flat(PAGE, 6.0, 20.0, right_bound)
    found = joined(flat, {}, code())
    rows, columns = (np.flatnonzero(found.layer[..., 3].numpy().any(axis)) for axis in (1, 0))
    scale = 100 / 25.4
    left, right = flat.panels["back"]
    beside = columns[0] - left if right_bound else right - columns[-1] - 1
    assert beside == pytest.approx(SAFE_MM * scale, abs=1.5)
    assert flat.sheet.pixels[1] - rows[-1] - 1 == pytest.approx((SAFE_MM + 3) * scale, abs=1.5)
    assert left < columns[0] and columns[-1] < right
    assert found.layer[rows[0] : rows[-1], columns[0] : columns[-1], 3].min() == 1 and not found.under.any()


def test_a_bar_code_that_is_wider_than_the_back_is_refused():
    with pytest.raises(UserError, match=r"Expected a back of at least .* got 40 x 90 mm: lower barcode_size"):
        joined(Flat(Trim(40, 90, 3, 100), 6.0, 0.0), {}, code())
