"""Marks are learned from photographs whose truth is known, and what was under them comes back."""

import cv2
import numpy as np
import pytest
from dancheong.nodes.erase.opencv import inpaint
from dancheong.nodes.ground import UserError
from dancheong.nodes.watermark.learning import learn, trace
from dancheong.nodes.watermark.mark import ANCHORS
from dancheong.nodes.watermark.removing import clean
from dancheong.testing.scenes import watermark as scenes
from PIL import Image, ImageDraw, ImageFont

CORNERS = tuple(ANCHORS)


def taught(truths, box=None):
    return learn.learn([truth.picture for truth in truths], CORNERS, box)


def restored(picture, mark):
    at = clean.find(picture, mark)
    if at is None:
        return picture
    over = clean.lay(picture, mark, at)
    filled = inpaint(picture[over.rows, over.columns], over.touched, "telea").astype(np.float32)
    result = picture.astype(np.float32)
    result[over.rows, over.columns][over.touched] = clean.unblend(picture, over, filled)[over.touched]
    return result


def quality(truths, mark):
    return np.mean([scenes.psnr(restored(truth.picture, mark), truth) for truth in truths])


def telea(truths):
    masks = [cv2.dilate((truth.coverage > 0.05).astype(np.uint8), np.ones((5, 5), np.uint8)) for truth in truths]
    return np.mean(
        [
            scenes.psnr(inpaint(truth.picture, mask > 0, "telea"), truth)
            for truth, mask in zip(truths, masks, strict=True)
        ]
    )


@pytest.mark.parametrize(
    ("opacity", "options", "least"),
    [
        (0.3, {}, 35),
        (0.5, {}, 33),
        (0.7, {}, 30),
        (0.5, {"quality": 60}, 30),
        (0.5, {"quality": None}, 42),
        (0.5, {"jitter": 3}, 32),
        (0.5, {"place": "top left"}, 34),
    ],
)
def test_what_was_under_the_mark_comes_back(mark, opacity, options, least):
    truths = scenes.marked(20, 2, mark, opacity, **options)
    learned = taught(truths)
    found = quality(truths, learned.watermark)
    assert found > least and found > telea(truths) + 3
    assert len(learned.carrying) == 20 and learned.confidence > 2 * learn.CARRIES
    over = clean.lay(truths[0].picture, learned.watermark, clean.find(truths[0].picture, learned.watermark))
    alpha = np.zeros(truths[0].coverage.shape)
    alpha[over.rows, over.columns] = over.alpha
    error = np.abs(alpha - opacity * truths[0].coverage)[scenes.inside(truths[0])].mean()
    assert error < (0.035 if options.get("quality", 85) == 60 else 0.02)


def test_coloured_and_two_coloured_marks(mark, korean_font):
    black = scenes.Mark(mark.coverage, np.zeros_like(mark.colour))
    truths = scenes.marked(20, 0, black, 0.5)
    learned = taught(truths).watermark
    # One is black where the mark lies: whether it carries it, nobody can tell.
    assert sum(clean.find(truth.picture, learned) is not None for truth in truths) == 19
    assert quality(truths, learned) > 33
    letters = Image.new("L", (150, 40))
    ImageDraw.Draw(letters).text((42, 4), "뉴시스N", 255, ImageFont.truetype(str(korean_font), 26))
    ImageDraw.Draw(letters).ellipse((4, 5, 34, 35), 255)
    colour = np.full((40, 150, 3), 255.0)
    colour[:, :38] = scenes.RED
    truths = scenes.marked(20, 0, scenes.Mark(np.asarray(letters) / 255.0, colour), 0.5)
    learned = taught(truths).watermark
    disc, word = learned.alpha > 0.3, learned.alpha > 0.3
    disc[:, learned.alpha.shape[1] // 3 :] = False
    word[:, : learned.alpha.shape[1] // 3] = False
    assert np.abs(np.median(learned.colour[word], axis=0) - 255).max() < 12
    assert np.abs(np.median(learned.colour[disc], axis=0) - scenes.RED).max() < 45
    assert quality(truths, learned) > 31


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.3, 2.0])
def test_a_mark_is_found_and_removed_at_other_sizes(mark, learned, factor):
    truths = scenes.marked(5, 77, mark, 0.5, portal=factor)
    at = clean.find(truths[0].picture, learned.watermark)
    assert at.scale == pytest.approx(factor, rel=0.004)
    assert quality(truths, learned.watermark) > 32


