"""Linear layers on a CPU through oneDNN where torch asks MKL, which takes twice as long on AMD's processors."""

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

LINEAR: Any = torch.nn.functional.linear
IS_THERE = torch.backends.mkl.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
"""Without MKL, as on ARM, torch takes what is quick there by itself."""


class QuickLinear(TorchFunctionMode):
    """Within it linear layers in float32 are quick, where nothing is learned: oneDNN's have no gradient.

    Sums are made in another order, so the last bits differ.

    >>> with torch.no_grad(), QuickLinear():
    ...     torch.nn.functional.linear(torch.ones(1, 2), torch.ones(1, 2))
    tensor([[2.]])
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if IS_THERE and func is LINEAR and not kwargs and not torch.is_grad_enabled() and all(map(_is_plain, args[:2])):
            return torch.ops.mkldnn._linear_pointwise(*args[:2], *(args[2:] or (None,)), "none", [], "")
        return func(*args, **(kwargs or {}))


def _is_plain(tensor: torch.Tensor) -> bool:
    is_ours = type(tensor) in (torch.Tensor, torch.nn.Parameter)
    return is_ours and tensor.device.type == "cpu" and tensor.dtype == torch.float32 and tensor.dim() > 1
