"""Fill a masked area so that the picture looks as if nothing had been there."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def check_filling(method: str, model: Any) -> None:
    """Refuse a method ("telea", "ns", "lama") that needs a model and has none, with a UserError."""
    from .comfy_fill import check

    check(method, model)


def fill_masked(
    result: "torch.Tensor", picture: "torch.Tensor", strength: "torch.Tensor", method: str, model: Any
) -> None:
    """Fill `result` `[H,W,C]` in place where `strength` `[H,W]` is above 0, from `picture`, the same in 0..1."""
    from .comfy_fill import fill

    fill(result, picture, strength, method, model)
