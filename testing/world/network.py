"""The world's UNet, of Stable Diffusion 1.5's kind in blocks and names, and a whole model as ComfyUI's own objects."""

import torch

from .latent import BLOCK, CHANNELS

CONTEXT = 64
SETTINGS = {
    "image_size": 8,
    "in_channels": CHANNELS,
    "out_channels": CHANNELS,
    "model_channels": 64,
    "num_res_blocks": [1, 1],
    "channel_mult": [1, 1],
    "transformer_depth": [1, 1],
    "transformer_depth_middle": 1,
    "transformer_depth_output": [1, 1, 0, 1],
    "context_dim": CONTEXT,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": False,
    "adm_in_channels": None,
    "use_temporal_attention": False,
}
HEADS = {"num_heads": 4, "num_head_channels": -1}


def unet(dtype: torch.dtype = torch.float32) -> torch.nn.Module:
    """ComfyUI's UNet, its weights not yet set to anything."""
    import comfy.ops
    from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

    settings = {name: value[:] if isinstance(value, list) else value for name, value in SETTINGS.items()}
    return UNetModel(**settings, **HEADS, dtype=dtype, operations=comfy.ops.disable_weight_init)


def begin(network: torch.nn.Module, seed: int) -> None:
    """Random weights to learn from: torch's own for every layer, and 0 where v comes out.

    Residuals do not begin at 0 here: what the sentence says would reach so shallow a network much later.
    """
    torch.manual_seed(seed)
    for part in network.modules():
        if isinstance(part, torch.nn.Linear | torch.nn.Conv2d):
            torch.nn.init.kaiming_uniform_(part.weight, 5**0.5)
            if part.bias is not None:
                torch.nn.init.zeros_(part.bias)
        elif isinstance(part, torch.nn.LayerNorm | torch.nn.GroupNorm):
            torch.nn.init.ones_(part.weight)
            torch.nn.init.zeros_(part.bias)
    torch.nn.init.zeros_(network.out[2].weight)


def model(weights: dict[str, torch.Tensor], disable_dynamic: bool = True):
    """The UNet as a MODEL of ComfyUI that predicts v.

    Args:
        weights: names of `unet`.
        disable_dynamic: asked for by ComfyUI; a patcher here never loads dynamically.
    """
    import comfy.latent_formats
    from comfy import model_base, model_management, supported_models_base
    from comfy.model_patcher import ModelPatcher

    class Latents(comfy.latent_formats.LatentFormat):
        latent_channels = CHANNELS
        spacial_downscale_ratio = BLOCK

    class Config(supported_models_base.BASE):
        unet_extra_config = HEADS
        latent_format = Latents

    config = Config({name: value[:] if isinstance(value, list) else value for name, value in SETTINGS.items()})
    config.set_inference_dtype(torch.float32, None)
    whole = model_base.BaseModel(config, model_base.ModelType.V_PREDICTION)
    whole.diffusion_model.load_state_dict(weights)
    patcher = ModelPatcher(whole, model_management.get_torch_device(), model_management.unet_offload_device())
    # Train LoRA learns on a model that is made anew.
    patcher.cached_patcher_init = (model, (weights,))
    return patcher
