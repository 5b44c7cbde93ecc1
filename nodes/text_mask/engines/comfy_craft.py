"""CRAFT on ComfyUI's device, under its memory management, on pictures of the size at which keras-ocr looks at them."""

from functools import lru_cache
from pathlib import Path

import comfy.ops
import numpy as np
import torch

from ...host import memory
from ...host.progress import interruptible_layers
from ..finding.pyramid import Call
from ..regions import Region
from . import craft, heat

ENLARGED, LONGEST = 2.0, 2048
"""keras-ocr's pipeline doubles a picture, but to no more than 2048 px."""
SMALLEST = 256
BYTES_PER_PX = 800
"""Two maps of 64 channels at full size, and what the way up keeps."""
HALF = 2
"""px of the looked-at picture per px of the heat map."""


class CRAFTEngine:
    """Words, not lines; it finds any script and reads none."""

    name = "craft"

    def __init__(self, path: Path) -> None:
        self._patcher = memory.patcher(craft.load(path, comfy.ops.disable_weight_init.Conv2d))

    def steps(self, height: int, width: int) -> int:
        """How many calls `detect` makes for a picture of that size."""
        return 1

    def detect(self, picture: np.ndarray, call: Call) -> list[Region]:
        """The words of a picture `[H,W,3]` uint8 RGB; out of memory, it looks at half the size."""
        import cv2

        height, width = picture.shape[:2]
        scale = min(ENLARGED, LONGEST / max(height, width))
        while True:
            size = (max(HALF, int(width * scale)), max(HALF, int(height * scale)))
            try:
                device = memory.load(self._patcher, size[0] * size[1] * BYTES_PER_PX)
                return call(heat.words, self._heat(cv2.resize(picture, size), device), HALF / scale, (width, height))
            except Exception as error:
                if not memory.is_out_of_memory(error) or max(size) <= SMALLEST:
                    raise
                memory.release()
                scale /= 2

    def _heat(self, picture: np.ndarray, device: torch.device) -> np.ndarray:
        """`[H,W,3]` uint8 RGB to `[H/2,W/2,2]`."""
        network = self._patcher.model
        with torch.inference_mode(), interruptible_layers(network):
            return network(craft.prepare(picture).to(device))[0].permute(1, 2, 0).float().cpu().numpy()


@lru_cache(maxsize=1)
def load(path: Path, stamp: str) -> CRAFTEngine:
    """The engine, built once; another stamp says that the file is another."""
    return CRAFTEngine(path)
