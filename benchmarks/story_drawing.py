"""The next pictures of many stories at once, each exactly as Tell Story draws it, in a tenth of the time.

A network's call costs little more for twenty small pictures than for one. Noise, references, guidance and steps are
those of `nodes/story/comfy_guider.py` and `comfy_tell.py`; that the two agree is looked at in every run.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch

STEPS, CFG, IMAGE_CFG = 12, 2.0, 5.0
"""The world draws best at less guidance by texts than Stable Diffusion, and with more by pictures."""


@dataclass(frozen=True)
class Asked:
    """The next picture of a story."""

    before: torch.Tensor
    """[N, H, W, 3] in 0..1, the oldest first; every story of a batch has as many, or none."""
    captions: list[str]
    """One for each of these."""
    caption: str
    seed: int


class Drawing:
    """A MODEL with StoryGen, which draws batches."""

    def __init__(self, world: dict[str, Any], storygen: Any) -> None:
        from ..nodes.story import comfy_load
        from ..nodes.training.comfy import Denoiser

        self._world = world
        with torch.inference_mode(False):
            self._denoiser = Denoiser(comfy_load.apply(world["model"], storygen))

    def draw(self, asked: list[Asked]) -> torch.Tensor:
        """[B, H, W, 3] in 0..1."""
        from ..nodes.host.ddim import leading_sigmas
        from ..testing.world.latent import CHANNELS

        with torch.inference_mode():
            denoiser, count = self._denoiser, len(asked[0].before)
            chances = [torch.Generator().manual_seed(one.seed) for one in asked]
            noise, shared = (
                torch.cat([torch.randn(1, CHANNELS, 8, 8, generator=each) for each in chances]) for _ in "ab"
            )
            text, nothing = self._told([one.caption for one in asked]), self._told([""] * len(asked))
            grey = self._encoded(torch.full((1, 64, 64, 3), 0.5)).expand(len(asked), -1, -1, -1)
            # In 0 .. 1, where the VAE expects -1 .. 1: StoryGen's range.
            seen = [self._encoded(torch.stack([(one.before[n] + 1) / 2 for one in asked])) for n in range(count)]
            said = [self._told([one.captions[n] for one in asked]) for n in range(count)]
            sigmas = leading_sigmas(denoiser.sampling, STEPS)
            place = noise * (1 + sigmas[0] ** 2) ** 0.5
            for now, then in pairwise(sigmas):
                at = now.expand(len(asked))
                if count:
                    null = self._noted([grey] * count, [nothing] * count, at, shared)
                    read = self._noted(seen, said, at, shared)
                    none = denoiser.denoised(place, at, nothing, null)
                    image = denoiser.denoised(place, at, nothing, read)
                    clean = none + IMAGE_CFG * (image - none) + CFG * (denoiser.denoised(place, at, text, read) - image)
                else:
                    none = denoiser.denoised(place, at, nothing)
                    clean = none + CFG * (denoiser.denoised(place, at, text) - none)
                place = clean + (place - clean) * then / now
            samples = self._world["model"].model.process_latent_out(place / (1 + sigmas[-1] ** 2) ** 0.5)
            return self._world["vae"].decode(samples)

    def _noted(
        self, latents: list[torch.Tensor], told: list[torch.Tensor], at: torch.Tensor, noise: torch.Tensor
    ) -> dict[str, Any]:
        """The transformer options under which a picture reads these."""
        from ..nodes.story.comfy_attention import PASS, Noting, Reading
        from ..nodes.story.stage import AUTO_REGRESSIVE, timesteps

        sampling, noted = self._denoiser.sampling, []
        steps = timesteps(int(sampling.timestep(at[:1])), len(latents), AUTO_REGRESSIVE)
        for pictures, texts, step in zip(latents, told, steps, strict=True):
            sigma, noting = sampling.sigma(torch.tensor([float(step)])).expand(len(at)), Noting()
            noisy = pictures + sigma.view(-1, 1, 1, 1) * noise
            self._denoiser.denoised(noisy, sigma, texts, {PASS: noting})
            noted.append(noting.features)
        return {PASS: Reading({block: torch.cat([each[block] for each in noted], 1) for block in noted[0]})}

    def _encoded(self, pixels: torch.Tensor) -> torch.Tensor:
        return self._world["model"].model.process_latent_in(self._world["vae"].encode(pixels)).float()

    def _told(self, texts: list[str]) -> torch.Tensor:
        from ..nodes.story.comfy_references import encode

        return torch.cat([encode(self._world["clip"], text)[0][0] for text in texts])
