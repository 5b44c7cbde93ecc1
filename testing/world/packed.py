"""Weights for keeping, in a byte each: a matrix's rows have a scale of their own, everything else is half precision."""

import torch

SCALE = ".scale"
"""Behind a matrix's name: the name of its scales."""
MOST = 127


def pack(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """int8 for matrices and kernels, with a float32 scale for each of their first axis; float16 for the rest."""
    packed = {}
    for name, value in weights.items():
        if value.ndim < 2:
            packed[name] = value.half()
            continue
        scale = (value.flatten(1).abs().amax(1) / MOST).clamp(min=torch.finfo(torch.float32).tiny)
        packed[name] = (value / _beside(scale, value)).round().to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def unpack(packed: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights again, in float32."""
    weights = {name: value.float() for name, value in packed.items() if not name.endswith(SCALE)}
    for name, value in packed.items():
        if name.endswith(SCALE):
            whole = name.removesuffix(SCALE)
            weights[whole] = weights[whole] * _beside(value, weights[whole])
    return weights


def _beside(scale: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return scale.view(-1, *[1] * (value.ndim - 1))
