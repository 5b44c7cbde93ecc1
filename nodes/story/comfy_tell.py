"""A story drawn frame after frame: the first from its text alone, each next one from its text and the last few."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from comfy import model_management
from comfy.model_patcher import ModelPatcher
from comfy.samplers import ksampler

from ..ground import UserError
from ..host.ddim import Steps, at_scale, leading_sigmas, start
from ..host.images import to_size
from ..host.progress import interruptible_layers
from .comfy_guider import Guider
from .comfy_references import AS_TRAINED, References, encode, opaque

SEEDS = 1 << 64


@dataclass(frozen=True)
class Manner:
    """How every frame is drawn."""

    stage: str
    negative: str
    keep: int
    """Earlier frames that the next one looks at."""
    steps: int
    cfg: float
    image_cfg: float
    width: int
    """px, as is the height."""
    height: int
    seed: int
    """Of the first frame; every next one counts up from it."""


@dataclass(frozen=True)
class Told:
    """What is finished of a story."""

    frames: torch.Tensor
    """`[N,H,W,3]`."""
    captions: list[str]
    lines: list[str]
    """The report."""
    whole: bool
    """Not interrupted."""


def tell(
    model: ModelPatcher, clip: Any, vae: Any, story: list[str], manner: Manner, given: torch.Tensor | None
) -> Told:
    """Draw a story; an interrupt ends it with the frames that are finished.

    Args:
        model: with StoryGen.
        story: a line a frame.
        given: the first frames `[N,H,W,C]`, where they are there.

    Raises:
        UserError: no line to draw, or a size between two that the network has.
        InterruptProcessingException: no frame of it is finished yet.
    """
    network: Any = model.model
    cell = network.latent_format.spacial_downscale_ratio
    if manner.width % cell or manner.height % cell:
        raise UserError(
            f"Expected width and height in steps of {cell} px, got {manner.width} x {manner.height}: choose "
            f"{manner.width // cell * cell} x {manner.height // cell * cell}."
        )
    frames, lines = _begun(given, manner), []
    if not story:
        raise UserError("Expected a story of a line a frame, got no line: write what each frame shows.")
    if len(frames) >= len(story):
        raise UserError(
            f"Expected more lines than the {len(frames)} first frames that are given, got {len(story)}: add a line for "
            "each frame to draw."
        )
    lines += [f"Frame {number}: given." for number in range(1, len(frames) + 1)]
    drawing = _Drawing(model, clip, vae, story, manner, len(story) - len(frames))
    drawn = 0
    try:
        for number in range(len(frames), len(story)):
            frames.append(drawing.frame(number, frames))
            lines.append(drawing.line(number))
            drawn += 1
    except model_management.InterruptProcessingException:
        if not drawn:
            raise
        lines.append(
            f"Interrupted in frame {len(frames) + 1} of {len(story)}: the {len(frames)} before it are kept. Run again "
            "to draw the whole story."
        )
    return Told(torch.cat(frames), story[: len(frames)], lines, len(frames) == len(story))


def _begun(given: torch.Tensor | None, manner: Manner) -> list[torch.Tensor]:
    """The frames that are given, one by one, at the size of the story."""
    if given is None:
        return []
    return list(to_size(opaque(given), manner.height, manner.width).split(1))


class _Drawing:
    """Draws frames, and moves the bar over all of them."""

    def __init__(self, model: ModelPatcher, clip: Any, vae: Any, story: list[str], manner: Manner, count: int) -> None:
        self._model, self._vae, self._manner, self._story = model, vae, manner, story
        self._told = [encode(clip, line) for line in story]
        self._negative = encode(clip, manner.negative)
        self._steps = Steps(model, count, manner.steps)

    def frame(self, number: int, before: list[torch.Tensor]) -> torch.Tensor:
        """Frame `number`, from 0 on, as `[1,H,W,3]`."""
        network: Any = self._model.model
        with ExitStack() as stack:
            for layers in (network.diffusion_model, self._vae.first_stage_model):
                stack.enter_context(interruptible_layers(layers))
            samples = self._sample(self._guider(number, before[-self._manner.keep :]), self._seed(number))
            self._steps.next()
            decoded = self._vae.decode(samples)
        return decoded.cpu().float()

    def line(self, number: int) -> str:
        """What the report says of a frame."""
        seen = min(number, self._manner.keep)
        looks = f"looks at {seen} before it" if seen else "from its text alone"
        return f"Frame {number + 1}: seed {self._seed(number)}, {looks}: {self._story[number]}"

    def _seed(self, number: int) -> int:
        return (self._manner.seed + number) % SEEDS

    def _guider(self, number: int, before: list[torch.Tensor]) -> Guider:
        manner = self._manner
        references = None
        if before:
            told = self._told[number - len(before) : number]
            references = References(self._vae, torch.cat(before), told, self._negative, AS_TRAINED, manner.stage)
        guider = Guider(self._model, references, manner.cfg, manner.image_cfg)
        guider.set_story_conds(self._told[number], self._negative, self._negative)
        return guider

    def _sample(self, guider: Guider, seed: int) -> torch.Tensor:
        network: Any = self._model.model
        sampling: Any = self._model.get_model_object("model_sampling")
        cell = network.latent_format.spacial_downscale_ratio
        shape = (1, network.latent_format.latent_channels, self._manner.height // cell, self._manner.width // cell)
        sigmas = leading_sigmas(sampling, self._manner.steps)
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        samples = guider.sample(
            noise * start(float(sigmas[0]), float(sampling.sigma_max)),
            torch.zeros(shape),
            ksampler("euler"),
            sigmas,
            callback=self._steps.callback,
            disable_pbar=True,
            seed=seed,
        )
        return at_scale(samples, sigmas[-1])
