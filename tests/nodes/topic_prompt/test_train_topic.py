"""Train and Save Topic Prompt: only vectors change, a stopped run ends as an unbroken one, bad input has its word."""

import json
import random
import re
import shutil
import sys
from itertools import product

import pytest
import torch
from dancheong.testing.value_nodes import Several
from dancheong.testing.world import judging
from dancheong.testing.world.drawing import draw
from dancheong.testing.world.scene import SHAPES, SIZES, scenes
from dancheong.testing.world.sentence import sentence
from safetensors import safe_open
from safetensors.torch import load_file

TRAIN, SAVE = "DancheongTrainTopicPrompt", "DancheongSaveTopicPrompt"
SHORT = {"topic": "square", "vectors": 2, "steps": 3, "learning_rate": 0.05, "batch_size": 2, "seed": 3}


@pytest.fixture(scope="module")
def world(comfy):
    return dict(zip(("model", "clip", "vae"), comfy.node("LoadSmallWorld"), strict=True))


@pytest.fixture(scope="module")
def pictures():
    return untold(6)


def untold(count):
    """Pictures on a green ground, and titles that do not say so: `a small red star`."""
    green = [scene for scene in scenes(random.Random(4), 12 * count, False) if scene.ground == "green"][:count]
    images = [torch.from_numpy(draw(scene, number)).float()[None] / 255 for number, scene in enumerate(green)]
    titles = [sentence(scene, "en", places=False).partition(" on ")[0] for scene in green]
    return {"images": Several(images), "titles": Several(titles)}


@pytest.fixture
def states(base, folder):
    """Where runs keep their state: of one test."""
    place = base / "output" / "topic_runs"
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def train(comfy, world, pictures, states):
    """One run of the node; its inputs may be others, and a hook may see its progress."""
    return lambda hook=None, **other: comfy.try_node(TRAIN, hook, **{**world, **pictures, **SHORT, **other})


@pytest.fixture
def stopped(comfy, train):
    """The same, interrupted when a step is done."""

    def run(step, **other):
        def hook(value, total):
            if (value, total) == (step, SHORT["steps"]):
                comfy.nodes.interrupt_processing()

        outcome = train(hook, **other)
        assert outcome.interrupted
        return outcome

    return run


def learned(outcome):
    assert not outcome.error, outcome.error
    return outcome.captured["out0"]


def test_nothing_but_the_vectors_changes(train, world):
    def everything():
        parts = (world["model"].model, world["clip"].cond_stage_model, world["vae"].first_stage_model)
        return [value.clone() for part in parts for value in part.state_dict().values()]

    before = everything()
    outcome = train()
    assert all(torch.equal(one, other) for one, other in zip(before, everything(), strict=True))
    topic = learned(outcome)
    assert topic.vectors.shape == (2, 64)
    assert torch.isfinite(topic.vectors).all()
    assert len(outcome.captured["out1"]["loss"]) == SHORT["steps"]
    assert "held-out" in outcome.captured["out2"]


def test_what_titles_do_not_say_is_learned(comfy, world, train):
    """It explains pictures that it never learned from better than titles do, and is drawn where nobody asks for it."""
    outcome = train(**untold(40), topic="ground", steps=80, batch_size=8, vectors=4)
    topic = learned(outcome)
    error, first_words, title = map(float, re.findall(r"(\d\.\d+) with", outcome.captured["out2"]))
    assert error < 0.9 * min(first_words, title)
    assert "did not help" not in outcome.captured["out2"]
    titles = [f"a {size} {colour} {shape}" for size, colour, shape in product(SIZES, ("red", "blue"), SHAPES)]
    told = comfy.lists("DancheongEncodeTopicText", {"text": titles}, clip=world["clip"], topic=topic)[1]
    with_it, without = (green(judging.drawn(judging.Models(**world), said, 7)) for said in (told, titles))
    assert without <= 4
    assert with_it >= 13


def green(pictures):
    return sum(verdict.scene.ground == "green" for verdict in judging.judged(pictures))


def test_the_same_seed_learns_the_same_file(train, comfy):
    files = [learned(train(seed=seed)).path.read_bytes() for seed in (3, 3, 4)]
    assert files[0] == files[1]
    assert files[0] != files[2]


@pytest.mark.parametrize("step", [1, 2])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(train, stopped, folder, step):
    straight = learned(train())
    stopped(step)
    resumed = learned(train(resume="square_002"))
    assert resumed.path.stem == "square_002"
    assert resumed.path.read_bytes() == straight.path.read_bytes()


def test_a_stopped_run_leaves_its_best(stopped, folder, states):
    stopped(2)
    (state,), kept = states.glob("*.safetensors"), list(folder.glob("trained/*.safetensors"))
    with safe_open(state, "pt") as file:
        best = json.loads(file.metadata()["run"])["best_step"]
    # Where nothing was better than the words that it began with, there is nothing to keep.
    assert len(kept) == (best > 0)
    assert all(load_file(path)["clip_l"].shape == (2, 64) for path in kept)


