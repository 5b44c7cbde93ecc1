"""What a frame with references costs: StoryGen's evaluations and their time, ours beside the original's order.

`python -m benchmarks story [--size tiny|half|real] [--steps 4] [--rounds 7]`. The network has StoryGen's layout and
random weights, which cost what trained ones cost; one process, one thread. Plain is ordinary guidance of Stable
Diffusion 1.5, two evaluations a step. The original passes every reference three times ("no reference" once, the
reference twice) and the picture three times, each as one batch of three; it stands here as that order of work over the
very same network.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..testing import comfy_host
from ..testing.models import storygen as storygen_models
from .kit import process

SIZES = {
    "tiny": ((32, 64, 96, 96), 32, 16),
    "half": ((160, 320, 640, 640), 768, 32),
    "real": ((320, 640, 1280, 1280), 768, 64),
}
"""Channels, width of the texts, height and width of the latents."""
TOKENS, MOST = 77, 3
PUBLISHED_STEPS = 40
PLAIN = "plain Stable Diffusion 1.5"


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="story")
    parser.add_argument("--size", choices=list(SIZES), default="tiny", help="of the network")
    parser.add_argument("--steps", type=int, default=4, help="that are timed")
    parser.add_argument("--rounds", type=int, default=7, help="of all ways in turn")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as folder:
        found = process.alone("story", folder, given.size, str(given.steps), str(given.rounds))
    return {given.size: found["rows"]}


def part(base: str, size: str, steps: str, rounds: str) -> dict[str, list[dict]]:
    """Every way of drawing, warmed up and timed: rows of the table."""
    comfy_host.start(Path(base))
    import torch

    with torch.inference_mode():
        ways = Story(*SIZES[size]).ways()
        for way in ways:
            way.draw(1)
        # In turns, so that what else the machine does falls on all.
        timed = [{way.name: a_step(way.draw, int(steps)) for way in ways} for _ in range(int(rounds))]
    rows = []
    for way in ways:
        seconds = statistics.median(each[way.name] for each in timed)
        rows.append({"way": way.name, "evaluations a step": way.evaluations, "CPU s a step": round(seconds, 3)})
        rows[-1]["frame of 40 steps, CPU s"] = round(PUBLISHED_STEPS * seconds, 1)
        for column, other in {"of plain": PLAIN, "of the original's order": way.original}.items():
            shares = [each[way.name] / each[other] for each in timed]
            rows[-1][column] = round(statistics.median(shares), 2)
    return {"rows": rows}


def a_step(draw: Callable[[int], object], steps: int) -> float:
    """CPU seconds; what a picture costs once is not counted."""
    return (taken(draw, 1 + steps) - taken(draw, 1)) / steps


def taken(draw: Callable[[int], object], steps: int) -> float:
    """CPU seconds of so many steps."""
    begun = time.process_time()
    draw(steps)
    return time.process_time() - begun


@dataclass(frozen=True)
class Way:
    """A way to draw."""

    name: str
    evaluations: int
    """Of the network in a step."""
    draw: Callable[[int], object]
    """So many steps."""
    original: str
    """Name of the way to draw the same in the original's order; without references that is plain."""


class Story:
    """A network, texts and references, all random, and the ways to draw with them."""

    def __init__(self, channels: tuple[int, ...], context: int, side: int) -> None:
        import torch

        from ..nodes.story import comfy_load
        from ..nodes.story.weights import BLOCK, PARTS, Weights

        tensors = storygen_models.tensors(channels, context)
        blocks: dict[str, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            if (block := BLOCK.fullmatch(name)) and block[2] in PARTS:
                blocks.setdefault(block[1], {})[block[2]] = tensor
        storygen = comfy_load.load("random", Weights(blocks, None, ()), None)
        self.plain = storygen_models.model(tensors, channels, context)
        self.model = comfy_load.apply(self.plain, storygen)
        self.texts = [[[text, {}]] for text in torch.randn(MOST + 2, 1, TOKENS, context)]
        self.noise = torch.randn(1, 4, side, side)
        self.pixels = torch.rand(MOST, 8 * side, 8 * side, 3)

    def encode(self, pixels: Any) -> Any:
        """Stands for the VAE, which is not timed."""
        return self.noise.expand(len(pixels), -1, -1, -1).clone()

    def ways(self) -> list[Way]:
        """Plain, then ours and the original's order with each number of references."""
        found = [Way(PLAIN, 2, partial(self._draw, self.plain, 0), PLAIN)]
        for count in range(1, MOST + 1):
            told = f"{count} reference{'s' * (count > 1)}"
            theirs = f"the original's order, {told}"
            found.append(Way(f"ours, {told}", 2 * count + 3, partial(self._draw, self.model, count), theirs))
            found.append(Way(theirs, 3 * count + 3, partial(self._original, count), theirs))
        return found

    def _draw(self, model: Any, count: int, steps: int) -> object:
        from comfy.samplers import ksampler

        from ..nodes.host.ddim import leading_sigmas
        from ..nodes.story import comfy_references
        from ..nodes.story.comfy_guider import Guider

        text, negative, *captions = self.texts
        references = comfy_references.References(
            self, self.pixels[:count], captions[:count], negative, comfy_references.AS_TRAINED, "auto-regressive"
        )
        guider = Guider(model, references if count else None, 7.0, 3.5)
        guider.set_story_conds(text, negative, negative)
        sigmas = leading_sigmas(model.get_model_object("model_sampling"), PUBLISHED_STEPS)[: steps + 1]
        return guider.sample(self.noise, self.noise * 0, ksampler("euler"), sigmas, disable_pbar=True, seed=0)

    def _original(self, count: int, steps: int) -> None:
        import torch
        from comfy import model_management

        from ..nodes.story.comfy_attention import PASS, Noting, Reading

        model_management.load_models_gpu([self.model, *self.model.get_nested_additional_models()])
        device = self.model.load_device
        network: Any = self.model.model.diffusion_model
        three = self.noise.expand(3, -1, -1, -1).to(device, network.dtype)
        texts = torch.cat([states for ((states, _),) in self.texts[:3]]).to(device, network.dtype)

        def passed(passing: object) -> None:
            options = {**self.model.model_options["transformer_options"], PASS: passing}
            network(three, torch.full((3,), 97.0, device=device), context=texts, transformer_options=options)

        for _ in range(steps):
            noted = [Noting() for _ in range(count)]
            for one in noted:
                passed(one)
            joined = {block: torch.cat([one.features[block] for one in noted], 1) for block in noted[0].features}
            passed(Reading(joined))
