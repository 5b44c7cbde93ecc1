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
from .story_training import CHANCE, KINDS, some, write

STORIES, STORIES_SEED = 400, 2
DRAWN, UNSEEN_SEED = 30, 888
SETTINGS = {"frames": 4, "columns": 2, "side": 64, "learning_rate": 0.002, "batch_size": 4, "rank": 16}
STEPS, CFG, SIDE = 12, 2.0, 64
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
    ways = {
        "captions alone": ("visualize", False),
        "with the whole story": ("visualize", True),
        "filled in, captions alone": ("infill", False),
        "filled in, with the whole story": ("infill", True),
    }
    rows = []
    for way, (task, told) in ways.items():
        begun = time.process_time()
        boards = [board(host, world, story, number, task, told) for number, story in enumerate(stories)]
        judged = (1, 2, 3) if task == "visualize" else (1, 2)
        found = [right(frames[frame], story.scenes[frame]) for frames, story in zip(boards, stories, strict=True)
                 for frame in judged]  # fmt: skip
        rows.append({"model": name, "drawn": way})
        rows[-1] |= {kind: round(100 * float(np.mean([one[kind] for one in found])), 1) for kind in KINDS}
        if task == "infill":
            rows[-1]["bits changed in known frames"] = sum(
                int(np.unpackbits(frames[frame] ^ known(story, number)[frame]).sum())
                for number, (frames, story) in enumerate(zip(boards, stories, strict=True))
                for frame in (0, 3)
            )
        rows[-1]["CPU s a board"] = round((time.process_time() - begun) / len(stories), 2)
        print(rows[-1], flush=True)
    return rows


def board(host: comfy_host.Comfy, world: dict, story, number: int, task: str, told: bool) -> np.ndarray:
    """The frames of a board: uint8 [4, 64, 64, 3]."""
    import torch

    import nodes

    lines = story.lines("en", number)
    laid = {"story": "\n".join(lines), "task": task, "frames": 0, "columns": 2, "frame_width": SIDE}
    if task == "infill":
        laid |= {"known": torch.from_numpy(known(story, number)[[0, 3]]).float() / 255, "vae": world["vae"]}
    latent, board = host.node("DancheongStoryboard", frame_height=SIDE, **laid)
    latent["samples"] = latent["samples"] if task == "infill" else torch.zeros(1, 12, 2 * SIDE // 8, 2 * SIDE // 8)
    hero = story.scenes[0].things[0]
    model, positive = host.node(
        "DancheongStoryboardAttention",
        model=world["model"],
        clip=world["clip"],
        storyboard=board,
        whole_story=f"a {hero.colour} {hero.shape}" if told else "",
        global_weight=WEIGHT if told else 0.0,
    )
    negative = nodes.CLIPTextEncode().encode(world["clip"], "")[0]
    (found,) = nodes.common_ksampler(
        model, 5 + number, STEPS, CFG, "dpmpp_2m", "sgm_uniform", positive, negative, latent
    )
    (picture,) = nodes.VAEDecode().decode(world["vae"], found)
    (frames,) = host.node("DancheongSplitStoryboard", image=picture, storyboard=board)
    return (frames * 255).round().byte().numpy()


def known(story, number: int) -> np.ndarray:
    """The frames as they should be: uint8 [4, 64, 64, 3]."""
    from ..testing.world.drawing import draw

    return np.stack([draw(scene, 10 * number + 2 * 10**6 + place) for place, scene in enumerate(story.scenes)])


def right(picture: np.ndarray, meant) -> dict[str, bool]:
    """What a frame has right."""
    from ..testing.world import judge

    return judge.right(judge.judge(picture).scene, meant)
