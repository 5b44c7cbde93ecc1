"""The upscaler on a GPU: output megapixels per second beside ComfyUI's, seams, and what becomes of too little memory.

`python -m benchmarks upscale_gpu [--side 1024] [--rounds 5]`, in one process, with the trained networks; sides take
turns, figures are medians. Without a GPU it takes the CPU, for `--try` with `--side 64 --rounds 1`: then float16 is no
faster, and the allocator cannot be made small.

- speed: of a square photograph; "ComfyUI, float16" is its own `tiled_scale` around the network in float16, which its
  node never takes: the fair opponent at an equal error. Errors are to ComfyUI's node, in 1/255
- seams: with a memory limit against one window, in the precision that the node takes
- memory: the allocator gets less than one window takes; the difference to what all memory makes
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..testing import comfy_host
from ..testing.models import real_upscale
from .upscale_bench import TRAINED, photograph

NAMES = ("x4plus", "anime")
SCALE = 4
LIMITS = (200, 800)
NEVER = 60_000
"""MB, a limit that cuts nothing here."""
SHARE = 0.4
"""Of what a window takes, left to the allocator."""
MB = 1024**2


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="upscale_gpu")
    parser.add_argument("--side", type=int, default=1024, help="px of the photograph")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as base:
        comfy_host.start(Path(base))
        import torch

        with torch.inference_mode():
            networks = [Sides(name, chosen.side) for name in NAMES]
            found = {
                "speed": [row for sides in networks for row in sides.speed(chosen.rounds)],
                "seams": [row for sides in networks for row in sides.seams()],
            }
            if torch.cuda.is_available():
                found["memory"] = [sides.memory() for sides in networks]
            return found


class Sides:
    """One network and one photograph, enlarged in every way."""

    def __init__(self, name: str, side: int) -> None:
        import torch
        from comfy import model_management

        from ..nodes.upscale import comfy_load

        self._name, self._side = TRAINED[name], side
        self._model = comfy_load.load(real_upscale.pair(TRAINED[name]), None, 1.0).model
        self._half = self._model.architecture.load(self._model.model.state_dict()).half().eval()
        self._device = model_management.get_torch_device()
        self._picture = torch.from_numpy(photograph(side, side))[None]

    def speed(self, rounds: int) -> list[dict]:
        ways: dict[str, Callable[[], Any]] = {
            "ComfyUI": self._core, "ComfyUI, float16": self._core_half, "ours": self._ours,
            "ours, float32": lambda: self._ours(precision="float32"),
        }  # fmt: skip
        results = {way: work() for way, work in ways.items()}  # the first run sets libraries up
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for number in range(rounds):
            for way in list(ways)[:: (-1) ** number]:
                seconds[way].append(self._timed(ways[way]))
        rate = {way: (self._side * SCALE) ** 2 / 1e6 / statistics.median(times) for way, times in seconds.items()}
        return [
            {"network": self._name, "side": way, "runs": rounds, "output MP/s": round(rate[way], 2),
             "of ComfyUI": round(rate[way] / rate["ComfyUI"], 2),
             "largest error": round(self._error(results[way], results["ComfyUI"]), 2)}
            for way in ways
        ]  # fmt: skip

    def seams(self) -> list[dict]:
        whole = self._ours(NEVER)
        return [
            {"network": self._name, "memory_limit_mb": limit, "tiles": self._tiles,
             "largest": round(self._error(made, whole), 3)}
            for limit in LIMITS for made in [self._ours(limit)]
        ]  # fmt: skip

    def memory(self) -> dict:
        """The allocator held to a share of what one window was seen to take."""
        import torch

        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        whole = self._ours(NEVER)
        taken = torch.cuda.max_memory_allocated() - before
        everything = torch.cuda.get_device_properties(self._device).total_memory
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction((before + SHARE * taken) / everything)
        try:
            made = self._ours(NEVER)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        return {"network": self._name, "one window, MB": round(taken / MB), "allowed, MB": round(SHARE * taken / MB),
                "difference": round(self._error(made, whole), 3)}  # fmt: skip

    def _ours(self, limit: int = 0, precision: str = "auto"):
        from ..nodes.upscale.nodes import UpscaleToSize

        size = self._side * SCALE
        made, _, report = UpscaleToSize.execute(
            self._picture, size, size, "balanced", "cover", self._model, memory_limit_mb=limit, precision=precision
        ).args
        found = re.search(r"(\d+) tiles of", report)
        self._tiles = int(found[1]) if found else 1
        return made

    def _core(self):
        from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel

        return ImageUpscaleWithModel.execute(self._model, self._picture).args[0]

    def _core_half(self):
        import torch
        from comfy import model_management
        from comfy.utils import tiled_scale

        half = self._half.to(self._device)
        made = tiled_scale(
            self._picture.movedim(-1, 1).to(self._device), lambda part: half(part.to(torch.float16)).float(),
            tile_x=512, tile_y=512, overlap=32, upscale_amount=SCALE,
            output_device=model_management.intermediate_device(),
        )  # fmt: skip
        return made.movedim(1, -1).clamp(0, 1)

    def _timed(self, work: Callable[[], Any]) -> float:
        """Wall seconds; the result is on the CPU, so nothing is left on the device's queue."""
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    def _error(self, made: Any, expected: Any) -> float:
        return 255 * float((made.float() - expected.float()).abs().max())
