"""Which word goes where, which square is seen, and that nothing outside of the area changes."""

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.text_edit import crop, placement
from dancheong.nodes.text_edit.placement import Area, Line


def mask_with(size, *boxes):
    mask = np.zeros((size[1], size[0]), bool)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    return mask


def solid(left, top, width, height):
    return Area(left, top, np.ones((height, width), bool))


def test_lines_are_words():
    assert placement.lines(" ARTI \n\n COVER\n", numbered=False) == [Line("ARTI"), Line("COVER")]
    assert placement.lines("3: ARTI", numbered=False) == [Line("3: ARTI")]
    assert placement.lines("3: ARTI\n 1:COVER", numbered=True) == [Line("ARTI", 3), Line("COVER", 1)]
    assert placement.lines("ARTI\nCOVER", numbered=True) == [Line("ARTI"), Line("COVER")]


@pytest.mark.parametrize(("text", "part"), [("", "no word"), (" \n ", "no word"), ("1: ARTI\nCOVER", "Some lines")])
def test_lines_that_say_nothing_clear_are_refused(text, part):
    with pytest.raises(UserError, match=part):
        placement.lines(text, numbered=True)


def test_regions_are_taken_by_number_or_in_turn():
    masked = (True, False, True)
    assert placement.numbers([Line("A", 2), Line("B", 1)], masked) == [2, 1]
    assert placement.numbers([Line("A"), Line("B")], masked) == [1, 3]
    for lines, part in (
        ([Line("A", 4)], "1 to 3"),
        ([Line("A", 0)], "1 to 3"),
        ([Line("A", 2), Line("B", 2)], "two words"),
        ([Line("A")], "2 masked regions, got 1"),
    ):
        with pytest.raises(UserError, match=part):
            placement.numbers(lines, masked)
    with pytest.raises(UserError, match="No text was found"):
        placement.numbers([Line("A", 1)], ())


def test_pieces_of_a_mask_are_read_row_by_row():
    boxes = [(60, 8, 90, 36), (5, 10, 40, 44), (10, 60, 95, 80)]
    pieces = placement.split(mask_with((100, 100), *boxes), 3)
    assert [(piece.left, piece.top, piece.width, piece.height) for piece in pieces] == [
        (5, 10, 35, 34), (60, 8, 30, 28), (10, 60, 85, 20),
    ]  # fmt: skip
    assert all(piece.mask.all() for piece in pieces)
    (one,) = placement.split(mask_with((100, 100), *boxes), 1)
    assert (one.left, one.top, one.width, one.height) == (5, 8, 90, 72)
    with pytest.raises(UserError, match=r"2 separate pieces.*got 3"):
        placement.split(mask_with((100, 100), *boxes), 2)
    with pytest.raises(UserError, match="Nothing is masked"):
        placement.split(mask_with((100, 100)), 1)


def test_the_square_is_the_trainings():
    square = crop.around(solid(400, 500, 200, 80), (2000, 1500), context=15)
    assert square.side == round((15 * 200 * 80) ** 0.5) == 490
    assert (square.left, square.top) == (500 - 245, 540 - 245)
    # A long word: never so tight that it touches the rim.
    assert crop.around(solid(100, 100, 900, 30), (2000, 1500), context=4).side == int(900 * 1.15) + 8
    # At the border: moved inside, not cut.
    corner = crop.around(solid(1900, 0, 100, 60), (2000, 1500), context=15)
    assert (corner.left + corner.side, corner.top) == (2000, 0)
    # A small picture: all of it; a word longer than the short side: beyond it, mirrored.
    assert crop.around(solid(10, 10, 50, 20), (100, 80), context=30) == crop.Square(0, 0, 80)
    beyond = crop.around(solid(10, 10, 500, 20), (520, 60), context=15)
    assert beyond.side == 583 and beyond.left == -31 and beyond.top < 0


def test_beyond_the_border_the_picture_is_mirrored():
    picture = np.random.default_rng(0).random((20, 30, 3), np.float32)
    seen = crop.cut(picture, crop.Square(-5, -10, 40), 40)
    np.testing.assert_array_equal(seen[10:30, 5:35], picture)
    np.testing.assert_array_equal(seen[9, 5:35], picture[0])
    np.testing.assert_array_equal(seen[10:30, 4], picture[:, 0])
    np.testing.assert_array_equal(seen[30, 5:35], picture[-1])
    tiny = crop.cut(np.full((1, 1, 3), 0.25, np.float32), crop.Square(-20, -20, 40), 64)
    np.testing.assert_allclose(tiny, 0.25, atol=1e-6)