def test_collections_of_several_sizes(mark):
    sizes = ((640, 480), (720, 480), (640, 560))
    fixed = [truth for seed, size in enumerate(sizes) for truth in scenes.marked(7, seed, mark, 0.5, size=size)]
    learned = taught(fixed)
    assert not learned.scaled and quality(fixed, learned.watermark) > 31
    grown = [
        truth
        for seed, factor in enumerate((1.0, 0.8, 1.25))
        for truth in scenes.marked(7, seed, mark, 0.5, portal=factor)
    ]
    learned = taught(grown)
    assert learned.scaled and quality(grown, learned.watermark) > 29


def test_large_pictures_are_searched_small_and_learned_whole(mark):
    truths = scenes.marked(12, 1, mark, 0.5, size=(1600, 1200))
    learned = taught(truths)
    assert learned.watermark.reference == (1600, 1200)
    assert quality(truths, learned.watermark) > 31


def test_few_pictures_in_a_box_and_never_far_below_inpainting(mark):
    for opacity, least in ((0.3, 31), (0.5, 30), (0.7, 28)):
        truths = scenes.marked(5, 0, mark, opacity)
        learned = taught(truths, (340 / 640, 350 / 480, 1.0, 1.0)).watermark
        ours = [scenes.psnr(restored(truth.picture, learned), truth) for truth in truths]
        assert np.mean(ours) > least
        assert min(value - telea([truth]) for value, truth in zip(ours, truths, strict=True)) > -3
    with pytest.raises(UserError, match="Expected at least 10 pictures"):
        taught(truths)
    with pytest.raises(UserError, match="Expected at least 3 pictures"):
        taught(truths[:2], (0.5, 0.5, 1.0, 1.0))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_learned_where_nothing_repeats(seed):
    with pytest.raises(learn.NoMark, match="No mark was found"):
        taught(scenes.marked(20, 30 + seed, None))


def test_pictures_without_the_mark_are_left_aside(mark):
    truths = scenes.marked(16, 0, mark, 0.5) + scenes.marked(4, 50, None)
    learned = taught(truths)
    assert learned.carrying == tuple(range(16))
    assert quality(truths[:16], learned.watermark) > 32


@pytest.mark.parametrize("place", ["bottom centre", "top centre", "centre centre", "top right"])
def test_marks_in_other_places(mark, place):
    truths = scenes.marked(20, 5, mark, 0.5, place=place)
    learned = taught(truths)
    assert learned.watermark.anchor == {"centre centre": "centre"}.get(place, place.removesuffix(" centre"))
    assert quality(truths, learned.watermark) > 32


def test_large_marks_are_learned_at_half_size(mark):
    large = scenes.Mark(cv2.resize(mark.coverage, (900, 246)), np.full((246, 900, 3), 255.0))
    truths = scenes.marked(12, 2, large, 0.4, size=(1600, 1000), place="centre centre")
    learned = taught(truths).watermark
    assert learned.reference == (800, 500)
    assert quality(truths[:3], learned) > 33


def test_pictures_that_lie_whole_pixels_apart_are_not_interpolated(mark):
    truths = scenes.marked(20, 0, mark, 0.5, jitter=1)
    found = next(trace.look([truth.picture for truth in truths], CORNERS, None, lambda: None))
    assert np.median(np.abs(found.trace.shifts - found.trace.shifts.round()), axis=0).max() < 0.2
    assert np.ptp(found.trace.shifts.round(), axis=0).tolist() == [2, 2]


def test_nothing_is_seen_where_nothing_is(learned):
    assert not any(clean.find(truth.picture, learned.watermark) for truth in scenes.marked(24, 60, None))
    for size in ((5, 7), (1, 1), (60, 12000)):
        assert clean.find(np.zeros((*size, 3), np.uint8), learned.watermark) is None


def test_frames_of_one_film_teach_nothing(mark):
    """Everything repeats in them: taking it away would take the picture."""
    frame = scenes.marked(1, 0, mark, 0.5)[0].picture
    moving = [frame.copy() for _ in range(14)]
    for number, picture in enumerate(moving):
        picture[100:200, 20 * number : 20 * number + 90] = 255 - picture[100:200, 20 * number : 20 * number + 90]
    for frames in ([frame] * 12, moving):
        with pytest.raises(learn.NoMark, match="The pictures look alike"):
            learn.learn(frames, CORNERS)
