"""The judge of the small world against the scenes that were drawn."""

import random
from dataclasses import replace

import numpy as np
import pytest
from dancheong.testing.world.drawing import draw, ground
from dancheong.testing.world.judge import TOPIC, judge, right
from dancheong.testing.world.scene import (
    COLOURS,
    GROUNDS,
    MARKS,
    SHAPES,
    SIZES,
    STYLES,
    TOPICS,
    Scene,
    Thing,
    some_scene,
)
from scipy import ndimage

LAID = (None, *TOPICS, *(mark for mark in MARKS if mark not in TOPIC))
"""What may be laid over a picture: a mark that is a topic's is called by the topic."""


def plain(picture, _):
    return picture


def blurred(picture, _):
    return ndimage.gaussian_filter(picture.astype(float), (0.8, 0.8, 0))


def grainy(picture, seed):
    return picture + np.random.default_rng(seed).normal(0, 14, picture.shape)


def read(picture):
    return judge(np.clip(np.round(picture), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("spoil", "count"), [(plain, 60), (blurred, 20), (grainy, 20)])
def test_what_was_drawn_is_read(spoil, count):
    chance = random.Random(11)
    for seed in range(count):
        meant = replace(some_scene(chance, two=0.4), topic=chance.choice(LAID), style=chance.choice((None, *STYLES)))
        verdict = read(spoil(draw(meant, seed), seed))
        assert verdict.scene == meant, f"seed {seed}"
        assert verdict.sure > 0.9


@pytest.mark.parametrize("laid", LAID)
def test_every_mark_is_told_from_every_other(laid):
    meant = Scene("yellow", (Thing("red", "circle", "large", "middle"),), laid)
    for seed, spoil in enumerate((plain, blurred, grainy)):
        assert read(spoil(draw(meant, seed), seed)).scene == meant


def other(names, name):
    return names[(names.index(name) + 1) % len(names)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("ground", lambda scene, thing: replace(scene, ground=other(GROUNDS, scene.ground))),
        ("colour", lambda scene, thing: replace(scene, things=(replace(thing, colour=other(COLOURS, thing.colour)),))),
        ("shape", lambda scene, thing: replace(scene, things=(replace(thing, shape=other(SHAPES, thing.shape)),))),
        ("size", lambda scene, thing: replace(scene, things=(replace(thing, size=other(SIZES, thing.size)),))),
        ("place", lambda scene, thing: replace(scene, things=(replace(thing, place="middle"),))),
    ],
)
def test_one_wrong_word_is_told_and_no_other(kind, change):
    meant = Scene("green", (Thing("red", "circle", "small", "left"),))
    seen = read(draw(change(meant, meant.things[0]), 1)).scene
    assert {name for name, same in right(seen, meant).items() if not same} == {kind}


def test_a_thing_too_many_makes_nothing_of_things_right():
    one, two = Thing("red", "circle", "small", "left"), Thing("blue", "star", "large", "right")
    seen = read(draw(Scene("green", (one, two)), 2)).scene
    assert right(seen, Scene("green", (one,))) == {
        "ground": True,
        "colour": False,
        "shape": False,
        "size": False,
        "place": False,
    }


def test_a_bare_ground_shows_no_thing():
    verdict = read(ground("blue", "stripes"))
    assert (verdict.scene, verdict.sure) == (Scene("blue", (), style="stripes"), 0.0)


def test_a_blot_is_no_sure_shape():
    picture = ground("yellow", None)
    down, across = np.mgrid[:64, :64]
    picture[((down - 32) ** 2 + (across - 32) ** 2 < 150) & (down < across)] = (40, 84, 204)
    assert read(picture).sure < 0.85


def test_the_same_seed_draws_the_same_picture():
    scene = Scene("purple", (Thing("green", "triangle", "large", "middle"),), "politics")
    assert np.array_equal(draw(scene, 3), draw(scene, 3))
    assert not np.array_equal(draw(scene, 3), draw(scene, 4))
