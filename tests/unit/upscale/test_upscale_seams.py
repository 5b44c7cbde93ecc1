"""Which part of a picture the seam test takes, which halos it tries, and what it says of them."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.upscale.seams import Seam, halos, least_width, measure, report, strip


@pytest.mark.parametrize(("size", "width", "expected"), [((120, 200), 150, (75, 150)), ((50, 68), 192, (50, 68))])
def test_the_strip_is_the_middle(size, width, expected):
    picture = torch.arange(size[0] * size[1]).view(*size, 1)
    found = strip(picture, width)
    assert found.shape == (*expected, 1)
    top, left = divmod(int(found[0, 0]), size[1])
    bottom, right = divmod(int(found[-1, -1]), size[1])
    assert abs(top - (size[0] - 1 - bottom)) <= 1 and abs(left - (size[1] - 1 - right)) <= 1


@pytest.mark.parametrize("multiple", [1, 32])
@pytest.mark.parametrize("halo", [3, 32])
def test_halos_leave_something_unseen(halo, multiple):
    width = least_width(halo, multiple)
    found = halos(width, halo, multiple)
    assert halo in found and found == sorted(set(found))
    assert all(least_width(each, multiple) <= width for each in found)
    with pytest.raises(UserError, match=f"at least {width} px wide to test a halo of {halo} px, got {width - 1} px"):
        halos(width - 1, halo, multiple)


def test_a_seam_is_the_largest_difference_to_the_whole():
    """A network that gives 0 in one piece, and in two as much as the halo lacks of 8 px."""

    def run(cut):
        missing = max(0, 8 - cut.halo) if cut.columns == 2 else 0
        yield torch.full((4, 40, 3), missing / 255)

    found = list(measure(run, 40, 4, 1, [2, 5, 8]))
    assert [seam.halo for seam in found] == [2, 5, 8]
    assert [seam.error for seam in found] == pytest.approx([6, 3, 0], abs=1e-5)


def seam(halo, error):
    return Seam(halo, error, torch.zeros(1))


def test_the_least_halo_that_is_enough_is_named():
    told = report([seam(4, 7.5), seam(8, 1.0), seam(16, 0.25)], own=16, exact=True).splitlines()
    assert told == [
        "Halo 4 px: up to 7.5000 of 1/255.",
        "Halo 8 px: up to 1.0000 of 1/255.",
        "Halo 16 px: up to 0.2500 of 1/255.",
        "This model gets 16 px, its reach, so only rounding is left.",
        "8 px are enough for at most 1/255 on this picture.",
    ]


def test_a_model_that_no_halo_is_enough_for_is_told():
    told = report([seam(4, 7.5), seam(32, 1.1)], own=32, exact=False)
    assert "This model gets 32 px, by default." in told
    assert told.endswith("this model looks at the whole picture; give it more memory, fewer tiles.")
