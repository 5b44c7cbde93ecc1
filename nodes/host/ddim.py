"""DDIM as diffusers takes it, in ComfyUI's terms: the "leading" timesteps, both ends, and a bar over several samplings.

diffusers' DDIMScheduler steps on timesteps such as 958, 925, ... 1 (30 steps), starts from plain normal noise there and
ends at the first alpha, not at 1. ComfyUI's samplers count in sigmas and scale their noise; in their terms DDIM is
Euler's step, so that only the schedule and both ends differ.
"""

from typing import Any

import comfy.utils
import latent_preview
import torch
from comfy.model_patcher import ModelPatcher


def leading_sigmas(model_sampling: Any, steps: int) -> torch.Tensor:
    """Sigmas `[steps + 1]` at the leading timesteps; the last is that of timestep 0, where the original stops."""
    ratio = len(model_sampling.sigmas) // steps
    timesteps = [index * ratio + 1 for index in reversed(range(steps))]
    return model_sampling.sigmas[[*timesteps, 0]].cpu()


def start(sigma: float, largest: float) -> float:
    """What makes ComfyUI's first noise, sigma times normal, as strong as DDIM's, which is normal at that timestep."""
    if sigma >= largest * (1 - 1e-5):
        return 1.0  # ComfyUI does it by itself at the very end of the schedule
    return (1 + sigma**2) ** 0.5 / sigma


def at_scale(samples: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """What a sampling ended with at `sigma`, for the VAE: a little noisy still, at the scale of its timestep."""
    return samples / (1 + sigma.to(samples) ** 2) ** 0.5


class Steps:
    """ComfyUI's progress bar and preview over several samplings of as many steps."""

    def __init__(self, model: ModelPatcher, samplings: int, steps: int) -> None:
        network: Any = model.model
        self._previewer = latent_preview.get_previewer(model.load_device, network.latent_format)
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
