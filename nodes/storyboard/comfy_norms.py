"""Each frame of a storyboard is normalised as the picture that it is, not with the others on the canvas.

A UNet's group norms take mean and spread over all that they are given. Learned from single pictures, they would
measure every frame by the grounds and things of the others, and what a caption says would come out pale or not at all.
So frames agree by what attends from one to the other, and by the texts that they share.
"""

from collections.abc import Callable
from typing import Any

import torch

from ..ground import UserError
from .board import Board


def by_frame(network: torch.nn.Module, board: Board) -> Callable[[], None]:
    """From here on the network's group norms see a frame at a time, until the result is called."""

    def apart(_: torch.nn.Module, given: tuple[torch.Tensor]) -> torch.Tensor:
        height, width = given[0].shape[2:]
        if height % board.rows or width % board.columns:
            raise UserError(
                f"Expected whole cells for {board.columns} x {board.rows} frames inside the MODEL, got {width} x "
                f"{height}: leave out what resizes there, such as Kohya Deep Shrink, or choose another factor."
            )
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


class Drawing:
    """A wrapper of a network's calls: each is by frame."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.size: tuple[int, ...] = ()
        """Of the canvas that a sampler draws, in cells; () where none does."""

    def __call__(self, executor: Any, noisy: torch.Tensor, *given: Any, **named: Any) -> Any:
        """As the network; a part of the canvas, which another node's area is, has no frames."""
        if self.size and tuple(noisy.shape[2:]) != self.size:
            return executor(noisy, *given, **named)
        end = by_frame(executor.class_obj, self._board)
        try:
            return executor(noisy, *given, **named)
        finally:
            end()
