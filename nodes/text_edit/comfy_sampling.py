"""Draw a word into a hole: DiffSTE's own DDIM steps, or any of ComfyUI's samplers.

DDIM is Euler's step on the schedule of `host.ddim`, and its eta that of the ancestral one.
"""

from dataclasses import dataclass
from typing import Any

import comfy.samplers
import torch
from comfy.sample import sample_custom

from ..host.ddim import at_scale, leading_sigmas, start
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
        noise * start(float(sigmas[0]), float(model_sampling.sigma_max)),
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
    return at_scale(samples, sigmas[-1])
