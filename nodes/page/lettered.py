"""A picture whose words are still lines: what Save for Print writes as outlines, not as pixels."""

from dataclasses import dataclass

import torch

from ..ground import UserError
from .drawing import Shape

SAME = 1.5 / 255
"""Pictures that differ by so much are the same: ComfyUI may keep them in half precision between nodes."""


@dataclass(frozen=True)
class Lettered:
    """Words that were set on pictures, kept apart from them."""

    ground: torch.Tensor
    """`[B,H,W,C]` in 0..1: the pictures before their words."""
    under: torch.Tensor
    """`[H,W,4]`: what of the words stays pixels, such as a soft shadow; clear where nothing is."""
    layer: torch.Tensor
    """`[H,W,4]`: all of the words in pixels."""
    shapes: tuple[Shape, ...]
    """The letters as outlines in px of the picture, from the lowest to the uppermost."""

    def beneath(self, name: str, pictures: torch.Tensor) -> torch.Tensor:
        """The pictures without their words, as `pictures` has them.

        Args:
            name: of the input that `pictures` came by.
            pictures: `[B,H,W,C]` in 0..1, before or after the words were set on them.

        Raises:
            UserError: they are other pictures, or were changed since.
        """
        ground = self.ground
        clear = self.layer[..., 3] == 0
        same = pictures.shape[:3] == ground.shape[:3]
        if same and clear.any():
            same = (_colours(pictures)[:, clear] - _colours(ground)[:, clear]).abs().max() <= SAME
        if not same:
            raise UserError(
                f"Expected on '{name}' the very picture that the words on its type were set on, got another or a "
                "changed one: connect both outputs of the node that set the words, and set the words last."
            )
        return ground

    def shaded(self) -> torch.Tensor:
        """The ground on white paper, with what stays pixels under the letters, `[B,H,W,3]`."""
        ground = _colours(self.ground)
        if self.ground.shape[-1] == 4:
            ground = torch.lerp(torch.ones_like(ground), ground, self.ground[..., 3:])
        return torch.lerp(ground, self.under[..., :3], self.under[..., 3:])


def _colours(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.expand(*pictures.shape[:-1], 3) if pictures.shape[-1] == 1 else pictures[..., :3]
