"""What loading the pack adds to ComfyUI's start, beyond what ComfyUI has loaded itself.

`python -m benchmarks import_time`
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from ..testing import comfy_host
from .kit import process

ROUNDS = 5


def main(options: list[str]) -> dict[str, list[dict]]:
    argparse.ArgumentParser(prog="import_time").parse_args(options)
    wall, cpu = zip(*(process.alone("import_time") for _ in range(ROUNDS)), strict=True)
    return {
        "loading": [
            {
                "rounds": ROUNDS,
                "wall s, median": round(statistics.median(wall), 3),
                "CPU s, median": round(statistics.median(cpu), 3),
            }
        ]
    }


def part() -> tuple[float, float]:
    """Wall and CPU seconds of one start."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        comfy_host.start(base)
        import nodes

        asyncio.run(nodes.init_builtin_extra_nodes())
        wall, cpu = time.perf_counter(), time.process_time()
        assert asyncio.run(nodes.load_custom_node(str(base / comfy_host.PACK)))
        return time.perf_counter() - wall, time.process_time() - cpu
