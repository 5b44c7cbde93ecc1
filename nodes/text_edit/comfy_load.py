"""DiffSTE in ComfyUI's hands: every network in a ModelPatcher."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import comfy.sd
import torch
from comfy import model_management
from comfy.diffusers_convert import convert_vae_state_dict
from comfy.model_patcher import CoreModelPatcher, ModelPatcher
from comfy.sd1_clip import SD1ClipModel, SD1Tokenizer
from comfy.supported_models_base import ClipTarget
from comfy.utils import weight_dtype

from ..ground import UserError
from . import checkpoint
from .checkpoint import Checkpoint
from .comfy_unet import DiffSTE, configuration, native_names
from .conversion import outside
from .layout import CLIP_HEAD, CLIP_LAYERS, LATENT, Sizes


@dataclass(frozen=True)
class TextEditor:
    """A loaded DiffSTE."""

    model: ModelPatcher
    vae: comfy.sd.VAE
    clip: comfy.sd.CLIP
    characters: torch.Tensor
    """`[95,32]`."""
    positions: torch.Tensor
    """`[20,32]`."""
    sizes: Sizes
    notes: tuple[str, ...]


def load(path: Path, dtype: torch.dtype | None) -> TextEditor:
    """Load a DiffSTE file.

    Args:
        dtype: how the network's weights are kept; None leaves it to ComfyUI. float32, as in the original, holds for
            the text encoder and the VAE too.

    Raises:
        UserError: as the file is read, or its values do not fit the dtype.
    """
    content = checkpoint.read(path)
    exact = torch.float32 if dtype is torch.float32 else None
    return TextEditor(
        _model(content, path, dtype),
        _vae(content, exact),
        _clip(content, exact),
        content.characters,
        content.positions,
        content.sizes,
        content.notes,
    )


def _model(content: Checkpoint, path: Path, dtype: torch.dtype | None, disable_dynamic: bool = False) -> ModelPatcher:
    names = native_names(content.sizes)
    weights = {names[name]: tensor for name, tensor in content.unet.items()}
    config = configuration(content.sizes)
    device, supported = model_management.get_torch_device(), list(config.supported_inference_dtypes)
    kept = dtype or model_management.unet_dtype(
        model_params=sum(tensor.numel() for tensor in weights.values()),
        supported_dtypes=supported,
        weight_dtype=weight_dtype(weights),
    )
    beyond = outside(weights, kept)
    if beyond:
        raise UserError(
            f"{path.name} has values that {str(kept).removeprefix('torch.')} cannot hold, in {len(beyond)} tensors of "
            "its network: load it with dtype float32."
        )
    config.set_inference_dtype(kept, model_management.unet_manual_cast(kept, device, supported), device=device)
    model = DiffSTE(config)
    rest = model_management.unet_offload_device()
    patcher = (ModelPatcher if disable_dynamic else CoreModelPatcher)(model, load_device=device, offload_device=rest)
    if not model_management.is_device_cpu(rest):
        model.to(rest)
    model.load_model_weights(weights, "", assign=patcher.is_dynamic())
    # For ComfyUI, where it needs another copy of the model, such as one on a second GPU.
    patcher.cached_patcher_init = (_again, (path, dtype))
    return patcher


def _again(path: Path, dtype: torch.dtype | None, disable_dynamic: bool = False) -> ModelPatcher:
    return _model(checkpoint.read(path), path, dtype, disable_dynamic)


def _vae(content: Checkpoint, dtype: torch.dtype | None) -> comfy.sd.VAE:
    first, *_ = channels = content.sizes.vae_channels
    shape = {
        "double_z": True,
        "z_channels": LATENT,
        "resolution": 256,
        "in_channels": 3,
        "out_ch": 3,
        "ch": first,
        "ch_mult": [width // first for width in channels],
        "num_res_blocks": 2,
        "attn_resolutions": [],
        "dropout": 0.0,
    }
    weights = convert_vae_state_dict(dict(content.vae))
    config = {"params": {"ddconfig": shape, "embed_dim": LATENT}}
    vae: Any = comfy.sd.VAE(sd=weights, config=config, dtype=dtype)
    return vae


def _clip(content: Checkpoint, dtype: torch.dtype | None) -> comfy.sd.CLIP:
    weights = dict(content.text)
    width = content.sizes.text_dim
    positions = weights["text_model.embeddings.position_embedding.weight"]
    # ComfyUI adds every position that there is to the tokens, and DiffSTE's instructions are short.
    weights["text_model.embeddings.position_embedding.weight"] = positions[: content.sizes.length].clone()
    weights["text_projection.weight"] = torch.eye(width)  # ComfyUI's model has one; nothing here reads it
    config = {
        "num_hidden_layers": CLIP_LAYERS,
        "hidden_size": width,
        "num_attention_heads": width // CLIP_HEAD,
        "intermediate_size": 4 * width,
        "max_position_embeddings": content.sizes.length,
    }
    clip = comfy.sd.CLIP(
        ClipTarget(SD1Tokenizer, SD1ClipModel),
        parameters=sum(tensor.numel() for tensor in weights.values()),
        # A list of one: a bare dict is taken for a whole checkpoint.
        state_dict=[weights],
        model_options={"clip_l_model_config": config, **({"dtype": dtype} if dtype else {})},
    )
    return clip
