"""ComfyUI decides what lies on the GPU; the pack only asks."""

import torch
from comfy import model_management
from comfy.model_patcher import ModelPatcher

MB, GB = 1024**2, 1024**3
CPU_WINDOW, GPU_WINDOW = 1300 * MB, 4096 * MB
"""What one window of work is given at most: an interrupt waits for one layer of it, and a smaller one is mostly what it
sees around its tile."""


def patcher(network: torch.nn.Module) -> ModelPatcher:
    """What puts a small network under ComfyUI's management: on the device while it is used, beside it when not."""
    return ModelPatcher(
        network,
        load_device=model_management.get_torch_device(),
        offload_device=model_management.unet_offload_device(),
    )


def load(patcher: ModelPatcher, bytes_needed: int) -> torch.device:
    """Bring a ModelPatcher's network to its device with room for `bytes_needed` of work; returns the device."""
    model_management.load_models_gpu([patcher], memory_required=bytes_needed)
    return patcher.load_device


def window(device: torch.device) -> int:
    """Bytes that one window of work may take at most."""
    return CPU_WINDOW if device.type == "cpu" else GPU_WINDOW


def free(device: torch.device) -> int:
    """Bytes that a device has left."""
    return int(model_management.get_free_memory(device))  # type: ignore[arg-type]


def spare(device: torch.device) -> int:
    """Bytes of a device that one window of work may take: half of what is free, up to that."""
    return min(free(device) // 2, window(device))


def prefers_half(device: torch.device) -> bool:
    """Whether ComfyUI runs models in float16 there."""
    return model_management.should_use_fp16(device)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that a device's memory is used up."""
    return model_management.is_oom(error)


def release() -> None:
    """Give cached blocks back after an out-of-memory, before a smaller try."""
    model_management.soft_empty_cache()
