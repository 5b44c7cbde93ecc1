"""The world's model made from nothing: about 50 minutes of one core; stopped, it goes on."""

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
from .scene import MARKS, WORDS, Scene, scenes

NEVER_SHOWN = {known["mark"] for known in WORDS["topic"].values() if not known["in_base"]}
"""Marks that the model must put together from a tone and a place that others have."""
MARKED = 0.25
"""Share of pictures that carry a mark."""
SHOWN, UNSEEN, CODED = 16000, 256, 2000
UNSEEN_PICTURES = 1_000_000
"""Where the seeds of pictures begin that are only measured."""
STAGES = (
    # What the sentence decides is decided where the noise is high, so it is learned there first. Then all else, such as
    # the points of a small star; and that a sentence means the same behind something else.
    (16, 0.3, 0, Plan(steps=3000, learning_rate=2e-3, warm_up=100, average=0.998, measure_every=250, save_every=250)),
    (32, 0.5, 8, Plan(steps=13000, learning_rate=2e-3, warm_up=100, average=0.999, measure_every=500, save_every=250)),
)
"""`batch`, `high` and `before` of the task, and the plan."""


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
    code = latent.fit(np.stack([draw(scene, number) for number, scene in enumerate(some(chance, CODED, False))]))
    unet = network.unet()
    network.begin(unet, seed)
    encoder = text.encoder(kept, seed)
    shown = learning.pool(kept, code, some(chance, SHOWN, False), CODED)
    unseen = learning.pool(kept, code, some(chance, UNSEEN, True), UNSEEN_PICTURES)
    wrong = learning.swapped(kept, unseen.scenes)
    outcomes = []
    try:
        for number, (batch, high, before, plan) in enumerate(STAGES):
            task = learning.World(unet.train(), encoder.train(), shown, unseen, wrong, batch, high, before)
            outcomes.append(
                train(task, replace(plan, seed=seed + number), folder / f"stage{number}.safetensors", on_step)
            )
    finally:
        keep(kept, code, unet, encoder)
    return outcomes


def some(chance: random.Random, count: int, held_out: bool) -> list[Scene]:
    """Scenes to learn from, a part of them marked; or to be measured by."""
    shown = () if held_out else tuple(mark for mark in MARKS if mark not in NEVER_SHOWN)
    return scenes(chance, count, held_out, topics=shown, topic=MARKED)


def keep(folder: Path, code: latent.BlockCode, unet: torch.nn.Module, encoder) -> None:
    """Write the UNet in a byte a weight, all else in half precision.

    The text encoder lies beside its tokenizer in the layout of transformers.
    """
    save_file(packed.pack(unet.state_dict()), folder / "unet.safetensors")
    for name, part in {"vae": code, "model": encoder}.items():
        half = {key: value.detach().half() for key, value in part.state_dict().items()}
        save_file(half, folder / f"{name}.safetensors")
    encoder.config.to_json_file(folder / "config.json")
