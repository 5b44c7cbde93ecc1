"""ComfyUI decides what lies on the GPU; the pack only asks."""

import torch
from comfy import model_management
from comfy.model_patcher import ModelPatcher


def load(patcher: ModelPatcher, bytes_needed: int) -> torch.device:
    """Bring a ModelPatcher's network to its device with room for `bytes_needed` of work; returns the device."""
    model_management.load_models_gpu([patcher], memory_required=bytes_needed)
    return patcher.load_device


def is_out_of_memory(error: Exception) -> bool:
    return model_management.is_oom(error)


def release() -> None:
    """Give cached blocks back after an out-of-memory, before a smaller try."""
    model_management.soft_empty_cache()
