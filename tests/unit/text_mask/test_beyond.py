"""Letters are found again beyond their region; the network here calls ink what is far from the ground's grey."""

import numpy as np
import pytest
from dancheong.nodes.text_mask.finding import beyond
from dancheong.nodes.text_mask.marking import letter_network
from dancheong.nodes.text_mask.regions import Region

GROUND, COLOUR = (128, 128, 128), (250, 240, 200)


@pytest.fixture(autouse=True)
def brightness(monkeypatch):
    def ink_of(patch):
        return (np.abs(patch.astype(int) - GROUND).max(axis=2) > 60).astype(np.float32)

    monkeypatch.setattr(letter_network, "ink_of", ink_of)


def page(*bars, size=(400, 900)):
    """A grey picture with upright bars as letters, each (left, top, right, bottom) or with a colour behind."""
    picture = np.full((*size, 3), GROUND, np.uint8)
    for left, top, right, bottom, *colour in bars:
        picture[top:bottom, left:right] = colour[0] if colour else COLOUR
    return picture


def region(left, top, right, bottom):
    return Region(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32), 0.9)


def letters_from(start, stop, top=150, bottom=230, colour=COLOUR):
    return [(x, top, x + 20, bottom, colour) for x in range(start, stop, 40)]


FOUND = region(300, 150, 440, 230)


def test_a_word_that_a_figure_parts_is_found_on_its_other_side():
    picture = page(*letters_from(300, 440), *letters_from(560, 680))
    own, other = beyond.continued(picture, [FOUND])
    assert np.array_equal(own.polygon, FOUND.polygon)
    assert other.polygon == pytest.approx(region(560, 150, 660, 230).polygon, abs=4)


def test_what_touches_a_region_is_not_taken():
    """The text network saw where the line ends."""
    assert beyond.continued(page(*letters_from(260, 480)), [FOUND]) == [FOUND]


@pytest.mark.parametrize(
    "stranger",
    [
        letters_from(560, 680, colour=(20, 20, 160)),  # another colour
        letters_from(560, 680, top=190, bottom=300),  # another line
        letters_from(560, 680, top=20, bottom=380),  # far higher
        letters_from(560, 680, top=180, bottom=200),  # far lower
        [(560, 186, 566, 192)],  # a speck
    ],
)
def test_what_is_not_of_the_line_stays(stranger):
    assert len(beyond.continued(page(*letters_from(300, 440), *stranger), [FOUND])) == 1


def test_text_that_has_a_region_of_its_own_gets_no_second_one():
    picture, other = page(*letters_from(300, 440), *letters_from(560, 680)), region(556, 146, 664, 234)
    assert beyond.continued(picture, [FOUND, other]) == [FOUND, other]


def test_small_print_is_not_followed():
    picture = page(*letters_from(300, 440, 150, 162), *letters_from(560, 680, 150, 162))
    small = region(300, 150, 440, 162)
    assert beyond.continued(picture, [small]) == [small]


def test_text_that_runs_downward_is_followed_downward():
    upright = np.ascontiguousarray(page(*letters_from(300, 440), *letters_from(560, 680)).transpose(1, 0, 2))
    _, other = beyond.continued(upright, [region(150, 300, 230, 440)])
    assert other.polygon == pytest.approx(region(150, 560, 230, 660).polygon, abs=4)
