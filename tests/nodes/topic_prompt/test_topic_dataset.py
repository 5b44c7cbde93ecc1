"""A topic from a dataset on disk: the same vectors as from its pictures, each encoded once, whatever ended the run."""

import csv
import json
import random
import shutil

import pytest
from dancheong.testing.value_nodes import Several
from dancheong.testing.world.drawing import draw
from dancheong.testing.world.scene import scenes
from dancheong.testing.world.sentence import sentence
from PIL import Image

TRAIN, PICTURES = "DancheongTrainTopicDataset", 5
SHORT = {"topic": "square", "vectors": 2, "steps": 3, "learning_rate": 0.05, "batch_size": 2, "seed": 3}


@pytest.fixture(scope="module")
def world(comfy):
    return dict(zip(("model", "clip", "vae"), comfy.node("LoadSmallWorld"), strict=True))


@pytest.fixture
def dataset(base, folder):
    """An image folder as `dancheong curate` writes it; what runs leave goes after each test."""
    place, output = base / "input" / "squares", base / "output"
    place.mkdir(parents=True)
    rows = []
    for number, scene in enumerate(scenes(random.Random(4), PICTURES, False)):
        name = f"{number}.png"
        Image.fromarray(draw(scene, number)).save(place / name)
        topic = "economy" if number else "sports"
        rows.append({"file_name": name, "text": sentence(scene, "en", places=False), "topic": topic, "id": name})
    (place / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    yield place
    for left in (place, output / "topic_latents", output / "topic_runs"):
        shutil.rmtree(left, ignore_errors=True)


@pytest.fixture
def train(comfy, world, dataset):
    return lambda hook=None, **other: comfy.try_node(
        TRAIN, hook, **{**world, **SHORT, "dataset": "squares", "side": 64, **other}
    )


class Encoded(list):
    """How many pictures each call of the VAE encoded; the user interrupts when there are `stop` calls."""

    stop = 0


@pytest.fixture
def encoded(comfy, world, monkeypatch):
    kind, times = type(world["vae"]), Encoded()
    encode = kind.encode

    def counted(self, pixels):
        times.append(len(pixels))
        if len(times) == times.stop:
            comfy.nodes.interrupt_processing()
        return encode(self, pixels)

    monkeypatch.setattr(kind, "encode", counted)
    return times


def learned(outcome):
    assert not outcome.error, outcome.error
    return outcome.captured["out0"]


def test_the_same_vectors_as_from_its_pictures(comfy, train, world, dataset):
    images, titles, *_ = comfy.lists("DancheongLoadNewsDataset", source="squares", topics="", start=0, count=PICTURES)
    given = {"images": Several(images), "titles": Several(titles)}
    there = comfy.try_node("DancheongTrainTopicPrompt", **{**world, **given, **SHORT})
    assert learned(train()).path.read_bytes() == learned(there).path.read_bytes()


def test_a_picture_is_encoded_once(train, encoded):
    first = learned(train())
    assert sum(encoded) == PICTURES
    assert learned(train()).path.read_bytes() == first.path.read_bytes()
    assert sum(encoded) == PICTURES


def test_encoding_that_was_stopped_goes_on(train, encoded, base):
    encoded.stop = 3
    assert train().interrupted
    assert len(encoded) == encoded.stop
    # A killed run may leave a latent without its line.
    (latents,) = base.glob("output/topic_latents/*/latents.bin")
    with latents.open("ab") as file:
        file.write(b"\0" * 100)
    gone_on = learned(train()).path.read_bytes()
    assert sum(encoded) == PICTURES
    shutil.rmtree(base / "output" / "topic_latents")
    assert learned(train()).path.read_bytes() == gone_on


def test_only_rows_of_the_topics_that_are_asked_for(train, encoded):
    outcome = train(only="Economy, culture")
    assert sum(encoded) == PICTURES - 1
    assert f"{PICTURES - 1} pictures" in outcome.captured["out2"]


def test_a_picture_that_cannot_be_read_is_left_out_and_named(train, dataset):
    (dataset / "2.png").write_bytes(b"no picture")
    report = train().captured["out2"]
    assert f"{PICTURES - 1} pictures of {PICTURES} rows" in report
    assert "- 2.png:" in report


@pytest.mark.parametrize(
    ("other", "says"),
    [({"dataset": "nowhere"}, "no dataset 'nowhere'"), ({"only": "culture"}, "Expected two pictures or more")],
)
def test_what_cannot_be_learned_from_is_said(train, other, says):
    assert says in train(**other).error


def test_a_run_is_logged(train, base):
    losses = train().captured["out1"]["loss"]
    (log,) = (base / "output" / "topic_runs").glob("square_*.csv")
    rows = list(csv.DictReader(log.open(encoding="utf-8")))
    assert [float(row["loss"]) for row in rows[1:]] == losses
    assert rows[0]["loss"] == ""
    assert all(float(row["held out"]) > 0 for row in rows)
