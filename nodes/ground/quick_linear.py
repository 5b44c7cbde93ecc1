"""Linear layers on a CPU through oneDNN where torch asks MKL, which takes twice as long on AMD's processors."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

LINEAR: Any = torch.nn.functional.linear


@cache
def is_there() -> bool:
    """Whether there are two ways: without MKL, as on ARM, torch takes what is quick there by itself, and oneDNN's
    operation is private, so that another torch may lack it or call it otherwise."""
    one = torch.ones(1, 1, dtype=torch.float32, device="cpu")
    with suppress(AttributeError, RuntimeError, TypeError):
        return torch.backends.mkl.is_available() and _quick(one, one, None).item() == 1
    return False


def _quick(given: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    return torch.ops.mkldnn._linear_pointwise(given, weight, bias, "none", [], "")


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
        is_ours = func is LINEAR and not kwargs and not torch.is_grad_enabled() and all(map(_is_plain, args[:2]))
        if is_ours and is_there():
            return _quick(*args[:2], *(args[2:] or (None,)))
        return func(*args, **(kwargs or {}))


def _is_plain(tensor: torch.Tensor) -> bool:
    is_bare = type(tensor) in (torch.Tensor, torch.nn.Parameter)
    return is_bare and tensor.device.type == "cpu" and tensor.dtype == torch.float32 and tensor.dim() > 1
