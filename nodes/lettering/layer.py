"""A layer of letters over pictures."""

import torch


def lay(result: torch.Tensor, seen: torch.Tensor, layer: torch.Tensor) -> None:
    """Set a layer over every picture of `result` in place; where it has no ink, pictures keep their bits.

    Args:
        result: `[B,H,W,C]` float32 with C of 1, 3 or 4: the very values of the pictures.
        seen: `[B,H,W,C]`: the same in 0..1.
        layer: `[H,W,4]`, or one for each, in 0..1 with straight alpha.
    """
    alpha = layer[..., 3:]
    colours = result[..., :3]
    letters = layer[..., :3] if colours.shape[-1] == 3 else layer[..., :3].mean(-1, keepdim=True)
    colours.copy_(torch.where(alpha > 0, torch.lerp(seen[..., :3], letters, alpha), colours))
    if result.shape[-1] == 4:
        result[..., 3:] = torch.maximum(result[..., 3:], alpha)
