"""As news desks have them: batches of several agencies, bursts of one scene, caption bars, marks in two corners."""

import json

import numpy as np
import pytest
import torch
from dancheong.nodes.watermark.learning import learn
from dancheong.nodes.watermark.mark import ANCHORS
from dancheong.nodes.watermark.removing.choice import choose
from dancheong.testing.scenes import agencies
from dancheong.testing.scenes import watermark as scenes
from PIL import Image

PLACES = tuple(ANCHORS)


def mixed(sizes, seed, opacity=0.5):
    """Pictures of several agencies in a random order, and whose each is."""
    rng = np.random.default_rng(seed)
    truths, owners = [], []
    for number, size in sizes.items():
        truths += scenes.marked(size, seed + number, agencies.agency(number), opacity)
        owners += [number] * size
    order = rng.permutation(len(owners))
    return [truths[number] for number in order], [owners[number] for number in order]


def images(truths):
    return torch.from_numpy(np.stack([truth.picture for truth in truths])).float() / 255


@pytest.mark.parametrize("sizes", [{0: 10, 1: 10}, {2: 7, 3: 7, 5: 7}])
def test_a_batch_of_several_agencies_is_learned_as_several_marks(sizes):
    truths, owners = mixed(sizes, 40)
    learned = learn.learn([truth.picture for truth in truths], PLACES)
    assert len(learned.families) == len(learned.watermark.every) == len(sizes)
    for family in learned.families:
        numbers = learned.numbers(family)
        whose = {owners[number] for number in numbers}
        assert len(whose) == 1 and len(numbers) >= 0.8 * sizes[whose.pop()]
    assert f"carry {len(sizes)} marks" in learned.report


def test_a_mixed_batch_is_cleaned_by_the_node_each_with_its_own_mark(comfy):
    truths, _ = mixed({0: 10, 3: 10}, 50)
    photos = images(truths)
    mark, mask, _, report = comfy.node("DancheongLearnWatermark", images=photos, agency="가나")
    assert "2 marks" in report and "of 가나 is not known, so none bears its name" in report
    assert [one.agency for one in mark.every] == ["", ""] and mask.shape == (1, 480, 640)
    cleaned, touched, said = comfy.node("DancheongCleanWatermark", image=photos, watermark=mark)
    assert said.count("was removed") >= 18
    assert torch.equal(cleaned[touched == 0], photos[touched == 0])
    gains = [
        scenes.psnr((picture * 255).numpy(), truth) - scenes.psnr(truth.picture, truth)
        for picture, truth, done in zip(cleaned, truths, touched, strict=True)
        if done.any()
    ]
    assert min(gains) > 5 and np.mean(gains) > 15


def test_a_mark_like_it_leaves_the_picture_bit_identical_and_is_told(comfy, base):
    photos = images(scenes.marked(3, 60, agencies.agency(1), 0.5))
    mark = scenes.exact(agencies.agency(0), 0.5, "가나뉴스")
    cleaned, touched, said = comfy.node("DancheongCleanWatermark", image=photos, watermark=mark)
    assert torch.equal(cleaned, photos) and not touched.any()
    assert said.count("nothing changed; something like the mark of 가나뉴스") == 3 and said.count("was left") == 3


def test_what_was_left_in_doubt_is_written_into_saved_pictures(comfy, base):
    photos = images(scenes.marked(1, 60, agencies.agency(1), 0.5))
    mark = scenes.exact(agencies.agency(0), 0.5, "가나뉴스")
    prompt = {
        "node": {
            "class_type": "DancheongCleanWatermark",
            "inputs": {"image": ["photos", 0], "watermark": ["mark", 0], "method": "auto", "agencies": ""},
        },
        "save": {"class_type": "SaveImage", "inputs": {"images": ["node", 0], "filename_prefix": "doubted"}},
    }
    assert not comfy.run({**prompt, **comfy.provide(photos=photos, mark=mark)}, extra={}).error
    told = json.loads(Image.open(next((base / "output").glob("doubted*.png"))).text["dancheong_watermark"])
    assert told["pictures"] == 0 and told["agencies"] == []
    (left,) = told["left"]
    assert left.startswith("something like the mark of 가나뉴스 at (") and "is explained by it only to" in left


@pytest.mark.parametrize(("seed", "panned"), [(11, 0), (13, 0), (14, 0), (2, 3), (3, 12)])
def test_a_burst_without_a_mark_teaches_nothing(seed, panned):
    with pytest.raises(learn.NoMark):
        learn.learn(agencies.burst(14, seed, panned), PLACES)


def test_a_burst_among_pictures_of_an_agency_is_left_aside():
    truths = scenes.marked(12, 70, agencies.agency(0), 0.5)
    shots = agencies.burst(8, 4)
    learned = learn.learn([truth.picture for truth in truths] + shots, PLACES)
    (family,) = learned.families
    assert set(learned.numbers(family)) <= set(range(12)) and len(family.numbers) >= 11


def test_a_mark_above_a_caption_bar_is_learned():
    """The bar's edge repeats more clearly than the mark."""
    pictures = []
    for number, truth in enumerate(scenes.marked(20, 80, None, quality=None)):
        ground = truth.picture.copy()
        ground[440:] = 250
        picture = scenes.overlaid(ground, agencies.agency(0), 0.5, [(434, 372)])
        pictures.append(scenes.jpeg(agencies.written(picture, agencies.CAPTIONS[number % 3], (8, 450)), 85))
    learned = learn.learn(pictures, PLACES)
    (mark,) = learned.watermark.every
    assert mark.alpha.shape[0] < 90 and len(learned.carrying) >= 18
    x, y = mark.place((640, 480), 1.0)
    assert 400 < x < 440 and 350 < y < 375


def test_both_corners_are_cleaned_and_counted(comfy):
    ground = scenes.scene(np.random.default_rng(6), scenes.photo("coffee"), (640, 480))
    picture = scenes.jpeg(scenes.overlaid(ground, agencies.agency(0), 0.5, [(434, 412), (16, 16)]), 90)
    photo = torch.from_numpy(picture)[None].float() / 255
    mark = scenes.exact(agencies.agency(0), 0.5, "가나뉴스")
    cleaned, touched, said = comfy.node("DancheongCleanWatermark", image=photo, watermark=mark)
    assert "the mark of 가나뉴스 was removed at 2 places" in said
    assert touched[0, :70, :210].any() and touched[0, 410:, 430:].any()
    again = choose((cleaned[0] * 255).round().numpy().astype(np.uint8), (mark,))
    assert again.placed == ()
