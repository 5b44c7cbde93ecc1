"""Networks of a graph as private copies that a gradient passes through; the graph's own stay as they are.

What a node loads are inference tensors, which autograd refuses; a copy that is made outside of inference mode is not.
"""

import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import comfy.model_management
import comfy.sd
import torch
from comfy.ldm.modules.attention import attention_pytorch
from comfy.model_patcher import ModelPatcher
from torch.utils.checkpoint import checkpoint

from ..ground import UserError

LEAST = 0.001
GLANCE = 8
"""Steps of a picture that is only looked at."""
SAMPLED = 4096
"""Values of a tensor that tell it from another's."""
LARGE = 1024
"""Places of a latent, above which blocks are computed twice in place of being remembered."""


def loaded(patcher: ModelPatcher) -> ModelPatcher:
    """A patcher whose model lies whole on its device, with its LoRAs in its weights."""
    whole = patcher.clone(disable_dynamic=True) if patcher.is_dynamic() else patcher
    comfy.model_management.load_models_gpu([whole], force_full_load=True)
    return whole


def frozen(network: torch.nn.Module) -> torch.nn.Module:
    """A copy of a network that does not learn; to be called outside of inference mode."""
    return copy.deepcopy(network).requires_grad_(False).eval()


def fingerprint(*parts: torch.nn.Module | Sequence[torch.Tensor] | str) -> str:
    """16 letters that tell what is made of these from what is made of others."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
            continue
        for tensor in part.state_dict().values() if isinstance(part, torch.nn.Module) else part:
            values = tensor.detach().flatten()
            digest.update(values[:: max(1, len(values) // SAMPLED)].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def encoding(model: ModelPatcher, vae: comfy.sd.VAE) -> Callable[[torch.Tensor], torch.Tensor]:
    """What makes latents of pictures: `[B,H,W,3]` in 0..1 to `[B,C,h,w]`, scaled as the model has them."""

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            latents = model.model.process_latent_in(vae.encode(pixels))
        return latents.clone().float().cpu()

    return encode


def check_parts(model: ModelPatcher, states: torch.Tensor, latents: torch.Tensor) -> None:
    """Whether CLIP and VAE are such as a MODEL learns with.

    Args:
        states: of some text, [1, tokens, width].
        latents: of some picture, [..., C, h, w].

    Raises:
        UserError: they are not, or the MODEL draws into pictures.
    """
    network: Any = model.model
    settings, channels = network.model_config.unet_config, network.latent_format.latent_channels
    listens, width, given = settings.get("context_dim"), states.shape[-1], latents.shape[-3]
    if listens != width:
        raise UserError(
            f"Expected a CLIP of width {listens}, as this MODEL reads, got one of {width}: connect the CLIP of the "
            "same checkpoint, or a Korean one made for it."
        )
    if given != channels:
        raise UserError(
            f"Expected a VAE of {channels} latent channels, as this MODEL has, got one of {given}: connect the VAE of "
            "the same checkpoint."
        )
    if settings["in_channels"] != channels:
        raise UserError(
            f"Expected a MODEL that draws whole pictures, got one with {settings['in_channels']} input channels, as "
            "inpainting has: load the plain checkpoint."
        )


class Denoiser:
    """What a MODEL predicts, by its own kind of prediction."""

    def __init__(self, model: ModelPatcher) -> None:
        whole = loaded(model)
        self.sampling: Any = whole.get_model_object("model_sampling")
        self.network: Any = frozen(whole.model.diffusion_model)
        self._options = {**whole.model_options.get("transformer_options", {}), "optimized_attention_override": _plain}
        self.device = whole.load_device
        self.fingerprint = fingerprint(self.network)
        self.dtype = whole.model.get_dtype_inference()
        if self.dtype == torch.float16:
            # Gradients are small: in float16 they would be 0.
            wide = comfy.model_management.should_use_bf16(self.device)
            self.dtype = torch.bfloat16 if wide else torch.float32
            self.network.to(self.dtype)
            self.network.dtype = self.dtype

    def sigmas(self, level: torch.Tensor) -> torch.Tensor:
        """Noise levels [B], 0 to 1 along the model's own schedule, as sigmas [B]."""
        # ComfyUI counts the other way, and its two ends are no levels: nothing but noise, and none.
        percents = (1 - level).clamp(LEAST, 1 - LEAST).tolist()
        return torch.tensor([self.sampling.percent_to_sigma(percent) for percent in percents], device=self.device)

    def missed(
        self,
        latents: torch.Tensor,
        noise: torch.Tensor,
        level: torch.Tensor,
        context: torch.Tensor,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> torch.Tensor:
        """Squared error of the prediction for each picture: float [B].

        Args:
            latents: [B, C, h, w], scaled as the model has them.
            level: how noisy, as `sigmas` has it: [B].
            context: [B, tokens, width].
            options: more transformer options, as `denoised`.
        """
        sigmas = self.sigmas(level)
        wide = sigmas.view(-1, *[1] * (latents.ndim - 1))
        noisy = self.sampling.noise_scaling(wide, noise, latents)
        clean = self.denoised(noisy, sigmas, context, options)
        return ((clean - latents) ** 2).flatten(1).mean(1) * self._weight(sigmas)

    def denoised(
        self,
        noisy: torch.Tensor,
        sigmas: torch.Tensor,
        context: torch.Tensor,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> torch.Tensor:
        """The picture that the model makes out: as ComfyUI's own BaseModel, with a gradient.

        Args:
            options: in addition to, or in place of, the model's own transformer options.
        """
        given = self.sampling.calculate_input(sigmas, noisy).to(self.dtype)
        times = self.sampling.timestep(sigmas).float()
        network = self.network
        merged = {**self._options, **options}
        if noisy.shape[-1] * noisy.shape[-2] > LARGE:
            out: Any = checkpoint(network, given, times, context.to(self.dtype), transformer_options=merged,
                             use_reentrant=False)  # fmt: skip
        else:
            out = network(given, times, context=context.to(self.dtype), transformer_options=merged)
        return self.sampling.calculate_denoised(sigmas, out.float(), noisy)

    def drawn(self, noise: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        """A picture in a few steps of Euler's method, to look at: [B, C, h, w], scaled as the model has it."""
        sigmas = self.sigmas(1 - torch.arange(GLANCE + 1) / GLANCE)
        place = self.sampling.noise_scaling(sigmas[:1], noise, torch.zeros_like(noise))
        for now, then in pairwise(sigmas):
            clean = self.denoised(place, now.expand(len(place)), context)
            place = clean + (place - clean) * then / now
        return place

    def _weight(self, sigmas: torch.Tensor) -> torch.Tensor:
        """What makes an error of the picture one of the quantity that the network predicts."""
        from comfy import model_sampling

        if isinstance(self.sampling, model_sampling.V_PREDICTION):
            return (sigmas**2 + 1) / sigmas**2
        return 1 / sigmas**2


def _plain(_: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
    # ComfyUI's default attention on a CPU saves memory by computing again, which a gradient pays for twice.
    return attention_pytorch(*args, **kwargs)
