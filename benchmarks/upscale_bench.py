"""One model and one picture in a process that is ComfyUI, and what an enlargement takes there; for `upscale.py`."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..testing.models import real_upscale
from ..testing.models import upscale as models
from ..testing.models.weights import save
from .kit.process import memory

GEMM = 2048
FLOP_PER_PX = {"x4plus": 35.85e6, "general": 2.42e6, "anime": 1.24e6}
"""Of a whole network, by its shapes (2 per multiplication and addition)."""
TRAINED = {"x4plus": "realesrgan-x4plus", "anime": "realesr-animevideov3"}
"""Models whose weights a package carries; general-x4v3's are random in its layout, and cost the same."""


def write_model(name: str, path: Path) -> None:
    from ..nodes import upscale

    if name in TRAINED:
        path.parent.mkdir(parents=True, exist_ok=True)
        upscale.convert(real_upscale.pair(TRAINED[name]), path)
    else:
        save(models.compact(0, 64, 32), path)


def photograph(width: int, height: int) -> np.ndarray:
    """`[height,width,3]` float32 in 0..1: an astronaut, mirrored where she is too small."""
    from skimage import data, util

    picture = util.img_as_float32(data.astronaut())
    rows, columns = (max(0, wanted - there) for wanted, there in zip((height, width), picture.shape, strict=False))
    return np.pad(picture, ((0, rows), (0, columns), (0, 0)), "symmetric")[:height, :width]


class Bench:
    """A model as ComfyUI loads it, and a picture `[1,height,width,3]`."""

    def __init__(self, model: str, width: int, height: int) -> None:
        import folder_paths
        import torch
        from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel, UpscaleModelLoader

        file = Path(folder_paths.models_dir) / "upscale_models" / f"{model}.safetensors"
        write_model(model, file)
        from ..nodes.upscale import nodes

        self.torch, self.nodes, self.core = torch, nodes, ImageUpscaleWithModel
        self.model = UpscaleModelLoader.execute(file.name).args[0]
        self.picture = torch.from_numpy(photograph(width, height))[None]
        self.model(self.picture[:, :16, :16].movedim(-1, 1))  # its first run sets libraries up

    def measure(self, work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
        """CPU seconds, MB over what was there before, and the matrix rate around the work; and its result."""
        before = self.matrix_rate()
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
        resident, start = memory("VmRSS"), time.process_time()
        with self.torch.inference_mode():
            result = work()
        seconds = time.process_time() - start
        peak = memory("VmHWM") - resident
        return {"seconds": seconds, "mb": peak, "rate": (before + self.matrix_rate()) / 2}, result

    def matrix_rate(self) -> float:
        """FLOP/s of a product of two float32 matrices."""
        a = self.torch.randn(GEMM, GEMM)
        times = []
        for _ in range(4):
            start = time.process_time()
            a @ a
            times.append(time.process_time() - start)
        return 2 * GEMM**3 / statistics.median(times[1:])

    def ours(self, size: tuple[int, int], limit: int = 0):
        return self.nodes.UpscaleToSize.execute(
            self.picture, *size, "balanced", "cover", self.model, memory_limit_mb=limit
        ).args[0]

    def theirs(self):
        """ComfyUI's own node."""
        return self.core.execute(self.model, self.picture).args[0]

    def realesrganer(self):
        """Whole picture, 10 px of reflection, rounded to bytes."""
        torch = self.torch
        source = (self.picture[0].numpy() * 255).round().astype("uint8")
        planes = torch.from_numpy(source.astype("float32") / 255).movedim(-1, 0)[None].contiguous()
        planes = torch.nn.functional.pad(planes, (0, 10, 0, 10), "reflect")
        with torch.no_grad():
            made = self.model.model(planes)
        made = made[..., : -10 * 4, : -10 * 4].squeeze().float().clamp_(0, 1).movedim(0, -1).numpy()
        return torch.from_numpy((made * 255.0).round().astype("uint8"))
