"""The kept world draws what sentences say that it never saw: the figures of benchmarks/README.md, on 100 of the 500."""

import json
import random
from dataclasses import replace

import pytest
import torch
from dancheong.testing.world import judging
from dancheong.testing.world.judge import KINDS
from dancheong.testing.world.nodes import KEPT
from dancheong.testing.world.scene import TOPICS, WORDS, scenes
from dancheong.testing.world.sentence import ORDERS, sentence

COUNT = 100
NAMED = tuple(kind for kind in KINDS if kind != "place")
MOST_BYTES, MOST_OF_WORLD = 4_000_000, 2_000_000


@pytest.fixture(scope="module")
def world(comfy):
    return judging.Models(*comfy.node("LoadSmallWorld"))


@pytest.fixture(scope="module")
def figures(root):
    """Of the kept weights, in percent of 500 sentences."""
    runs = json.loads((root / "benchmarks/figures/world.json").read_text(encoding="utf-8"))
    return next(run for run in reversed(runs) if "--write" in run["command"])["figures"]["drawing"][0]


@pytest.fixture(scope="module")
def meant():
    return scenes(random.Random(77), COUNT, True)


@pytest.fixture(scope="module")
def said(meant):
    return [sentence(scene, "en", number % ORDERS, places=False) for number, scene in enumerate(meant)]


@pytest.fixture(scope="module")
def seen(world, said):
    return judging.judged(judging.drawn(world, said, 5))


def test_kept_weights_give_their_figures(seen, meant, figures):
    found = judging.shares(seen, meant)
    for kind in (*NAMED, "all but place"):
        # Three standard deviations of a share of 100.
        spread = 3 * (figures[kind] * (100 - figures[kind]) / COUNT) ** 0.5
        assert found[kind] == pytest.approx(figures[kind], abs=max(spread, 4)), kind


def test_another_sentence_is_another_picture(seen, meant):
    """What the judge sees is of its own sentence: held against the sentence of another it is wrong."""
    found = judging.shares(seen, meant[1:] + meant[:1])
    assert found["ground"] < 40
    assert found["colour"] < 40
    assert found["all but place"] < 10


def test_a_sentence_that_is_not_listened_to_shows(world, said, meant):
    silent = judging.shares(judging.judged(judging.drawn(world, [""] * 20, 5)), meant[:20])
    assert silent["all but place"] < 30


def test_a_mark_is_drawn_where_it_is_named(world, meant):
    shown = [topic for topic in TOPICS if WORDS["topic"][topic]["in_base"]]
    marked = [replace(scene, topic=topic) for topic in shown for scene in meant[:12]]
    seen = judging.judged(judging.drawn(world, [sentence(scene, "en", marks=True) for scene in marked], 5))
    named = [verdict.scene.topic for verdict in seen]
    for number, topic in enumerate(shown):
        assert named[12 * number : 12 * (number + 1)].count(topic) >= 10, topic


def test_no_mark_is_drawn_where_none_is_named(seen):
    assert sum(verdict.scene.topic is not None for verdict in seen) <= 5


def test_the_code_keeps_what_a_picture_shows(world, meant):
    from dancheong.testing.world.drawing import draw

    pictures = torch.stack([torch.from_numpy(draw(scene, number)) for number, scene in enumerate(meant[:50])])
    back = world.vae.decode(world.vae.encode(pictures.float() / 255))
    seen = judging.judged((back * 255).round().byte().numpy())
    assert sum(verdict.scene != scene for verdict, scene in zip(seen, meant[:50], strict=True)) <= 1


def test_all_weights_together_stay_small(root):
    kept = [*KEPT.iterdir(), *(root / "nodes").rglob("*.safetensors")]
    assert sum(path.stat().st_size for path in kept) <= MOST_BYTES
    assert sum(path.stat().st_size for path in KEPT.iterdir()) <= MOST_OF_WORLD
