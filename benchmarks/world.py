"""Can a world be small enough to be learned? Its model is made from nothing and draws sentences that it never saw.

`python -m benchmarks world [--seed N] [--write]`. The state of training lies in `out/world/SEED`: stopped,
it goes on there; `--write` makes what comes of it the world that tests load. Judged are the weights as they
are kept, on 500 sentences of scenes that training never showed, by the judge of `testing/world/judge.py`, who
learned nothing; and on sentences that name a topic's mark as well. Pictures of it lie in `out/world/SEED/drawn.png`;
all on one thread.
"""

import argparse
import random
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from .kit.process import PACK

SENTENCES, MARKED = 500, 60
SCENES_SEED, NOISE_SEED = 77, 5
SHOWN_EVERY = 1000


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="world")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="tests load this world from now on")
    chosen = parser.parse_args(options)
    folder = PACK / "out" / "world" / str(chosen.seed)
    host = comfy_host.Comfy(folder / "base")
    import torch

    from ..testing.world.nodes import KEPT

    torch.set_num_threads(1)
    learning = learn(folder, chosen.seed)
    if chosen.write:
        shutil.copytree(folder / "kept", KEPT, dirs_exist_ok=True)
    from ..testing.world import judging

    models = judging.Models(*host.node("LoadSmallWorld", folder=str(folder / "kept")))
    rows = {"drawing": [drawn(models, folder)], "marks": marks(models)}
    told = {name: [{"seed": chosen.seed, **row} for row in found] for name, found in rows.items()}
    return {"learning": learning, **told}


def learn(folder: Path, seed: int) -> list[dict]:
    """A row for every thousand steps: the error of unseen scenes, and how it rises where one word is another."""
    from ..testing.world import making

    def report(outcome) -> None:
        if outcome.figures[-1]["step"] == outcome.step:
            print(f"{time.process_time():.0f} CPU s", outcome.figures[-1], flush=True)

    return [
        {"seed": seed, "stage": number, **{name: round(value, 4) for name, value in entry.items()}}
        for number, outcome in enumerate(making.make(folder, seed, report), 1)
        for entry in outcome.figures
        if entry["step"] % SHOWN_EVERY == 0 or entry["step"] == outcome.step
    ]


def drawn(models, folder: Path) -> dict[str, float]:
    """What is right, in percent, of pictures of unseen sentences."""
    from PIL import Image

    from ..testing.world import judging
    from ..testing.world.scene import scenes
    from ..testing.world.sentence import ORDERS, sentence

    meant = scenes(random.Random(SCENES_SEED), SENTENCES, True)
    said = [sentence(scene, "en", number % ORDERS, places=False) for number, scene in enumerate(meant)]
    begun = time.process_time()
    pictures = judging.drawn(models, said, NOISE_SEED)
    seconds = time.process_time() - begun
    sheet = np.concatenate([np.concatenate(list(pictures[row : row + 10]), 1) for row in range(0, 60, 10)])
    Image.fromarray(sheet).resize((1280, 768)).save(folder / "drawn.png")
    right = judging.shares(judging.judged(pictures), meant)
    return {
        **{kind: round(share, 1) for kind, share in right.items()},
        "CPU ms a picture": round(1000 * seconds / SENTENCES),
    }


def marks(models) -> list[dict]:
    """For each topic: in how many pictures its mark is, where a sentence names it and where none does, in percent."""
    from ..testing.world import judging
    from ..testing.world.scene import TOPICS, WORDS, scenes
    from ..testing.world.sentence import ORDERS, sentence

    meant = scenes(random.Random(SCENES_SEED), MARKED, True)

    def seen(topic: str | None) -> list:
        found = [replace(scene, topic=topic) for scene in meant]
        said = [sentence(scene, "en", number % ORDERS, places=False, marks=True) for number, scene in enumerate(found)]
        return judging.judged(judging.drawn(models, said, NOISE_SEED))

    def share(verdicts: list, topic: str) -> float:
        return round(100 * float(np.mean([verdict.scene.topic == topic for verdict in verdicts])), 1)

    unnamed = seen(None)
    rows = []
    for topic in TOPICS:
        named = seen(topic)
        rows.append(
            {
                "mark": WORDS["topic"][topic]["mark"],
                "in training": "shown" if WORDS["topic"][topic]["in_base"] else "never",
                "named, %": share(named, topic),
                "not named, %": share(unnamed, topic),
                "all but place, %": round(judging.shares(named, meant)["all but place"], 1),
            }
        )
    return rows
