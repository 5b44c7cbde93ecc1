"""Each frame of a storyboard is normalised as the picture that it is, not with the others on the canvas.

A UNet's group norms take mean and spread over all that they are given. Learned from single pictures, they would
measure every frame by the grounds and things of the others, and what a caption says would come out pale or not at all.
So frames agree by what attends from one to the other, and by the texts that they share.
"""

from collections.abc import Callable
from typing import Any

import torch

from .board import Board


def by_frame(network: torch.nn.Module, board: Board) -> Callable[[], None]:
    """From here on the network's group norms see a frame at a time, until the result is called."""

    def apart(_: torch.nn.Module, given: tuple[torch.Tensor]) -> torch.Tensor:
        cells = given[0].unflatten(3, (board.columns, -1)).unflatten(2, (board.rows, -1))  # [B,C,rows,h,columns,w]
        return cells.permute(0, 2, 4, 1, 3, 5).flatten(0, 2)

    def together(_: torch.nn.Module, __: Any, frames: torch.Tensor) -> torch.Tensor:
        cells = frames.unflatten(0, (-1, board.rows, board.columns))
        return cells.permute(0, 3, 1, 4, 2, 5).flatten(4, 5).flatten(2, 3)

    norms = [part for part in network.modules() if isinstance(part, torch.nn.GroupNorm)]
    hooks = [part.register_forward_pre_hook(apart) for part in norms]
    hooks += [part.register_forward_hook(together) for part in norms]

    def end() -> None:
        for hook in hooks:
            hook.remove()

    return end


def drawing(board: Board) -> Callable[..., Any]:
    """A wrapper of a network's calls: each is by frame."""

    def call(executor: Any, *given: Any, **named: Any) -> Any:
        end = by_frame(executor.class_obj, board)
        try:
            return executor(*given, **named)
        finally:
            end()

    return call
