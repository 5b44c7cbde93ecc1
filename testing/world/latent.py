"""The world's VAE: blocks of 8 x 8 pixels as sixteen numbers, by principal components; nothing about it is random.

A network of ComfyUI's `VAE` must have `encode` and `decode` of pictures from -1 to 1.
"""

import numpy as np
import torch

BLOCK = 8
CHANNELS = 16


class BlockCode(torch.nn.Module):
    """Encodes float [B, 3, H, W] to [B, 16, H/8, W/8] of about unit spread, and back."""

    def __init__(self) -> None:
        super().__init__()
        size = 3 * BLOCK**2
        self.basis = torch.nn.Parameter(torch.zeros(CHANNELS, size), requires_grad=False)
        self.mean = torch.nn.Parameter(torch.zeros(size), requires_grad=False)
        self.spread = torch.nn.Parameter(torch.ones(CHANNELS), requires_grad=False)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        height, width = pixels.shape[2] // BLOCK, pixels.shape[3] // BLOCK
        blocks = torch.nn.functional.unfold(pixels, BLOCK, stride=BLOCK).transpose(1, 2)
        codes = (blocks - self.mean) @ self.basis.T / self.spread
        return codes.transpose(1, 2).unflatten(2, (height, width))

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        height, width = latents.shape[2] * BLOCK, latents.shape[3] * BLOCK
        blocks = latents.flatten(2).transpose(1, 2) * self.spread @ self.basis + self.mean
        return torch.nn.functional.fold(blocks.transpose(1, 2), (height, width), BLOCK, stride=BLOCK)


def fit(pictures: np.ndarray) -> BlockCode:
    """The code that loses least of these pictures.

    Args:
        pictures: uint8 [N, 64, 64, 3].
    """
    code = BlockCode()
    blocks = torch.nn.functional.unfold(to_pixels(pictures), BLOCK, stride=BLOCK).transpose(1, 2).flatten(0, 1).double()
    mean = blocks.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((blocks - mean).T))
    basis = vectors.T.flip(0)[:CHANNELS]
    # An eigenvector may as well be its opposite: the largest part is made positive, so that every machine has the same.
    basis *= basis.gather(1, basis.abs().argmax(1, keepdim=True)).sign()
    code.basis.data, code.mean.data = basis.float(), mean.float()
    code.spread.data = values.flip(0)[:CHANNELS].sqrt().float()
    return code


def to_pixels(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [N, H, W, 3] as float [N, 3, H, W], -1 to 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pictures(pixels: torch.Tensor) -> np.ndarray:
    """The other way; what is out of range is cut off."""
    return ((pixels.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
