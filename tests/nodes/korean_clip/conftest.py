"""Sentence pairs of the small world, a tokenizer learned from them, and what every run of a test begins with."""

import csv
import random

import pytest
from dancheong.nodes.korean_clip.learning import Distilling, TokenizerMaking
from dancheong.testing.world.scene import scenes
from dancheong.testing.world.sentence import ORDERS, sentence
from safetensors.torch import save_file

TEACHER = "testing/world/kept"


def world_pairs(path, count, seed=0):
    chance = random.Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["korean", "english"])
        for scene in scenes(chance, count, False, two=0.3):
            order = chance.randrange(ORDERS)
            table.writerow([sentence(scene, language, order) for language in ("ko", "en")])
    return path


@pytest.fixture(scope="session")
def world_tsv(tmp_path_factory):
    return world_pairs(tmp_path_factory.mktemp("world_pairs") / "pairs.tsv", 160)


@pytest.fixture(scope="session")
def world_tokenizer(world_tsv):
    folder = world_tsv.parent / "tokenizer"
    TokenizerMaking((world_tsv,), folder, 700).finish()
    return folder


@pytest.fixture(scope="session")
def world_unet(comfy, world_tsv):
    """The world's picture model as a file of its own."""
    path = world_tsv.parent / "unet.safetensors"
    save_file(comfy.node("LoadSmallWorld")[0].model.diffusion_model.state_dict(), path)
    return path


@pytest.fixture(scope="session")
def distilling(root, world_tsv, world_tokenizer, world_unet):
    """A small run into a folder, otherwise as told."""

    def small(out, **settings):
        settings = {"tokenizer": world_tokenizer, "sources": (world_tsv,), "teacher": root / TEACHER, **settings}
        unet = {"unet": world_unet, "heads": 4}
        return Distilling(
            out=out, **{**unet, "steps": 12, "batch": 24, "held_out": 0.1, "learning_rate": 1e-3, **settings}
        )

    return small
