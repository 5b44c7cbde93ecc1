"""A LoRA on the attention of a frozen network (Hu and others 2022, arXiv 2106.09685), named as ComfyUI loads one."""

import math
from typing import Any

import torch
from comfy.ldm.modules.attention import BasicTransformerBlock


class LoRA:
    """Two thin matrices beside every linear layer of a network's transformer blocks, which alone learn."""

    def __init__(self, network: torch.nn.Module, rank: int, seed: int) -> None:
        chance = torch.Generator().manual_seed(seed)
        self.learned: dict[str, torch.nn.Parameter] = {}
        for place, block in network.named_modules():
            if isinstance(block, BasicTransformerBlock):
                for name, layer in block.named_modules():
                    if isinstance(layer, torch.nn.Linear):
                        self._put_beside(f"{place}.{name}", layer, rank, chance)

    def _put_beside(self, name: str, layer: torch.nn.Linear, rank: int, chance: torch.Generator) -> None:
        device = layer.weight.device
        down = torch.empty(rank, layer.in_features).uniform_(-1, 1, generator=chance) / math.sqrt(layer.in_features)
        # What begins at 0 changes nothing before it has learned.
        up = torch.zeros(layer.out_features, rank)
        thin = [torch.nn.Parameter(part.to(device)) for part in (down, up)]
        self.learned |= dict(zip((f"{name}.lora_down.weight", f"{name}.lora_up.weight"), thin, strict=True))

        def add(_: torch.nn.Module, given: tuple[Any, ...], result: torch.Tensor) -> torch.Tensor:
            first, second = (part.to(result.dtype) for part in thin)
            return result + given[0] @ first.T @ second.T

        layer.register_forward_hook(add)

    def tensors(self) -> dict[str, torch.Tensor]:
        """What is kept: float16 under the names that ComfyUI gives a network's layers."""
        return {
            f"diffusion_model.{name}": value.detach().to("cpu", torch.float16).contiguous()
            for name, value in self.learned.items()
        }
