"""The world's model made from nothing: about 45 minutes of one core; stopped, it goes on."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from dancheong.nodes.training import Outcome, Plan, train
from safetensors.torch import save_file

from . import latent, learning, network, packed, text
from .drawing import draw
from .scene import TOPICS, WORDS, scenes

BASE_TOPICS = tuple(topic for topic in TOPICS if WORDS["topic"][topic]["in_base"])
SHOWN, UNSEEN, CODED = 12000, 256, 2000
UNSEEN_PICTURES = 1_000_000
"""Where the seeds of pictures begin that are only measured."""
STAGES = (
    # What the sentence decides is decided where the noise is high, so it is learned there first; then what is clean;
    # then that a sentence means the same behind something else.
    (0.3, 0, Plan(steps=10000, learning_rate=2e-3, warm_up=100, average=0.998, measure_every=250, save_every=250)),
    (0.7, 0, Plan(steps=2500, learning_rate=6e-4, warm_up=100, average=0.998, measure_every=250, save_every=250)),
    (0.35, 8, Plan(steps=1500, learning_rate=1e-3, warm_up=50, average=0.995, measure_every=250, save_every=250)),
)
"""`high` and `before` of the task, and the plan."""


def make(folder: Path, seed: int, on_step: Callable[[Outcome], None]) -> list[Outcome]:
    """Learn in stages, or go on where an earlier call with this folder was stopped.

    What comes of it lies in `folder/kept`, also after a stop: see `nodes.py`.

    Args:
        seed: of the first weights, of the scenes and of all that is drawn by chance.
    """
    kept = folder / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    text.tokenizer(kept, text.sentences("en"))
    chance = random.Random(seed)
    code = latent.fit(np.stack([draw(scene, number) for number, scene in enumerate(_some(chance, CODED, False))]))
    unet = network.unet()
    network.begin(unet, seed)
    encoder = text.encoder(kept, seed)
    shown = learning.pool(kept, code, _some(chance, SHOWN, False), CODED)
    unseen = learning.pool(kept, code, _some(chance, UNSEEN, True), UNSEEN_PICTURES)
    wrong = learning.swapped(kept, unseen.scenes)
    outcomes = []
    try:
        for number, (high, before, plan) in enumerate(STAGES):
            task = learning.World(unet.train(), encoder.train(), shown, unseen, wrong, high, before)
            outcomes.append(
                train(task, replace(plan, seed=seed + number), folder / f"stage{number}.safetensors", on_step)
            )
    finally:
        keep(kept, code, unet, encoder)
    return outcomes


def _some(chance: random.Random, count: int, held_out: bool):
    return scenes(chance, count, held_out, topics=() if held_out else BASE_TOPICS)


def keep(folder: Path, code: latent.BlockCode, unet: torch.nn.Module, encoder) -> None:
    """Write the UNet in a byte a weight, all else in half precision.

    The text encoder lies beside its tokenizer in the layout of transformers.
    """
    save_file(packed.pack(unet.state_dict()), folder / "unet.safetensors")
    for name, part in {"vae": code, "model": encoder}.items():
        half = {key: value.detach().half() for key, value in part.state_dict().items()}
        save_file(half, folder / f"{name}.safetensors")
    encoder.config.to_json_file(folder / "config.json")