def test_a_mask_that_no_latent_cell_sees_is_refused():
    assert crop.mask_of(solid(10, 10, 60, 30), crop.Square(0, 0, 256), 256).sum() == 60 * 30
    with pytest.raises(UserError, match="too small"):
        crop.mask_of(solid(9, 9, 3, 3), crop.Square(0, 0, 256), 256)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("square", [crop.Square(0, 0, 64), crop.Square(-8, -8, 80), crop.Square(5, 7, 40)])
def test_pasting_changes_the_area_alone(channels, square):
    random = np.random.default_rng(1)
    before = random.standard_normal((64, 64, channels)).astype(np.float32)  # out of range and negative: bits are kept
    before[0, 0] = np.nan
    edited = random.random((32, 32, 3), np.float32)
    shape = random.random((20, 24)) > 0.4
    shape[0, 0] = shape[-1, -1] = True
    after = before.copy()
    crop.paste(after, edited, Area(12, 14, shape), square, feather=0)
    inside = np.zeros((64, 64), bool)
    inside[14:34, 12:36] = shape
    np.testing.assert_array_equal(after[~inside].view(np.uint32), before[~inside].view(np.uint32))
    assert (after[inside][:, :3] != before[inside][:, :3]).any(axis=1).all()
    if channels == 4:
        np.testing.assert_array_equal(after[..., 3], before[..., 3])


def test_the_feather_fades_in_from_the_rim():
    result = np.zeros((40, 40, 3), np.float32)
    crop.paste(result, np.ones((40, 40, 3), np.float32), solid(10, 10, 20, 20), crop.Square(0, 0, 40), feather=4)
    np.testing.assert_allclose(result[20, 10:16, 0], [0.2, 0.4, 0.6, 0.8, 1, 1], atol=1e-6)
    assert result[20, 9, 0] == 0
    # At the picture's border the area ends as well.
    whole = np.zeros((16, 16, 3), np.float32)
    crop.paste(whole, np.ones((16, 16, 3), np.float32), solid(0, 0, 16, 16), crop.Square(0, 0, 16), feather=1)
    assert whole[0, 0, 0] == 0.5 and whole[8, 8, 0] == 1


def pasted(mask, feather):
    """How much of the edit every px takes, and whether the feather had room."""
    result = np.zeros((*mask.shape, 3), np.float32)
    edited = np.ones((max(mask.shape),) * 2 + (3,), np.float32)
    room = crop.paste(result, edited, Area(0, 0, mask), crop.Square(0, 0, max(mask.shape)), feather)
    return result[..., 0], room


@pytest.mark.parametrize("feather", [0, 1, 4, 10, 40, 256])
def test_the_middle_of_a_word_is_replaced_whatever_the_feather(feather):
    for size in [(1, 1), (1, 30), (2, 9), (7, 7), (12, 80), (40, 160), (120, 90)]:
        share, room = pasted(np.ones(size, bool), feather)
        margin = [-(-side // 4) for side in (min(size),) * 2]
        core = share[margin[0] : size[0] - margin[0], margin[1] : size[1] - margin[1]]
        assert (core == 1).all() and (share > 0).all()
        assert room == (not feather or min(size) >= 4 * (feather + 1) - 1)


def test_a_thin_part_of_a_thick_area_is_replaced_too():
    mask = np.zeros((100, 300), bool)
    mask[:, :100] = mask[46:54, 100:] = True
    share, room = pasted(mask, 24)
    assert not room
    assert (share[48:52, 110:290] == 1).all()  # the middle of the bar
    np.testing.assert_allclose(share[50, 4], 5 / 25, atol=1e-6)  # the box still has its feather
    assert share[50, 30] == 1


@pytest.mark.parametrize("feather", [0, 1, 4, 9])
def test_where_there_is_room_the_feather_is_what_was_asked_for(feather):
    share, room = pasted(np.ones((60, 80), bool), feather)
    wanted = np.minimum(np.arange(1, 31) / (feather + 1), 1)
    np.testing.assert_allclose(share[:30, 40], wanted, atol=1e-6)
    np.testing.assert_allclose(share[30, :30], wanted, atol=1e-6)
    assert room
