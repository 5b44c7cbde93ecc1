"""Filling by copies of the surroundings, on ComfyUI's device."""

import torch
from comfy import model_management

from ..host import memory
from ..host.progress import check_interrupt
from .filling import Tick, fill


def fill_by_copies(picture: torch.Tensor, hole: torch.Tensor, unseen: torch.Tensor, tick: Tick) -> torch.Tensor:
    """The picture with the hole filled; where the device has too little memory, the CPU does it.

    Args:
        picture: `[H,W,3]` float32 in 0..1.
        hole: `[H,W]` bool.
        unseen: `[H,W]` bool: must not be copied either, holes of other windows and what is transparent.
        tick: is told the share of the work that was done since the last call.

    Returns:
        `[H,W,3]` on the CPU.
    """

    def done(share: float) -> None:
        check_interrupt()
        tick(share)

    planes = picture.movedim(-1, 0).contiguous()
    device = model_management.get_torch_device()
    with torch.inference_mode():
        try:
            filled = fill(planes.to(device), hole.to(device), done, unseen=unseen.to(device))
        except Exception as error:
            if device.type == "cpu" or not memory.is_out_of_memory(error):
                raise
            memory.release()
            filled = fill(planes, hole, done, unseen=unseen)
    return filled.movedim(0, -1).cpu()
