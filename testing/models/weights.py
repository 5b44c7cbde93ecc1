"""Named arrays of random numbers, drawn from one seed, that a tiny model is made of.

Weights are normal with std = gain / sqrt(fan in), biases 0 unless said.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file


class Weights(dict):
    """Named arrays, filled from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def conv(self, name: str, out: int, into: int, gain: float = 1.0, bias: float | None = 0.0, size: int = 3) -> None:
        self.draw(name, (out, into, size, size), gain, bias)

    def linear(self, name: str, out: int, into: int, bias: float | None = 0.0) -> None:
        self.draw(name, (out, into), 1.0, bias)

    def norm(self, name: str, size: int) -> None:
        self[f"{name}.weight"], self[f"{name}.bias"] = np.ones(size, np.float32), np.zeros(size, np.float32)

    def draw(self, name: str, shape: tuple[int, ...], gain: float, bias: float | None) -> None:
        spread = gain / np.sqrt(np.prod(shape[1:]))
        self[f"{name}.weight"] = (self.random.standard_normal(shape, np.float32) * spread).astype(np.float32)
        if bias is not None:
            self[f"{name}.bias"] = np.full(shape[0], bias, np.float32)

    def half(self) -> dict[str, np.ndarray]:
        return {name: array.astype(np.float16) for name, array in self.items()}

    def slopes(self, name: str, size: int) -> None:
        self[f"{name}.weight"] = self.random.normal(0, 0.1, size).astype(np.float32)


def save(weights: dict[str, np.ndarray], path: Path) -> Path:
    """As .safetensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights), path)
    return path
