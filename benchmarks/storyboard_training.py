"""Do frames that are drawn together agree? Boards of 2 x 2 in the small world, before and after a LoRA on boards.

`python -m benchmarks storyboard_training [--steps N] [--seed N]`. The first caption of a story names its hero's colour
and shape, the other three say "hero". Boards of unseen stories are drawn with the whole story named beside each caption
and without it, and the judge looks at the three frames that are not told. To fill in, the first and the last frame are
given, which must come back bit for bit, and the two between them are judged. Then Train Storyboard learns a LoRA from
a folder of stories, and all is drawn again. The run lies in `out/storyboard_training/SEED`: stopped, it goes on there.
One thread.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from .kit.process import PACK
from .story_training import CHANCE, some, write

STORIES, STORIES_SEED = 400, 2
DRAWN, UNSEEN_SEED = 30, 888
SETTINGS = {"frames": 4, "columns": 2, "side": 64, "learning_rate": 0.002, "batch_size": 4, "rank": 16}
NOISE_SEED, KNOWN_SEED = 5, 2 * 10**6
WEIGHT = 0.5
"""Of the whole story, where it is told."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="storyboard_training")
    parser.add_argument("--steps", type=int, default=1200, help="of training; 0: boards without a LoRA alone")
    parser.add_argument("--seed", type=int, default=0)
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
    rows = [{"model": "by chance", **{kind: round(share, 1) for kind, share in CHANCE.items()}}]
    rows += drawn(host, "as it is", world, stories)
    if not given.steps:
        return {"boards": [{"seed": given.seed, **row} for row in rows]}
    lora, learning = learned(host, base, world, given.steps, given.seed)
    import comfy.sd

    model, _ = comfy.sd.load_lora_for_models(world["model"], None, lora, 1.0, 0.0)
    rows += drawn(host, "with the LoRA", world | {"model": model}, stories)
    return {"learning": [{"seed": given.seed, **learning}], "boards": [{"seed": given.seed, **row} for row in rows]}


def learned(host: comfy_host.Comfy, base: Path, world: dict, steps: int, seed: int) -> tuple[dict, dict]:
    """The LoRA, and the run's end."""
    begun = time.process_time()
    resume = "world_001" if (base / "output" / "storyboard_runs" / "world_001.safetensors").exists() else ""
    settings = SETTINGS | {"stories": "stories", "steps": steps, "seed": seed, "name": "world", "resume": resume}
    settings |= {"global_weight": 0.0}
    lora, losses, report = host.node("DancheongTrainStoryboard", **world, **settings)
    print(report, flush=True)
    found = {"steps": steps, "loss at first": round(float(np.mean(losses["loss"][:100])), 4)}
    found["loss at last"] = round(float(np.mean(losses["loss"][-100:])), 4)
    return lora, found if resume else found | {"CPU s": round(time.process_time() - begun)}


def drawn(host: comfy_host.Comfy, name: str, world: dict, stories: list) -> list[dict]:
    """A row for each way to draw boards."""
    from ..testing.world import boards
    from ..testing.world.judging import Models
    from ..testing.world.sentence import sentence

    told = [story.lines("en", number) for number, story in enumerate(stories)]
    named = [tuple(sentence(scene, "en", number) for scene in story.scenes) for number, story in enumerate(stories)]
    given = [boards.pictures(story, KNOWN_SEED + 10 * number) for number, story in enumerate(stories)]
    ways = {
        "the hero named in every caption": {"captions": named},
        "captions alone": {"captions": told},
        "with the whole story": {"captions": told, "weight": WEIGHT},
        "filled in, captions alone": {"captions": told, "given": given},
        "filled in, with the whole story": {"captions": told, "given": given, "weight": WEIGHT},
    }
    rows = []
    for way, asked in ways.items():
        begun = time.process_time()
        frames = boards.drawn(host.node, Models(**world), stories, seed=NOISE_SEED, **asked)
        between = "given" in asked
        shares = boards.shares(frames, stories, (1, 2) if between else (1, 2, 3))
        rows.append({"model": name, "drawn": way, **{kind: round(share, 1) for kind, share in shares.items()}})
        if between:
            known = zip(frames[:, boards.GIVEN], np.stack(given)[:, boards.GIVEN], strict=True)
            changed = sum(int(np.unpackbits(one ^ other).sum()) for one, other in known)
            rows[-1]["bits changed in known frames"] = changed
        rows[-1]["CPU s a board"] = round((time.process_time() - begun) / len(stories), 2)
        print(rows[-1], flush=True)
    return rows