def test_another_job_is_not_gone_on_with(train, stopped):
    stopped(2)
    for other in ({"seed": 4}, {"steps": 4}, {"vectors": 3}, {"topic": "frame"}):
        error = train(resume="square_001", **other).error
        assert "is of another job" in error, other
    assert not train(resume="square_001").error


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"images": Several()}, "none came"),
        ({"images": Several([torch.zeros(1, 64, 64, 3)]), "titles": Several(["a"])}, "one came"),
        ({"titles": Several(["one title"])}, "6 pictures came with 1 titles"),
        ({"images": Several([torch.full((6, 64, 64, 3), float("nan"))])}, "Picture 1 holds values"),
        ({"topic": "  "}, "The topic has no name"),
        ({"resume": "square_999"}, "Expected a run of topic_runs"),
    ],
    ids=["no pictures", "one picture", "titles", "not a number", "no name", "no run"],
)
def test_what_cannot_be_learned_from_is_said(train, other, says):
    outcome = train(**other)
    assert says in outcome.error
    assert outcome.error.count("\n") == 0


def test_a_clip_of_another_width_is_said(train, clip_of):
    assert "width 64, this CLIP makes vectors of width 128" in train(clip=clip_of(128)).error


def test_a_loss_that_is_no_number_keeps_the_best(train, comfy, monkeypatch, folder):
    (frozen,) = (part for name, part in sys.modules.items() if name.endswith("training.comfy_frozen"))
    missed, steps = frozen.Denoiser.missed, []

    def poisoned(self, latents, noise, level, context):
        steps.extend([1] * context.requires_grad)
        return missed(self, latents, noise, level, context) * (float("nan") if len(steps) == 3 else 1)

    monkeypatch.setattr(frozen.Denoiser, "missed", poisoned)
    assert "lower the learning rate" in train().error
    assert all(torch.isfinite(load_file(path)["clip_l"]).all() for path in folder.glob("trained/*.safetensors"))
    assert not train(resume="square_001").error


@pytest.mark.parametrize("which", ["states", "topics"])
def test_a_folder_that_cannot_be_written_is_said(train, states, folder, which):
    place = states if which == "states" else folder / "trained"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way")
    assert "could not be written" in train().error
    place.unlink()


@pytest.mark.parametrize(
    ("layout", "ending"), [("clip_l", "safetensors"), ("emb_params", "safetensors"), ("a1111", "pt")]
)
def test_every_format_is_read_again(comfy, train, folder, layout, ending):
    topic = learned(train())
    (path,) = comfy.node(SAVE, topic=topic, name="경제-2024", format=layout)
    assert path == str(folder / f"경제-2024.{ending}")
    loaded, report = comfy.node("DancheongLoadTopicPrompt", embedding=f"경제-2024.{ending}")
    assert torch.equal(loaded.vectors, topic.vectors)
    if layout != "a1111":
        facts = safe_open(path, "pt").metadata()
        assert set(facts) >= {"topic", "steps", "base", "dataset", "first_words", "text_encoder", "tokenizer"}
        assert "topic: square" in report


def test_the_same_conditioning_by_node_by_file_and_by_name(comfy, world, train, folder):
    topic = learned(train())
    comfy.node(SAVE, topic=topic, name="square-topic", format="clip_l")
    loaded = comfy.node("DancheongLoadTopicPrompt", embedding="square-topic.safetensors")[0]
    clip = world["clip"]
    for strength in (1.0, 0.5):
        one, other = (
            comfy.node("DancheongEncodeTopicText", clip=clip, text="a red star", topic=given, strength=strength)
            for given in (topic, loaded)
        )
        pasted = comfy.encode(clip, other[1])[0]
        assert torch.equal(one[0][0][0], other[0][0][0])
        assert torch.equal(other[0][0][0][0], pasted)


@pytest.mark.parametrize("name", ["", "two words", "a/b", "a:b", "a,b", "(a)"])
def test_a_name_that_no_prompt_can_call_is_refused(comfy, train, folder, name):
    topic = comfy.module("nodes.topic_prompt.topic_file").Topic(
        folder / "x.safetensors", torch.ones(2, 64), "clip_l", {}
    )
    assert "a name that a prompt can call" in comfy.try_node(SAVE, topic=topic, name=name).error


def test_another_topics_file_is_never_overwritten(comfy, folder):
    kind = comfy.module("nodes.topic_prompt.topic_file").Topic
    for value, refused in ((1.0, False), (1.0, False), (2.0, True)):
        topic = kind(folder / "x.safetensors", torch.full((2, 64), value), "clip_l", {})
        error = comfy.try_node(SAVE, topic=topic, name="taken", format="clip_l").error
        assert ("holds another topic" in error) == refused
    assert load_file(folder / "taken.safetensors")["clip_l"][0, 0] == 1
