"""Is a style learned as a LoRA from captioned pictures? In the small world, by the chain of `train_lora_korean`.

`python -m benchmarks style_training STYLE [--steps N ...]`. 60 pictures share a style that no caption says and that the
world's model never saw. Each is encoded with its caption, or every fifth with an empty one; core's Train LoRA learns
from the pairs, once for each count of steps, and Load LoRA Model puts what it learned to work on captions that nobody
learned from. The judge says what pictures show. One thread.
"""

import argparse
import asyncio
import random
import tempfile
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from ..runner import places
from ..testing import comfy_host
from ..testing.world.scene import STYLES, scenes
from ..testing.world.sentence import ORDERS, sentence

PICTURES, TITLES = 60, 60
FIFTH = 5
SETTINGS = {
    "batch_size": 8,
    "learning_rate": 0.002,
    "rank": 8,
    "training_dtype": "fp32",
    "lora_dtype": "fp32",
    "gradient_checkpointing": False,
}


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="style_training")
    parser.add_argument("style", choices=STYLES)
    parser.add_argument("--steps", type=int, nargs="+", default=[30, 60, 150])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as temporary:
        host = comfy_host.Comfy(Path(temporary))
        asyncio.run(host.nodes.load_custom_node(str(places.comfyui() / "comfy_extras" / "nodes_train.py")))
        return {"styles": learned(host, chosen.style, chosen.steps, chosen.seed)}


def learned(host: comfy_host.Comfy, style: str, counts: list[int], seed: int) -> list[dict]:
    """A row without a LoRA, and one for each count of steps, with all captions and with every fifth left empty."""
    import torch

    torch.set_num_threads(1)
    model, clip, vae = host.node("LoadSmallWorld")
    told = {"style": style, "seed": seed}
    rows = [told | {"empty captions": "", "steps": 0, "CPU s of training": 0} | _row(model, clip, vae, style)]
    for empty, steps in product((False, True), counts):
        begun = time.process_time()
        lora = _lora(host, model, clip, vae, style, empty, steps, seed)
        seconds = round(time.process_time() - begun)
        (styled,) = host.node("LoraModelLoader", model=model, lora=lora, strength_model=1.0)
        given = {"empty captions": "every fifth" if empty else "none", "steps": steps, "CPU s of training": seconds}
        rows.append(told | given | _row(styled, clip, vae, style))
    return rows


def _row(model, clip, vae, style: str) -> dict[str, float]:
    from ..testing.world import judging

    meant = scenes(random.Random(31), TITLES, True)
    captions = [_caption(scene, number) for number, scene in enumerate(meant)]
    seen = judging.judged(judging.drawn(judging.Models(model, clip, vae), captions, 6))
    right = judging.shares(seen, meant)
    said = np.mean([right[kind] for kind in ("ground", "colour", "shape", "size")])
    has = 100 * np.mean([verdict.scene.style == style for verdict in seen])
    return {"has the style, %": round(float(has), 1), "what captions say, %": round(float(said), 1)}


def _lora(host: comfy_host.Comfy, model, clip, vae, style: str, empty: bool, steps: int, seed: int):
    import torch

    from ..testing.world.drawing import draw

    found = [replace(scene, style=style) for scene in scenes(random.Random(32 + seed), PICTURES, False)]
    pictures = [torch.from_numpy(draw(scene, 700 + number)).float()[None] / 255 for number, scene in enumerate(found)]
    captions = ["" if empty and number % FIFTH == 0 else _caption(scene, number) for number, scene in enumerate(found)]
    latents = host.lists("VAEEncode", {"pixels": pictures}, vae=vae)[0]
    positive = host.lists("CLIPTextEncode", {"text": captions}, clip=clip)[0]
    pairs = {"latents": latents, "positive": positive}
    return host.lists("TrainLoraNode", pairs, model=model, steps=steps, seed=seed, **SETTINGS)[0][0]


def _caption(scene, number: int) -> str:
    return sentence(scene, "en", number % ORDERS, places=False)
