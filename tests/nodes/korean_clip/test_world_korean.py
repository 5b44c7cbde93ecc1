"""The kept Korean encoder of the small world draws what Korean sentences say: the figures of benchmarks/README.md."""

import json
import random
import shutil

import pytest
from dancheong.testing.world import judging
from dancheong.testing.world.scene import scenes
from dancheong.testing.world.sentence import ORDERS, sentence

COUNT = 30
KINDS = ("ground", "colour", "shape", "size")


@pytest.fixture(scope="module")
def models(comfy, root, base):
    shutil.copytree(root / "testing/world/kept_korean", base / "models/text_encoders/world_korean")
    model, _, vae = comfy.node("LoadSmallWorld")
    return judging.Models(model, comfy.korean_clip("world_korean/")[0], vae)


@pytest.fixture(scope="module")
def figures(root):
    """In percent of 500 sentences."""
    runs = json.loads((root / "benchmarks/figures/encoder_training.json").read_text(encoding="utf-8"))
    run = next(run for run in reversed(runs) if "--write" in run["command"])
    return next(row for row in run["figures"]["losses"] if row["losses"] == "all")


def test_korean_sentences_are_drawn_as_their_figures_say(models, figures):
    meant = scenes(random.Random(77), COUNT, True)
    said = [sentence(scene, "ko", number % ORDERS, places=False) for number, scene in enumerate(meant)]
    seen = judging.judged(judging.drawn(models, said, 5))
    found = judging.shares(seen, meant)
    for kind in KINDS:
        right = figures[f"{kind}, %"]
        # Three standard deviations of a share of so many.
        spread = 3 * (right * (100 - right) / COUNT) ** 0.5
        assert found[kind] == pytest.approx(right, abs=max(spread, 6)), kind
    others = judging.shares(seen, meant[1:] + meant[:1])
    assert others["ground"] < 50 and others["colour"] < 50
