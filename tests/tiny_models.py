"""Small random models in the exact layouts of the public files, made when a test needs them.

Weights are normal with std = gain / sqrt(fan in), biases 0, but the last bias 0.5: without it pictures are
nearly black.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FEATURES = 8
GROWTH = 32


class Weights(dict):
    """Named arrays, filled from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def conv(self, name: str, out: int, into: int, gain: float = 1.0, bias: float = 0.0) -> None:
        spread = gain / np.sqrt(into * 9)
        self[f"{name}.weight"] = self._random.normal(0, spread, (out, into, 3, 3)).astype(np.float32)
        self[f"{name}.bias"] = np.full(out, bias, np.float32)

    def slopes(self, name: str) -> None:
        self[f"{name}.weight"] = self._random.normal(0, 0.1, FEATURES).astype(np.float32)


def rrdb_x4(path: Path, seed: int = 0) -> Path:
    """Real-ESRGAN x4 (RRDBNet, 1 block): 3 x h x w to 3 x 4h x 4w."""
    weights = Weights(seed)
    weights.conv("conv_first", FEATURES, 3)
    for dense in (1, 2, 3):
        for layer in range(1, 6):
            out = FEATURES if layer == 5 else GROWTH
            weights.conv(f"body.0.rdb{dense}.conv{layer}", out, FEATURES + GROWTH * (layer - 1), gain=0.5)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        weights.conv(name, FEATURES, FEATURES)
    weights.conv("conv_last", 3, FEATURES, bias=0.5)
    return _save(weights, path)


def compact_x2(path: Path, seed: int = 0) -> Path:
    """Real-ESRGAN compact x2 (SRVGGNetCompact, 1 layer): 3 x h x w to 3 x 2h x 2w."""
    weights = Weights(seed)
    weights.conv("body.0", FEATURES, 3)
    weights.slopes("body.1")
    weights.conv("body.2", FEATURES, FEATURES)
    weights.slopes("body.3")
    weights.conv("body.4", 12, FEATURES, gain=0.1)
    return _save(weights, path)


def _save(weights: Weights, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(weights), path)
    return path
