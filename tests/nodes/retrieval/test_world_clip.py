"""A CLIP that learned the small world: what the nodes tell of pictures that it never saw is right."""

import random

import pytest
import torch
from dancheong.testing.models import clip_pair
from dancheong.testing.world import pair, telling

COUNT = 60
"""Pictures, of the 500 of benchmarks/retrieval_world.py."""
MOST_BYTES = 400_000


def halves(comfy, model, name):
    with torch.inference_mode():
        return {"clip": comfy.korean_clip(f"{name}/")[0], "clip_vision": clip_pair.vision(model)}


@pytest.fixture(scope="module")
def world(comfy, base):
    return halves(comfy, pair.write(base / "models" / "text_encoders" / "world"), "world")


@pytest.fixture(scope="module")
def found():
    return pair.some(random.Random(91), COUNT, True)


@pytest.fixture(scope="module")
def image(found):
    return telling.pictures(found, 7_000_000)


@pytest.mark.parametrize("mode", telling.MOST)
def test_an_inverted_prompt_names_what_is_seen(comfy, world, found, image, mode):
    right = telling.inversion(comfy.lists, world, found, image, mode)
    assert all(right[kind] >= 0.9 for kind in telling.ASKED), right
    other = telling.inversion(comfy.lists, world, found[1:] + found[:1], image, mode)
    assert other["all four"] < 0.1


def test_a_wrong_word_goes_and_no_other(comfy, world, found, image):
    right = telling.checks(comfy.lists, world, found, image, seed=0)
    assert right["the wrong word alone went"] >= 0.9, right


def test_a_pictures_style_comes_first(comfy, world, found, image):
    recall = telling.styles(comfy.lists, world, found, image)
    assert min(recall.values()) >= 0.95, recall


def test_what_is_kept_is_small():
    assert sum(path.stat().st_size for path in pair.KEPT.iterdir()) <= MOST_BYTES
