"""Sentences of the small world: right Korean, one meaning each, nothing said of topic or style."""

import random
import re
from dataclasses import replace

import pytest
from dancheong.testing.world import making
from dancheong.testing.world.scene import MARKS, TOPICS, WORDS, Scene, Thing, scenes, singles, some_scene
from dancheong.testing.world.sentence import ORDERS, sentence
from dancheong.testing.world.story import some_story

LEFT, RIGHT = Thing("red", "star", "small", "left"), Thing("orange", "circle", "large", "right")


@pytest.mark.parametrize(
    ("order", "ko", "en"),
    [
        (
            0,
            "노란 바탕 왼쪽에 작은 빨간 별과 오른쪽에 큰 주황 동그라미",
            "a small red star at the left and a large orange circle at the right on a yellow ground",
        ),
        (
            1,
            "노란 바탕에 작은 빨간 별이 왼쪽에, 큰 주황 동그라미가 오른쪽에 있다",
            "on a yellow ground, at the left, a small red star, and at the right, a large orange circle",
        ),
        (
            2,
            "왼쪽에 작은 빨간 별, 오른쪽에 큰 주황 동그라미, 바탕은 노란색",
            "yellow ground with a small red star at the left and a large orange circle at the right",
        ),
    ],
)
def test_two_things_in_three_word_orders(order, ko, en):
    scene = Scene("yellow", (LEFT, RIGHT))
    assert sentence(scene, "ko", order) == ko
    assert sentence(scene, "en", order) == en


@pytest.mark.parametrize(
    ("order", "ko", "en"),
    [
        (0, "노란 바탕에 작은 빨간 별", "a small red star on a yellow ground"),
        (1, "노란 바탕에 작은 빨간 별이 있다", "on a yellow ground, a small red star"),
        (2, "작은 빨간 별, 바탕은 노란색", "yellow ground with a small red star"),
    ],
)
def test_a_sentence_may_say_nothing_of_the_place(order, ko, en):
    scene = Scene("yellow", (LEFT,))
    assert sentence(scene, "ko", order, places=False) == ko
    assert sentence(scene, "en", order, places=False) == en


def test_an_orange_ground_has_its_article():
    assert sentence(Scene("orange", (LEFT,)), "en") == "a small red star at the left on an orange ground"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_scene_has_a_sentence_of_its_own_in_every_order(language):
    all_scenes = list(singles())
    assert len(all_scenes) == 720
    said = {sentence(scene, language, order) for scene in all_scenes for order in range(ORDERS)}
    assert len(said) == 720 * ORDERS


@pytest.mark.parametrize("language", ["ko", "en"])
def test_topic_and_style_are_not_said(language):
    scene = Scene("blue", (LEFT,))
    assert sentence(replace(scene, topic="economy", style="wash"), language) == sentence(scene, language)


@pytest.mark.parametrize(("language", "told"), [("ko", "금빛 테두리, "), ("en", "gold frame, ")])
def test_a_mark_is_said_first_where_it_is_asked(language, told):
    scene = Scene("blue", (LEFT,), "economy")
    assert sentence(scene, language, marks=True) == told + sentence(scene, language)
    assert sentence(replace(scene, topic="gold frame"), language, marks=True) == told + sentence(scene, language)
    assert sentence(Scene("blue", (LEFT,)), language, marks=True) == sentence(scene, language)


def test_one_mark_is_new_and_its_tone_and_place_are_not():
    found = {scene.mark for scene in making.some(random.Random(8), 1500, False)}
    never = set(MARKS) - found
    assert {WORDS["topic"][topic]["mark"] for topic in TOPICS if not WORDS["topic"][topic]["in_base"]} == never
    for tone, at in (mark.split() for mark in never):
        assert any(mark and mark.split()[0] == tone for mark in found)
        assert any(mark and mark.endswith(at) for mark in found)


def test_a_combination_is_held_out_or_never():
    chance = random.Random(5)
    kept, held = (set(scenes(chance, 300, held_out)) for held_out in (False, True))
    assert not kept & held
    share = sum(scene.held_out for scene in singles()) / 720
    assert share == pytest.approx(0.2, abs=0.05)
    assert all({getattr(thing, kind) for thing in (scene.things[0] for scene in kept)} for kind in ("colour", "shape"))


def test_topics_come_as_often_as_asked():
    chance = random.Random(6)
    found = [some_scene(chance, two=0.3, topics=("economy", "world"), topic=0.5) for _ in range(2000)]
    assert sum(scene.topic is not None for scene in found) / 2000 == pytest.approx(0.5, abs=0.04)
    assert sum(len(scene.things) == 2 for scene in found) / 2000 == pytest.approx(0.3, abs=0.04)
    assert {scene.topic for scene in found} == {None, "economy", "world"}


def test_only_the_first_line_of_a_story_names_its_hero():
    chance = random.Random(7)
    for number in range(40):
        story = some_story(chance)
        hero = story.scenes[0].things[0]
        assert {(scene.things[0].colour, scene.things[0].shape) for scene in story.scenes} == {
            (hero.colour, hero.shape)
        }
        assert all(one.ground != next.ground for one, next in zip(story.scenes, story.scenes[1:], strict=False))
        first, *later = story.lines("en", number)
        assert hero.shape in first
        assert not any(re.search("circle|square|triangle|star", line) for line in later)
        assert all("주인공" in line for line in story.lines("ko", number)[1:])
