"""DiffSTE in ComfyUI's hands: every network in a ModelPatcher, its weights checked against what ComfyUI built."""

from collections.abc import Mapping
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
from .checkpoint import Checkpoint, Sizes
from .comfy_unet import DiffSTE, configuration, native_names

CLIP_HEAD_WIDTH = 64
SHOWN = 3


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
        UserError: damaged, something else, or tensors that are missing, too many or of the wrong size.
    """
    content = checkpoint.read(path)
    exact = torch.float32 if dtype is torch.float32 else None
    return TextEditor(
        _model(content, path, dtype),
        _vae(content, path, exact),
        _clip(content, path, exact),
        content.characters,
        content.positions,
        content.sizes,
        content.notes,
    )


def _model(content: Checkpoint, path: Path, dtype: torch.dtype | None, disable_dynamic: bool = False) -> ModelPatcher:
    names = native_names(content.sizes)
    # A name that the network does not have is kept, so that the check can report it.
    weights = {names.get(name, name): tensor for name, tensor in content.unet.items()}
    config = configuration(content.sizes)
    device, supported = model_management.get_torch_device(), list(config.supported_inference_dtypes)
    kept = dtype or model_management.unet_dtype(
        model_params=sum(tensor.numel() for tensor in weights.values()),
        supported_dtypes=supported,
        weight_dtype=weight_dtype(weights),
    )
    config.set_inference_dtype(kept, model_management.unet_manual_cast(kept, device, supported), device=device)
    model = DiffSTE(config)
    public = {native: name for name, native in names.items()}
    expected = {public[name]: tensor for name, tensor in model.diffusion_model.state_dict().items()}
    _check(expected, content.unet, path, checkpoint.UNET)
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


def _vae(content: Checkpoint, path: Path, dtype: torch.dtype | None) -> comfy.sd.VAE:
    first, *_ = channels = content.sizes.vae_channels
    shape = {
        "double_z": True,
        "z_channels": content.sizes.out_channels,
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
    config = {"params": {"ddconfig": shape, "embed_dim": content.sizes.out_channels}}
    vae: Any = comfy.sd.VAE(sd=weights, config=config, dtype=dtype)
    _check(vae.first_stage_model.state_dict(), weights, path, checkpoint.VAE)
    return vae


def _clip(content: Checkpoint, path: Path, dtype: torch.dtype | None) -> comfy.sd.CLIP:
    weights = dict(content.text)
    try:
        width = weights["text_model.embeddings.token_embedding.weight"].shape[1]
        positions = weights["text_model.embeddings.position_embedding.weight"]
        inner = weights["text_model.encoder.layers.0.mlp.fc1.weight"].shape[0]
    except KeyError as error:
        raise UserError(f"{path.name} lacks the tensor {error} of its text encoder: get it again.") from error
    # ComfyUI adds every position that there is to the tokens, and DiffSTE's instructions are short.
    weights["text_model.embeddings.position_embedding.weight"] = positions[: content.sizes.length].clone()
    weights["text_projection.weight"] = torch.eye(width)  # ComfyUI's model has one; nothing here reads it
    config = {
        "num_hidden_layers": sum(name.endswith("self_attn.q_proj.weight") for name in weights),
        "hidden_size": width,
        "num_attention_heads": max(1, width // CLIP_HEAD_WIDTH),
        "intermediate_size": inner,
        "max_position_embeddings": content.sizes.length,
    }
    clip = comfy.sd.CLIP(
        ClipTarget(SD1Tokenizer, SD1ClipModel),
        parameters=sum(tensor.numel() for tensor in weights.values()),
        # A list of one: a bare dict is taken for a whole checkpoint.
        state_dict=[weights],
        model_options={"clip_l_model_config": config, **({"dtype": dtype} if dtype else {})},
    )
    _check(clip.cond_stage_model.clip_l.transformer.state_dict(), weights, path, checkpoint.TEXT)
    return clip


def _check(expected: Mapping[str, torch.Tensor], given: Mapping[str, torch.Tensor], path: Path, part: str) -> None:
    """ComfyUI loads what fits and leaves the rest as it lies in memory: a picture would still come out."""
    faults = [f"{name} is missing" for name in expected if name not in given]
    faults += [f"{name} is not known" for name in given if name not in expected]
    faults += [
        f"{name} is {list(given[name].shape)}, expected {list(tensor.shape)}"
        for name, tensor in expected.items()
        if name in given and given[name].shape != tensor.shape
    ]
    if faults:
        more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise UserError(
            f"{path.name} is no complete DiffSTE file; in its part {part.rstrip('.')} "
            f"{', '.join(faults[:SHOWN])}{more}: get it again."
        )
