"""Does a picture take up the hero of those before it? StoryGen's image attention, trained in the small world.

`python -m benchmarks story_training [--steps N] [--seed N]`. Train StoryGen learns from a folder of stories of four
pictures whose hero keeps colour and shape, which the first caption alone names. Then the next picture of unseen stories
is drawn as by Tell Story after 1, 2 or 3 given ones, its own caption saying "hero", and the judge says what it shows;
beside it the same caption without references. The scene that is drawn was held out of all training. The run lies in
`out/story_training/SEED`: stopped, it goes on there. One thread.
"""

import argparse
import csv
import random
import time
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from .kit.process import PACK

STORIES, DRAWN, RUN = 1500, 100, "world_001"
STORIES_SEED, UNSEEN_SEED, NOISE_SEED = 1, 777, 5
SETTINGS = {"side": 64, "learning_rate": 0.002, "batch_size": 16, "noise_levels": "more high", "held_out": 0.02}
KINDS = ("ground", "colour", "shape", "size", "place")
CHANCE = {"ground": 100 / 6, "colour": 100 / 5, "shape": 100 / 4, "size": 100 / 2, "place": 100 / 3}
"""A hero never has its ground's colour."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="story_training")
    parser.add_argument("--steps", type=int, default=2500, help="of training; 0: judge what a stopped run kept")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stories", type=int, default=DRAWN, help="unseen ones that are drawn")
    parser.add_argument("--unseen", type=int, default=UNSEEN_SEED, help="seed of the unseen stories")
    given = parser.parse_args(options)
    base = PACK / "out" / "story_training" / str(given.seed)
    write(base / "input" / "stories", STORIES, STORIES_SEED)
    host = comfy_host.Comfy(base)
    import torch

    torch.set_num_threads(1)
    world = dict(zip(("model", "clip", "vae"), host.node("LoadSmallWorld"), strict=True))
    if given.steps:
        learned(host, base, world, given.steps, given.seed)
    (storygen, _) = host.node("DancheongLoadStoryGen", file=f"trained/{RUN}.safetensors")
    rows = judged(host, world, storygen, given.stories, given.unseen)
    return {"learning": learning(base, given.seed), "carried": [{"seed": given.seed, **row} for row in rows]}


def write(folder: Path, count: int, seed: int) -> None:
    """Stories as a user keeps them; none of their scenes was held out of the world's own training."""
    from ..testing.scenes import stories

    if folder.exists():
        return
    for number, story in enumerate(some(seed, count, lambda story: not any(scene.held_out for scene in story.scenes))):
        stories.keep(folder / f"{number:04}", story, 10 * number, order=number)


def some(seed: int, count: int, fit) -> list:
    """Stories by chance that fit."""
    from ..testing.world.story import some_story

    chance = random.Random(seed)
    found: list = []
    while len(found) < count:
        story = some_story(chance)
        found += [story] if fit(story) else []
    return found


def learned(host: comfy_host.Comfy, base: Path, world: dict, steps: int, seed: int) -> None:
    """Learn, or go on with a run that was stopped."""
    resume = RUN if (base / "output" / "story_runs" / f"{RUN}.safetensors").exists() else ""
    settings = SETTINGS | {"stories": "stories", "steps": steps, "seed": seed, "name": "world", "resume": resume}
    *_, report = host.node("DancheongTrainStoryGen", **world, **settings)
    print(report, flush=True)


def learning(base: Path, seed: int) -> list[dict]:
    """The run's log where it was measured."""
    with (base / "output" / "story_runs" / f"{RUN}.csv").open() as log:
        rows = [row for row in csv.DictReader(log) if row["held out"]]
    return [{"seed": seed, "step": int(row["step"]), "held out": round(float(row["held out"]), 4)} for row in rows]


def judged(host: comfy_host.Comfy, world: dict, storygen: object, count: int, seed: int) -> list[dict]:
    """A row for chance, for the model alone, and for each number of given pictures."""
    from .story_drawing import Drawing

    rows = [{"drawn": "by chance", **{kind: round(share, 1) for kind, share in CHANCE.items()}}]
    drawing = Drawing(world, storygen)
    for given in (0, 1, 2, 3):
        begun = time.process_time()
        frame = given or 1
        stories = some(seed + given, count, lambda story, frame=frame: story.scenes[frame].held_out)
        asked = [next_of(story, number, given) for number, story in enumerate(stories)]
        pictures = drawing.draw(asked)
        seen = [right(picture, story.scenes[frame]) for picture, story in zip(pictures, stories, strict=True)]
        shares = {kind: round(100 * float(np.mean([one[kind] for one in seen])), 1) for kind in KINDS}
        name = f"after {given} given" if given else "without references"
        rows.append({"drawn": name, **shares, "CPU s a picture": round((time.process_time() - begun) / count, 2)})
        print(rows[-1], flush=True)
        if given == 2:
            rows[-1]["apart from Tell Story"] = apart(host, world, storygen, asked[0], pictures[0])
    return rows


def next_of(story, number: int, given: int):
    """The picture after the given ones; without any the second, whose caption says "hero"."""
    import torch

    from ..testing.world.drawing import draw
    from .story_drawing import Asked

    lines = story.lines("en", number)
    pictures = [draw(scene, 10 * number + 10**6 + place) for place, scene in enumerate(story.scenes[:given])]
    before = torch.from_numpy(np.array(pictures)).float() / 255
    return Asked(before, list(lines[:given]), lines[given or 1], NOISE_SEED + number)


def right(picture, meant) -> dict[str, bool]:
    """What a picture has right."""
    from ..testing.world import judge

    return judge.right(judge.judge((picture.clamp(0, 1) * 255).round().byte().numpy()).scene, meant)


def apart(host: comfy_host.Comfy, world: dict, storygen: object, asked, picture) -> float:
    """The largest difference of the same picture by Tell Story, of 1."""
    from .story_drawing import CFG, IMAGE_CFG, STEPS

    frames, *_ = host.node(
        "DancheongTellStory",
        **world,
        storygen=storygen,
        story="\n".join([*asked.captions, asked.caption]),
        first_frame=asked.before,
        negative="",
        keep=3,
        steps=STEPS,
        cfg=CFG,
        image_cfg=IMAGE_CFG,
        width=64,
        height=64,
        seed=asked.seed - len(asked.before),  # it counts up from the first frame
    )
    return float(f"{(frames[-1] - picture.clamp(0, 1)).abs().max():.1g}")
