"""Rounds of erasing: what later looks may take, and when they end."""

import numpy as np
from dancheong.nodes.erase.rounds import erase
from dancheong.nodes.text_mask import Region, area_of

SIZE = (400, 600)


def region(left, top, right, bottom):
    return Region(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32), 1.0)


CAPTION, PHOTOGRAPH = region(50, 340, 350, 360), region(50, 40, 550, 345)


def run(*looks, draw=lambda found: area_of(found, SIZE, 0), most=3):
    """The rounds over what each look shows, the last one for ever; and the masks that were filled."""
    filled, queue = [], list(looks)
    done = erase(SIZE, lambda: queue.pop(0) if len(queue) > 1 else queue[0], draw, filled.append, most)
    return done, filled


def test_a_photograph_that_touches_an_erased_caption_stays():
    done, filled = run([CAPTION], [PHOTOGRAPH], [])
    assert done.counts == [1, 0] and len(filled) == 1
    assert not done.erased[:335].any()


def test_what_remains_of_letters_is_erased():
    done, filled = run([CAPTION], [region(60, 338, 200, 352)], [])
    assert done.counts == [1, 1, 0] and len(filled) == 2 and not done.stopped


def test_no_mask_goes_beyond_the_reach_of_the_first_look():
    """A mask may be larger than its region: letters reach out of it."""
    done, _ = run([CAPTION], [region(60, 345, 200, 352)], [], draw=lambda found: area_of(found, SIZE, 300))
    first = area_of([CAPTION], SIZE, 300)
    assert (done.erased == first).all()
    done, _ = run([CAPTION], [CAPTION, CAPTION, PHOTOGRAPH], [], draw=lambda found: area_of(found, SIZE, 0))
    assert not done.erased[:325].any()


def test_a_round_that_would_erase_more_than_the_first_says_so_and_stops():
    masks = [area_of([region(50, 345, 90, 350)], SIZE, 0), area_of([CAPTION], SIZE, 0)]
    done, filled = run([CAPTION], [CAPTION], [], draw=lambda found: masks.pop(0))
    assert len(filled) == 1 and done.counts == [1, 1]
    assert done.stopped.startswith("Round 2 would have erased more than the first one")


def test_letters_that_are_half_gone_are_gone_on_with_though_they_are_as_many():
    masks = [area_of([region(50, 340, 200, 360)], SIZE, 0), area_of([region(200, 340, 340, 360)], SIZE, 0)]
    done, filled = run([CAPTION], [CAPTION], [], draw=lambda found: masks.pop(0))
    assert done.counts == [1, 1, 0] and len(filled) == 2


def test_a_filling_that_changes_nothing_ends_after_two_looks():
    done, filled = run([CAPTION], most=10)
    assert done.counts == [1, 1] and len(filled) == 1


def test_rounds_are_used_up():
    pieces = [[region(50 + 20 * n, 340, 350, 360)] for n in range(5)]
    masks = [area_of([region(50 + 20 * n, 340, 70 + 20 * n, 360)], SIZE, 0) for n in range(5)]
    done, filled = run(*pieces, draw=lambda found: masks.pop(0), most=2)
    assert done.counts == [1, 1, 1] and len(filled) == 2


def test_a_picture_without_text_is_looked_at_once():
    done, filled = run([])
    assert done.counts == [0] and not filled and not done.erased.any()
