"""Is a topic learned from its pictures? In the small world, where what a picture shows can be measured.

`python -m benchmarks topic_training LOOK ... [--steps N]`. A topic's pictures share a look that titles do not say: a
green ground, red things, stars, large things; or the mark of one of the world's topics (`economy` and others). Train
Topic Prompt learns 4 vectors through ComfyUI's executor from 200 pictures. Then titles that nobody learned from are
drawn without the topic and with it, also from the saved file and at half strength, always by the prompt output pasted
into CLIP Text Encode. The judge says what pictures show, and for which topic he takes those with a mark. `peers` in
the place of LOOK takes the time of a step, beside that of diffusers' recipe (textual_inversion.py). One thread.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..testing import comfy_host

PICTURES, TITLES = 200, 60
SETTINGS = {"vectors": 4, "learning_rate": 0.05, "batch_size": 8, "init_text": "ground", "held_out": 0.05}
LOOKS = {
    "green ground": ("ground", "green"),
    "red things": ("colour", "red"),
    "stars": ("shape", "star"),
    "large things": ("size", "large"),
}
COUNTS = (20, 120)
"""Steps of the two runs whose difference is the time of a step."""
ROUNDS = 5


def main(options: list[str]) -> dict[str, list[dict]]:
    from ..testing.world.scene import TOPICS

    parser = argparse.ArgumentParser(prog="topic_training")
    parser.add_argument("looks", nargs="+", metavar="LOOK", choices=[*LOOKS, *TOPICS, "peers"])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as temporary:
        desk = Desk(comfy_host.Comfy(Path(temporary)))
        if "peers" in chosen.looks:
            return {"peers": desk.paces()}
        rows, apart = [], []
        for look in chosen.looks:
            topic = Topic(*LOOKS.get(look, ("topic", look)))
            drawn = desk.learned(look, topic, chosen.steps, chosen.seed)
            rows += drawn.rows
            if topic.kind == "topic":
                apart.append({"learned": look, "seed": chosen.seed, **_taken_for(drawn.seen)})
        return {"topics": rows, "apart": apart} if apart else {"topics": rows}


@dataclass(frozen=True)
class Topic:
    """What all pictures of a topic have, and no title says."""

    kind: str
    word: str

    def found(self, seed: int, count: int, held_out: bool) -> list:
        """Scenes that have it."""
        from ..testing.world.scene import scenes

        chance = random.Random(seed)
        if self.kind == "topic":
            return [replace(scene, topic=self.word) for scene in scenes(chance, count, held_out)]
        having: list = []
        while len(having) < count:
            having += [scene for scene in scenes(chance, 1, held_out) if self.seen(scene) == self.word]
        return having

    def seen(self, scene) -> str | None:
        """The word of this kind that holds of a scene."""
        if self.kind in ("topic", "ground"):
            return getattr(scene, self.kind)
        return getattr(scene.things[0], self.kind) if len(scene.things) == 1 else None

    def title(self, scene) -> str:
        """All that is to be said of a scene but that."""
        from ..testing.world.sentence import sentence

        said = sentence(scene, "en", places=False)
        if self.kind == "ground":
            return said.partition(" on ")[0]
        return said.replace(f" {self.word} ", " ") if self.kind != "topic" else said


@dataclass(frozen=True)
class Drawn:
    """What came of a topic."""

    rows: list[dict]
    """Without the topic, and for each way to draw with it."""
    seen: list
    """The verdicts on pictures with it."""


class Desk:
    """The world, and what its pictures show."""

    def __init__(self, host: comfy_host.Comfy) -> None:
        import torch

        from ..testing.world import judging

        torch.set_num_threads(1)
        self._host = host
        self._world = dict(zip(("model", "clip", "vae"), host.node("LoadSmallWorld"), strict=True))
        self._models = judging.Models(**self._world)

    def learned(self, look: str, topic: Topic, steps: int, seed: int) -> Drawn:
        """Learn it, and draw with it and without."""
        begun = time.process_time()
        vectors, report = self._train(topic, steps, seed)
        seconds = round(time.process_time() - begun)
        print(report, flush=True)
        name = look.replace(" ", "-")
        self._host.node("DancheongSaveTopicPrompt", topic=vectors, name=name, format="clip_l")
        file = self._host.node("DancheongLoadTopicPrompt", embedding=f"{name}.safetensors")[0]
        meant = topic.found(31, TITLES, True)
        titles = [topic.title(scene) for scene in meant]
        ways: dict[str, Callable[[], list[str]]] = {
            "without": lambda: titles,
            "at 1": lambda: self._told(titles, vectors, 1.0),
            "at 0.5": lambda: self._told(titles, vectors, 0.5),
            "from its file": lambda: self._told(titles, file, 1.0),
        }
        told = {"look": look, "seed": seed, "CPU s of training": seconds}
        seen = {way: self._seen(titles()) for way, titles in ways.items()}
        return Drawn([told | {"drawn": way} | _row(topic, meant, found) for way, found in seen.items()], seen["at 1"])

    def _told(self, titles: list[str], topic, strength: float) -> list[str]:
        """The prompt output, which CLIP Text Encode encodes."""
        settings = {"clip": self._world["clip"], "topic": topic, "strength": strength}
        return self._host.lists("DancheongEncodeTopicText", {"text": titles}, **settings)[1]

    def _train(self, topic: Topic, steps: int, seed: int) -> tuple:
        import torch

        from ..testing.world.drawing import draw

        found = topic.found(32 + seed, PICTURES, False)
        images = [torch.from_numpy(draw(scene, 500 + number)).float()[None] / 255 for number, scene in enumerate(found)]
        lists = {"images": images, "titles": [topic.title(scene) for scene in found]}
        settings = SETTINGS | {"steps": steps, "seed": seed}
        vectors, _, report = self._host.lists("DancheongTrainTopicPrompt", lists, **self._world, **settings)
        return vectors[0], report[0]

    def _seen(self, prompts: list[str]) -> list:
        from ..testing.world import judging

        return judging.judged(judging.drawn(self._models, prompts, 6))

    def paces(self) -> list[dict]:
        """Steps per CPU second on pictures of one size: two runs of either differ in their steps alone."""
        loops = {
            "Train Topic Prompt": lambda steps: self._train(Topic("ground", "green"), steps, 0),
            "diffusers' recipe": _recipe(),
        }
        # In turns, so that what else the machine does falls on both.
        rounds = [{name: _pace(loop) for name, loop in loops.items()} for _ in range(ROUNDS)]
        ratios = [{name: pace / paces["diffusers' recipe"] for name, pace in paces.items()} for paces in rounds]
        return [
            {
                "loop": name,
                "steps per CPU s": round(statistics.median(paces[name] for paces in rounds), 1),
                "ratio": round(statistics.median(shares[name] for shares in ratios), 2),
            }
            for name in loops
        ]


def _row(topic: Topic, meant: list, seen: list) -> dict[str, float]:
    from ..testing.world import judging

    right = judging.shares(seen, meant)
    kinds = [kind for kind in ("ground", "colour", "shape", "size") if kind != topic.kind]
    return {
        "has the look, %": _percent(topic.seen(one.scene) == topic.word for one in seen),
        "what titles say, %": round(float(np.mean([right[kind] for kind in kinds])), 1),
    }


def _taken_for(seen: list) -> dict[str, float]:
    from ..testing.world.scene import TOPICS

    return {f"{topic or 'none'}, %": _percent(one.scene.topic == topic for one in seen) for topic in (*TOPICS, None)}


def _percent(right: Iterable[bool]) -> float:
    return round(100 * float(np.mean([*right])), 1)


def _recipe() -> Callable[[int], None]:
    import torch
    from transformers import CLIPTextModel

    from ..testing.world import text
    from ..testing.world.latent import CHANNELS
    from ..testing.world.nodes import KEPT
    from .textual_inversion import SIDE, Recipe

    recipe = Recipe(CLIPTextModel(text.encoder(KEPT, 0).config), SETTINGS["vectors"])
    rows = SETTINGS["batch_size"]
    latents = torch.randn(rows, CHANNELS, SIDE, SIDE)
    ids = text.ids(KEPT, ["a small red star"] * rows)

    def run(steps: int) -> None:
        for _ in range(steps):
            recipe.step(latents, ids)

    return run


def _pace(loop: Callable[[int], object]) -> float:
    """Steps per CPU second, whatever it takes to begin."""
    seconds = []
    for steps in COUNTS:
        begun = time.process_time()
        loop(steps)
        seconds.append(time.process_time() - begun)
    return (COUNTS[1] - COUNTS[0]) / (seconds[1] - seconds[0])
