"""Upscale models: the two networks of Real-ESRGAN at any width.

The last bias is 0.5: without it pictures are nearly black.
"""

from pathlib import Path

from .weights import Weights, save

FEATURES = 8
GROWTH = 32


def rrdb_x4(path: Path, seed: int = 0, width: int = FEATURES, blocks: int = 1, **style: float) -> Path:
    """Real-ESRGAN x4 (RRDBNet): 3 x h x w to 3 x 4h x 4w; x4plus is 64 wide with 23 blocks, anime_6B has 6."""
    return save(rrdb(seed, width, blocks, **style), path)


def rrdb(
    seed: int = 0, width: int = FEATURES, blocks: int = 1, into: int = 3, dense: float = 0.5, last: float = 1.0
) -> Weights:
    """The tensors of an RRDBNet; `dense` and `last` are gains of the dense blocks and of the last convolution.

    12 channels in make x2plus, which folds 2 x 2 px into them.
    """
    weights = Weights(seed)
    weights.conv("conv_first", width, into)
    for block in range(blocks):
        for part in (1, 2, 3):
            for layer in range(1, 6):
                out = width if layer == 5 else GROWTH
                weights.conv(f"body.{block}.rdb{part}.conv{layer}", out, width + GROWTH * (layer - 1), gain=dense)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        weights.conv(name, width, width)
    weights.conv("conv_last", 3, width, gain=last, bias=0.5)
    return weights


def compact_x2(path: Path, seed: int = 0) -> Path:
    """Real-ESRGAN compact x2 (SRVGGNetCompact, 1 layer): 3 x h x w to 3 x 2h x 2w."""
    return save(compact(seed, FEATURES, 1, 2), path)


def compact_x4(path: Path, seed: int = 0) -> Path:
    """The same for x4, as animevideov3 is."""
    return save(compact(seed, FEATURES, 1, 4), path)


def compact(seed: int = 0, width: int = FEATURES, layers: int = 1, scale: int = 4, channels: int = 3) -> Weights:
    """The tensors of an SRVGGNetCompact; general-x4v3 is 64 wide with 32 layers, animevideov3 has 16."""
    weights = Weights(seed)
    for layer in range(layers + 1):
        weights.conv(f"body.{2 * layer}", width, channels if layer == 0 else width)
        weights.slopes(f"body.{2 * layer + 1}", width)
    weights.conv(f"body.{2 * layers + 2}", channels * scale**2, width, gain=0.1)
    return weights
