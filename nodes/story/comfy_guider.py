"""Three ways to see a picture in every step: without references, with them, and with them and the text.

noise = none + image_cfg * (image - none) + cfg * (all - image), where "none" reads "no reference" noised like the
references, "image" reads the references, both with the negative text as a rule, and "all" reads references and text
(StoryGen's published pipeline). References pass through the network in every step, as their noise follows that of the
picture.
"""

import math
from typing import Any

import comfy.samplers
import torch
from comfy.model_patcher import ModelPatcher
from comfy.sampler_helpers import convert_cond
from comfy.samplers import calc_cond_batch, cfg_function, process_conds

from ..ground import UserError
from ..host.progress import check_interrupt
from .comfy_attention import PASS, Features, Noting, Reading
from .comfy_load import KEY
from .comfy_references import References
from .stage import AUTO_REGRESSIVE, timesteps


class Guider(comfy.samplers.CFGGuider):
    """A GUIDER for any of ComfyUI's samplers; without references it is its ordinary one."""

    def __init__(self, model: ModelPatcher, references: References | None, cfg: float, image_cfg: float) -> None:
        """
        Raises:
            UserError: references for a MODEL without StoryGen.
        """
        super().__init__(model)
        if references is not None and not model.get_additional_models_with_key(KEY):
            raise UserError("Expected a MODEL with StoryGen to read references, got one without: add Apply StoryGen.")
        self.references, self.image_cfg = references, image_cfg
        self.set_cfg(cfg)

    def set_story_conds(self, positive: Any, text_only: Any, negative: Any) -> None:
        """CONDITIONING of "all", "image" and "none".

        Raises:
            UserError: one is not of the width that the network reads.
        """
        conds = {"positive": positive, "negative": negative}
        if self.references is not None:
            conds["text_only"] = text_only
            _check_widths(self.model_patcher, self.references.captions, "the captions of references")
        for name, cond in conds.items():
            _check_widths(self.model_patcher, [cond], name)
        self.inner_set_conds(conds)

    def sample(
        self, noise: Any, latent_image: Any, sampler: Any, sigmas: Any, denoise_mask: Any = None, callback: Any = None,
        disable_pbar: bool = False, seed: int | None = None,
    ) -> Any:  # fmt: skip
        """As ComfyUI calls it; the references are encoded at the size of the picture."""
        if self.references is not None:
            height, width = latent_image.shape[-2:]
            network: Any = self.model_patcher.model
            cell = network.latent_format.spacial_downscale_ratio
            self._null, self._pictures = self.references.latents(height * cell, width * cell)
            if self._null.shape[1] != latent_image.shape[1]:
                raise UserError(
                    f"Expected a VAE of {latent_image.shape[1]} latent channels for the references, as this MODEL has, "
                    f"got one of {self._null.shape[1]}: connect the VAE of the same checkpoint."
                )
            # What comes after the picture's own noise, so that the two are not alike; one for all references and steps.
            chance = torch.Generator().manual_seed(seed or 0)
            torch.randn(latent_image.shape, generator=chance)
            self._noise = torch.randn(self._null.shape, generator=chance)
        return super().sample(noise, latent_image, sampler, sigmas, denoise_mask, callback, disable_pbar, seed)

    def inner_sample(self, noise: Any, latent_image: Any, device: Any, *rest: Any, **named: Any) -> Any:
        """The same inside; what references need is made ready beside what the picture needs."""
        if self.references is not None:
            self._prepare(self.references, device)
        return super().inner_sample(noise, latent_image, device, *rest, **named)

    def predict_noise(
        self, x: torch.Tensor, timestep: torch.Tensor, model_options: Any = None, seed: int | None = None
    ) -> torch.Tensor:
        """One step: 2N + 3 evaluations of the network, N + 4 where all references have the same noise."""
        if self.references is None:
            return super().predict_noise(x, timestep, model_options, seed)
        null, seen = self._features(timestep, self.references.stage, model_options)
        model, conds = self.inner_model, self.conds
        # Other patches tell text from no text by the place in this list: 0 is the text's.
        options = _passing(model_options, Reading(null))
        _, none = calc_cond_batch(model, [[], conds["negative"]], x, timestep, options)
        options = _passing(model_options, Reading(seen))
        both, image = calc_cond_batch(model, [conds["positive"], conds["text_only"]], x, timestep, options)
        guided = cfg_function(
            model, image, none, self.image_cfg, x, timestep, model_options, conds["text_only"], conds["negative"]
        )
        return guided + (both - image) * self.cfg

    def _prepare(self, references: References, device: Any) -> None:
        """Rows of what is noted in every step: "no reference" as often as its noise differs, then the references."""
        model = self.inner_model
        null, pictures = (
            model.process_latent_in(one.to(device, torch.float32)) for one in (self._null, self._pictures)
        )
        self._nulls = len(pictures) if references.stage == AUTO_REGRESSIVE else 1
        self._rows = torch.cat([null.expand(self._nulls, -1, -1, -1), pictures])
        self._noise = self._noise.to(device, torch.float32)
        texts = [cond[0][0] for cond in (*[references.null] * self._nulls, *references.captions)]
        length = math.lcm(*(text.shape[1] for text in texts))  # said twice, a text is what it is said once
        told = torch.cat([text.repeat(1, length // text.shape[1], 1) for text in texts])
        needed = model.memory_required(list(self._rows.shape)) * 1.5  # as ComfyUI reckons for its own batches
        fits = needed < model.current_patcher.get_free_memory(device)
        # Apart from the picture's CONDITIONING, whose areas and controls are none of theirs.
        self._batches = [
            (rows, process_conds(model, self._rows[rows], {"": convert_cond([[told[rows], {}]])}, device)[""])
            for rows in ([slice(None)] if fits else [slice(row, row + 1) for row in range(len(self._rows))])
        ]

    def _features(self, timestep: torch.Tensor, stage: str, model_options: dict[str, Any]) -> tuple[Features, Features]:
        """What "no reference" gives, and what the references give."""
        model = self.inner_model
        noised = timesteps(int(model.model_sampling.timestep(timestep.flatten()[:1])), len(self._pictures), stage)
        at = torch.tensor([*noised[: self._nulls], *noised], dtype=torch.float32, device=self._rows.device)
        sigmas = model.model_sampling.sigma(at)
        noisy = model.model_sampling.noise_scaling(sigmas.view(-1, 1, 1, 1), self._noise, self._rows)
        noted: list[Features] = []
        for rows, told in self._batches:
            check_interrupt()
            noting = Noting()
            calc_cond_batch(model, [[], told], noisy[rows], sigmas[rows], _passing(model_options, noting))
            noted.append(noting.features)
        every = {block: torch.cat([each[block] for each in noted]) for block in noted[0]}
        # All references are one, token after token.
        null = {block: rows[: self._nulls].flatten(0, 1)[None] for block, rows in every.items()}
        return null, {block: rows[self._nulls :].flatten(0, 1)[None] for block, rows in every.items()}


def _check_widths(model: ModelPatcher, told: list[Any], name: str) -> None:
    network: Any = model.model
    width = network.model_config.unet_config.get("context_dim")
    for states, _ in (part for cond in told for part in cond):
        if width and states.shape[-1] != width:
            raise UserError(
                f"Expected {name} to be {width} wide, as this MODEL reads, got {states.shape[-1]}: encode with the "
                "CLIP of the same checkpoint."
            )


def _passing(model_options: dict[str, Any], passing: Noting | Reading) -> dict[str, Any]:
    """The options of a call that tells the network's patches which pass it is."""
    return {**model_options, "transformer_options": {**model_options["transformer_options"], PASS: passing}}
