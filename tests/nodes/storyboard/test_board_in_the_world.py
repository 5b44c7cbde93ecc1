"""On a board, too, the small world draws what captions say."""

import random

import pytest
from dancheong.testing.world import boards
from dancheong.testing.world.judging import Models
from dancheong.testing.world.sentence import sentence
from dancheong.testing.world.story import some_story


@pytest.fixture(scope="module")
def world(comfy):
    return Models(*comfy.node("LoadSmallWorld"))


@pytest.fixture(scope="module")
def stories():
    chance = random.Random(31)
    return [some_story(chance) for _ in range(12)]


def test_every_frame_shows_what_its_caption_names(comfy, world, stories):
    """Alone, of 100 pictures 99 have the colour and 95 the shape that is named; by chance 20 and 25."""
    named = [tuple(sentence(scene, "en", number) for scene in story.scenes) for number, story in enumerate(stories)]
    found = boards.shares(boards.drawn(comfy.node, world, stories, named, seed=3), stories)
    assert found["ground"] > 85 and found["colour"] > 85 and found["shape"] > 60
