"""Every file that Real-ESRGAN publishes, with random weights: the same names, shapes and wrapping.

Shapes and names from its release notes and basicsr's rrdbnet_arch.py, srvgg_arch.py and discriminator_arch.py.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import torch

from .upscale import compact, rrdb


@dataclass(frozen=True)
class File:
    """One public file."""

    blocks: int
    wrapped: str
    """Under which name the tensors stand."""
    scale: int = 4
    kind: str = "rrdb"
    into: int = 3


PUBLIC = {
    "RealESRGAN_x4plus": File(23, "params_ema"),
    "RealESRNet_x4plus": File(23, "params_ema"),
    "RealESRGAN_x2plus": File(23, "params_ema", 2, into=12),
    "RealESRGAN_x4plus_anime_6B": File(6, "params_ema"),
    "realesr-animevideov3": File(16, "params", kind="compact"),
    "realesr-general-x4v3": File(32, "params", kind="compact"),
    "realesr-general-wdn-x4v3": File(32, "params", kind="compact"),
    "ESRGAN_SRx4_DF2KOST_official-ff704c30": File(23, "", kind="old"),
}
DISCRIMINATORS = ("RealESRGAN_x4plus_netD", "RealESRGAN_x2plus_netD", "RealESRGAN_x4plus_anime_6B_netD")


def write(folder: Path, name: str, seed: int = 0) -> Path:
    """One of PUBLIC as .pth."""
    file = PUBLIC[name]
    if file.kind == "compact":
        arrays = compact(seed, 64, file.blocks)
    else:
        arrays = rrdb(seed, 64, file.blocks, into=file.into, dense=0.1, last=0.1)
    tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
    if file.kind == "old":
        tensors = {_old(key): tensor for key, tensor in tensors.items()}
    path = folder / f"{name}.pth"
    torch.save({file.wrapped: tensors} if file.wrapped else tensors, path)
    return path


def _old(key: str) -> str:
    """The name in ESRGAN's first release."""
    key = re.sub(r"body\.(\d+)\.rdb(\d)", r"RRDB_trunk.\1.RDB\2", key)
    names = {"conv_body": "trunk_conv", "conv_up1": "upconv1", "conv_up2": "upconv2", "conv_hr": "HRconv"}
    head, _, ending = key.rpartition(".")
    return f"{names.get(head, head)}.{ending}"


def write_discriminator(folder: Path, name: str) -> Path:
    """UNetDiscriminatorSN with 64 features: spectral norm keeps weight_orig, weight_u and weight_v."""
    tensors = {"conv0.weight": torch.zeros(64, 3, 3, 3), "conv0.bias": torch.zeros(64)}
    down = [(128, 64, 4), (256, 128, 4), (512, 256, 4)]
    shapes = [*down, (256, 512, 3), (128, 256, 3), (64, 128, 3), (64, 64, 3), (64, 64, 3)]
    for number, (out, into, size) in enumerate(shapes, 1):
        tensors[f"conv{number}.weight_orig"] = torch.zeros(out, into, size, size)
        tensors[f"conv{number}.weight_u"] = torch.zeros(out)
        tensors[f"conv{number}.weight_v"] = torch.zeros(into * size * size)
    tensors |= {"conv9.weight": torch.zeros(1, 64, 3, 3), "conv9.bias": torch.zeros(1)}
    path = folder / f"{name}.pth"
    torch.save({"params": tensors}, path)
    return path
