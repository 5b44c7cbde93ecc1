"""Where frames lie on a storyboard, and which of them are known."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.storyboard.board import Board, chosen, which_are_known


def board(frames=5, columns=2, known=None, width=64, height=128):
    return Board(tuple(map(str, range(frames))), columns, width, height, known or {}, 0.0)


@pytest.mark.parametrize(
    ("task", "named", "pictures", "known"),
    [
        ("visualize", "", 0, []),
        ("continue", "", 2, [0, 1]),
        ("infill", "", 2, [0, 4]),
        ("infill", " ", 3, [0, 1, 4]),
        ("replace", "1, 3,4", 3, [0, 2, 3]),
        ("continue", "5 2", 2, [4, 1]),
    ],
)
def test_a_task_says_which_frames_are_known(task, named, pictures, known):
    assert which_are_known(task, named, pictures, 5) == known


@pytest.mark.parametrize(
    ("task", "named", "pictures", "said"),
    [
        ("visualize", "", 1, "no known frames to visualize a story, got 1 pictures"),
        ("visualize", "2", 0, "got 0 pictures and '2'"),
        ("continue", "", 0, "known pictures to continue a story, got none"),
        ("continue", "", 5, "fewer known pictures than the 5 frames, got 5"),
        ("infill", "", 1, "two pictures, one before and one after the gap to infill"),
        ("replace", "", 4, "the numbers of the frames to keep to replace"),
        ("replace", "0", 1, "from 1 to 5, each once, such as 1, 3, got '0'"),
        ("replace", "6", 1, "got '6'"),
        ("replace", "2, 2", 2, "got '2, 2'"),
        ("replace", "one", 1, "got 'one'"),
        ("replace", "1,2,3,4,5", 5, "a frame to draw, got all 5 named"),
    ],
)
def test_frames_that_do_not_fit_the_task_are_refused(task, named, pictures, said):
    with pytest.raises(UserError, match=said):
        which_are_known(task, named, pictures, 5)


def test_pictures_are_those_of_the_known_frames_or_of_all():
    pictures = torch.arange(5.0)
    assert chosen([4, 1], pictures[:2], 5) == {4: 0, 1: 1}
    assert chosen([4, 1], pictures, 5) == {4: 4, 1: 1}
    with pytest.raises(UserError, match=r"each of 2 known frames, or one for each of all 5, got 3"):
        chosen([4, 1], pictures[:3], 5)


def test_a_canvas_comes_apart_as_it_was_laid():
    frames = torch.rand(5, 128, 64, 3, generator=torch.Generator().manual_seed(0))
    held = dict(enumerate(frames))
    laid = board(known=held)
    canvas = laid.canvas()
    assert canvas.shape == (1, 3 * 128, 2 * 64, 3)
    assert torch.equal(canvas[0, 128:256, 64:], frames[3]) and bool((canvas[0, 256:, 64:] == 0.5).all())
    assert torch.equal(board().split(canvas), frames)
    assert torch.equal(board().split(torch.cat([canvas, canvas * 0])), torch.cat([frames, frames * 0]))


def test_known_frames_come_back_bit_for_bit_and_are_not_drawn():
    picture = torch.rand(128, 64, 3, generator=torch.Generator().manual_seed(0))
    held = board(known={2: picture})
    found = held.split(torch.zeros(2, 384, 128, 3))
    assert found.shape == (10, 128, 64, 3)
    assert (
        torch.equal(found[2], picture)
        and torch.equal(found[7], picture)
        and found.count_nonzero() == 2 * (picture.count_nonzero())
    )
    mask = held.to_draw(8)
    assert mask.shape == (1, 48, 16)
    assert bool((mask[0, 16:32, :8] == 0).all()) and mask.sum() == 48 * 16 - 16 * 8


def test_a_canvas_of_another_size_is_refused():
    with pytest.raises(UserError, match=r"at its own size, 128 x 384 px, got 256 x 768 px"):
        board().split(torch.zeros(1, 768, 256, 3))


@pytest.mark.parametrize(("frames", "columns", "rows"), [(1, 1, 1), (4, 2, 2), (5, 2, 3), (5, 5, 1), (12, 1, 12)])
def test_the_last_row_may_not_be_full(frames, columns, rows):
    assert board(frames, columns).rows == rows
