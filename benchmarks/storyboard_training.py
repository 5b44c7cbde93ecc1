"""Do frames that are drawn together agree? Boards of 2 x 2 in the small world, before and after a LoRA on boards.

`python -m benchmarks storyboard_training [--steps N] [--seed N]`. The first caption of a story names its hero's colour
and shape, the other three say "hero". Boards of unseen stories are drawn with the captions alone and with the whole
story, all captions in one text, beside each of them, and the judge looks at the three frames that are not told. To
fill in, the first and the last frame are given, which must come back bit for bit, and the two between them are judged.
Then Train Storyboard learns from a folder of stories, a LoRA for each of the two, and all is drawn again. Runs lie in
`out/storyboard_training/SEED`: stopped, they go on there. One thread.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from .kit.process import PACK
from .story_training import some, write

STORIES, STORIES_SEED = 1000, 2
DRAWN, UNSEEN_SEED = 60, 888
SETTINGS = {"frames": 4, "columns": 2, "side": 64, "learning_rate": 0.002, "batch_size": 4, "rank": 32}
NOISE_SEED, KNOWN_SEED = 5, 2 * 10**6
WEIGHTS = {0.0: "captions alone", 0.5: "with the whole story"}
"""Of the whole story beside each caption: a LoRA is drawn with as it was taught."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="storyboard_training")
    parser.add_argument("--steps", type=int, default=4000, help="of training each LoRA; 0: boards without one alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weight", type=float, choices=[*WEIGHTS], help="of the whole story: this one alone")
    parser.add_argument("--boards", type=int, default=DRAWN, help="that are drawn each way")
    parser.add_argument("--unseen", type=int, default=UNSEEN_SEED, help="seed of the unseen stories")
    given = parser.parse_args(options)
    base = PACK / "out" / "storyboard_training" / str(given.seed)
    write(base / "input" / "stories", STORIES, STORIES_SEED)
    host = comfy_host.Comfy(base)
    import torch

    torch.set_num_threads(1)
    host.utils.PROGRESS_BAR_ENABLED = False
    world = dict(zip(("model", "clip", "vae"), host.node("LoadSmallWorld"), strict=True))
    stories = some(given.unseen, given.boards, lambda story: any(scene.held_out for scene in story.scenes[1:3]))
    rows, learning = [], []
    for weight in WEIGHTS if given.weight is None else [given.weight]:
        rows += drawn(host, "as it is", world, stories, weight)
        if not given.steps:
            continue
        lora, found = learned(host, base, world, given.steps, given.seed, weight)
        learning.append({"seed": given.seed, **found})
        import comfy.sd

        model, _ = comfy.sd.load_lora_for_models(world["model"], None, lora, 1.0, 0.0)
        rows += drawn(host, "with a LoRA", world | {"model": model}, stories, weight)
    return {"learning": learning, "boards": [{"seed": given.seed, **row} for row in rows]}


def learned(host: comfy_host.Comfy, base: Path, world: dict, steps: int, seed: int, weight: float) -> tuple[dict, dict]:
    """The LoRA for a weight of the whole story, and the run's end."""
    begun, name = time.process_time(), WEIGHTS[weight].replace(" ", "_")
    state = base / "output" / "storyboard_runs" / f"{name}_001.safetensors"
    resume = state.stem if state.exists() else ""
    settings = SETTINGS | {"stories": "stories", "steps": steps, "seed": seed, "name": name, "resume": resume}
    lora, losses, report = host.node("DancheongTrainStoryboard", **world, **settings, global_weight=weight)
    print(report, flush=True)
    found = {"taught": WEIGHTS[weight], "steps": steps, "loss at first": round(float(np.mean(losses["loss"][:100])), 4)}
    found["loss at last"] = round(float(np.mean(losses["loss"][-100:])), 4)
    return lora, found if resume else found | {"CPU s": round(time.process_time() - begun)}


def drawn(host: comfy_host.Comfy, name: str, world: dict, stories: list, weight: float) -> list[dict]:
    """A row for each way to draw boards."""
    from ..testing.world import boards
    from ..testing.world.judging import Models
    from ..testing.world.sentence import sentence

    told = [story.lines("en", number) for number, story in enumerate(stories)]
    named = [tuple(sentence(scene, "en", number) for scene in story.scenes) for number, story in enumerate(stories)]
    given = [boards.pictures(story, KNOWN_SEED + 10 * number) for number, story in enumerate(stories)]
    ways = {"drawn": (told, None), "filled in": (told, given)}
    if not weight:
        ways |= {"drawn, all captions name the hero": (named, None)}
    rows = []
    for way, (captions, known) in ways.items():
        begun = time.process_time()
        models = Models(**world)
        frames = boards.drawn(host.node, models, stories, captions, NOISE_SEED, weight, known)
        shares = boards.shares(frames, stories, (1, 2, 3) if known is None else (1, 2))
        rows.append({"model": name, "told": WEIGHTS[weight], "boards": way})
        rows[-1] |= {kind: round(share, 1) for kind, share in shares.items()}
        if known is not None:
            pairs = zip(frames[:, boards.GIVEN], np.stack(known)[:, boards.GIVEN], strict=True)
            changed = sum(int(np.unpackbits(one ^ other).sum()) for one, other in pairs)
            rows[-1]["bits changed in known frames"] = changed
        rows[-1]["CPU s a board"] = round((time.process_time() - begun) / len(stories), 2)
        print(rows[-1], flush=True)
    return rows
