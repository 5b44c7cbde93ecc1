"""Do the nodes tell what a picture says? In the small world, with a CLIP made there, on pictures that it never saw.

`python -m benchmarks retrieval_world [--seed N] [--asked N] [--count N] [--write]`. The CLIP is learned on one thread;
the state of that lies in `out/retrieval_world/SEED`: stopped, it goes on there. `--write` makes it the one that tests
load. Judged is the CLIP as it is kept, through the nodes, on pictures of scenes that learning never showed.
"""

import argparse
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from ..testing import comfy_host
from .kit.process import PACK

SCENES_SEED, PICTURES_SEED = 91, 7_000_000


def main(options: list[str]) -> dict[str, list[dict[str, Any]]]:
    parser = argparse.ArgumentParser(prog="retrieval_world")
    parser.add_argument("--seed", type=int, default=0, help="of what is learned")
    parser.add_argument("--asked", type=int, default=0, help="seed of pictures and prompts")
    parser.add_argument("--count", type=int, default=500, help="pictures, and prompts with a wrong word")
    parser.add_argument("--write", action="store_true", help="tests load this CLIP from now on")
    chosen = parser.parse_args(options)
    folder = PACK / "out" / "retrieval_world" / str(chosen.seed)
    import torch

    torch.set_num_threads(1)
    learning = learn(folder, chosen.seed)
    if chosen.write:
        from ..testing.world import pair

        shutil.copytree(folder / "kept", pair.KEPT, dirs_exist_ok=True)
    return {"learning": learning, **told(folder / "kept", chosen.asked, chosen.count)}


def learn(folder: Path, seed: int) -> list[dict[str, Any]]:
    """A row now and then: the loss of unseen pictures, and how many of each kind are nearest to the right phrase."""
    from ..testing.world import pair

    def report(outcome: Any) -> None:
        if outcome.figures[-1]["step"] == outcome.step:
            print(f"{time.process_time():.0f} CPU s", outcome.figures[-1], flush=True)

    figures = pair.make(folder, seed, report).figures
    return [{"seed": seed} | {name: round(value, 3) for name, value in each.items()} for each in figures]


def told(kept: Path, asked: int, count: int) -> dict[str, list[dict[str, Any]]]:
    """What each node gets right, in percent."""
    import torch

    from ..testing.models import clip_pair
    from ..testing.world import pair, telling

    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        host = comfy_host.Comfy(base)
        model = pair.write(base / "models" / "text_encoders" / "world", kept)
        with torch.inference_mode():
            halves = {"clip": host.korean_clip("world/")[0], "clip_vision": clip_pair.vision(model)}
        found = pair.some(random.Random(SCENES_SEED + asked), count, True)
        image = telling.pictures(found, PICTURES_SEED + 10_000 * asked)
        given = (host.lists, halves, found, image)
        rows = {
            "inversion": [{"mode": mode} | percent(telling.inversion(*given, mode)) for mode in telling.MOST],
            "styles": [percent(telling.styles(*given))],
            "checks": [percent(telling.checks(*given, asked))],
        }
    begun = {"asked": asked, "pictures": count}
    return {name: [begun | row for row in table] for name, table in rows.items()}


def percent(shares: dict[str, float]) -> dict[str, float]:
    return {kind: round(100 * share, 1) for kind, share in shares.items()}
