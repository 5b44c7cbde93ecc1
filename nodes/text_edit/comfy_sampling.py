"""Draw a word into a hole: DiffSTE's own DDIM steps, or any of ComfyUI's samplers.

DiffSTE steps with diffusers' DDIMScheduler on "leading" timesteps (958, 925, ... 1 for 30 steps), starts from plain
normal noise there and ends at the first alpha, not at 1. ComfyUI's samplers count in sigmas and scale their noise; in
their terms DDIM is Euler's step, its eta that of the ancestral one, so that only the schedule and both ends differ.
"""

from dataclasses import dataclass
from typing import Any

import comfy.samplers
import comfy.utils
import latent_preview
import torch
from comfy.sample import sample_custom

from .comfy_encode import Context
from .comfy_load import TextEditor
from .comfy_unet import CHARACTERS

DDIM, LEADING = "ddim", "leading"
SAMPLERS = (DDIM, *(name for name in comfy.samplers.SAMPLER_NAMES if name != DDIM))
LAST_SEED = (1 << 64) - 1
"""ComfyUI's samplers add 1 on a CPU, and torch takes no more than 64 bits."""
SCHEDULERS = (LEADING, *comfy.samplers.SCHEDULER_NAMES)


@dataclass(frozen=True)
class Settings:
    """How samples are drawn."""

    steps: int
    cfg: float
    sampler: str
    scheduler: str
    eta: float
    """Noise that DDIM adds again in every step, 0 to 1; other samplers have their own."""


def leading_sigmas(model_sampling: Any, steps: int) -> torch.Tensor:
    """Sigmas `[steps + 1]` at the leading timesteps; the last is that of timestep 0, where the original stops."""
    ratio = len(model_sampling.sigmas) // steps
    timesteps = [index * ratio + 1 for index in reversed(range(steps))]
    return model_sampling.sigmas[[*timesteps, 0]].cpu()


def sample(
    editor: TextEditor,
    positive: Context,
    negative: Context,
    hole: torch.Tensor,
    mask: torch.Tensor,
    seed: int,
    count: int,
    settings: Settings,
    callback: Any,
) -> torch.Tensor:
    """Draw `count` samples.

    Args:
        hole: `[1,4,h,w]`, the picture with the masked area grey, as the VAE encodes it.
        mask: `[1,1,h,w]`, 1 = draw.
        callback: called with (step, x0, x, steps), as ComfyUI's samplers do.

    Returns:
        `[count,4,h,w]` for the VAE.
    """
    model = editor.model
    model_sampling: Any = model.get_model_object("model_sampling")
    if settings.scheduler == LEADING:
        sigmas = leading_sigmas(model_sampling, settings.steps)
    else:
        sigmas = comfy.samplers.KSampler(
            model, settings.steps, model.load_device, settings.sampler, settings.scheduler
        ).sigmas
    if settings.sampler == DDIM:
        sampler = comfy.samplers.ksampler("euler_ancestral", {"eta": settings.eta})
    else:
        sampler = comfy.samplers.sampler_object(settings.sampler)

    def told(context: Context) -> list[Any]:
        hidden = {"concat_latent_image": hole, "concat_mask": mask}
        return [[context.text, {CHARACTERS: context.characters, **hidden}]]

    noise = torch.randn((count, *hole.shape[1:]), generator=torch.Generator().manual_seed(seed))
    samples = sample_custom(
        model,
        noise * _start(float(sigmas[0]), float(model_sampling.sigma_max)),
        settings.cfg,
        sampler,
        sigmas,
        told(positive),
        told(negative),
        torch.zeros_like(noise),
        callback=callback,
        disable_pbar=True,
        seed=seed % LAST_SEED,
    )
    # What is left is a little noisy picture: the original hands it to the VAE at the scale of its timestep.
    return samples / (1 + sigmas[-1].to(samples) ** 2) ** 0.5


def _start(sigma: float, largest: float) -> float:
    """What makes ComfyUI's first noise, sigma times normal, as strong as DDIM's, which is normal at that timestep."""
    if sigma >= largest * (1 - 1e-5):
        return 1.0  # ComfyUI does it by itself at the very end of the schedule
    return (1 + sigma**2) ** 0.5 / sigma


class Steps:
    """ComfyUI's progress bar and preview over several samplings."""

    def __init__(self, editor: TextEditor, samplings: int, steps: int) -> None:
        self._previewer = latent_preview.get_previewer(editor.model.load_device, editor.model.model.latent_format)
        self._bar = comfy.utils.ProgressBar(samplings * steps)
        self._steps, self._finished = steps, 0

    def callback(self, step: int, x0: torch.Tensor, _x: torch.Tensor, _total: int) -> None:
        """As ComfyUI's samplers call it after every step."""
        preview = self._previewer.decode_latent_to_preview_image("JPEG", x0) if self._previewer else None
        self._bar.update_absolute(self._finished + min(step + 1, self._steps), preview=preview)

    def next(self) -> None:
        """One sampling has ended."""
        self._finished += self._steps
        self._bar.update_absolute(self._finished)
