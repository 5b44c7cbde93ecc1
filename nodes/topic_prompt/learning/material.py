"""What a topic is learned from, however it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

Encode = Callable[[torch.Tensor], torch.Tensor]
"""A picture [H, W, C], 0 to 1, as its latent [C, h, w]."""


@dataclass(frozen=True)
class Material:
    """Pictures as latents, and their titles."""

    latents: Sequence[torch.Tensor]
    """[C, h, w] each, scaled as the model has them; of any sizes."""
    titles: list[str]
    notes: list[str]
    """What the report says of it."""
