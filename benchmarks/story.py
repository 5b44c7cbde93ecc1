"""What a frame with references costs: StoryGen's evaluations and their time, ours beside the original's order.

`python -m benchmarks story [--size tiny|half|real] [--steps 4]`. The network has StoryGen's layout and random weights,
which cost what trained ones cost; one process, one thread. Plain is ordinary guidance of Stable Diffusion 1.5, two
evaluations a step. The original passes every reference three times ("no reference" once, the reference twice) and the
picture three times, each as one batch of three; it stands here as that order of work over the very same network.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
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


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="story")
    parser.add_argument("--size", choices=list(SIZES), default="tiny", help="of the network")
    parser.add_argument("--steps", type=int, default=4, help="that are timed")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as folder:
        found = process.alone("story", folder, given.size, str(given.steps))
    return {given.size: found["rows"]}


def part(base: str, size: str, steps: str) -> dict[str, list[dict]]:
    """Every way of drawing, warmed up and timed: rows of the table."""
    comfy_host.start(Path(base))
    import torch

    rows = []
    with torch.inference_mode():
        story = Story(*SIZES[size])
        for name, evaluations, draw in story.ways():
            draw(1)
            # A step more or less, so that what a picture costs once is not counted.
            seconds = (taken(draw, 1 + int(steps)) - taken(draw, 1)) / int(steps)
            rows.append({"way": name, "evaluations a step": evaluations, "CPU s a step": round(seconds, 3)})
            rows[-1]["frame of 40 steps, CPU s"] = round(PUBLISHED_STEPS * seconds, 1)
    plain, theirs = rows[0]["CPU s a step"], rows[-1]["CPU s a step"]
    for row in rows:
        row["of plain"] = round(row["CPU s a step"] / plain, 2)
        row["of the original's order"] = round(row["CPU s a step"] / theirs, 2)
    return {"rows": rows}


def taken(draw: Callable[[int], object], steps: int) -> float:
    """CPU seconds of so many steps."""
    begun = time.process_time()
    draw(steps)
    return time.process_time() - begun


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

    def ways(self) -> list[tuple[str, int, Callable[[int], object]]]:
        """(name, evaluations a step, draw so many steps)."""
        ours = [
            (
                f"ours, {count} references",
                2 * count + 3,
                lambda steps, count=count: self._draw(self.model, count, steps),
            )
            for count in range(1, MOST + 1)
        ]
        return [
            ("plain Stable Diffusion 1.5", 2, lambda steps: self._draw(self.plain, 0, steps)),
            *ours,
            (f"the original's order, {MOST} references", 3 * MOST + 3, self._original),
        ]

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

    def _original(self, steps: int) -> None:
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
            noted = [Noting() for _ in range(MOST)]
            for one in noted:
                passed(one)
            joined = {block: torch.cat([one.features[block] for one in noted], 1) for block in noted[0].features}
            passed(Reading(joined))
