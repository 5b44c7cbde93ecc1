"""What loading the pack adds to ComfyUI's start, beyond what ComfyUI has loaded itself; the first start compiles.

`python -m benchmarks import_time`
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from ..testing import comfy_host
from .kit import process

ROUNDS = 5


def main(options: list[str]) -> dict[str, list[dict]]:
    argparse.ArgumentParser(prog="import_time").parse_args(options)
    with tempfile.TemporaryDirectory() as base:
        first, *later = (process.alone("import_time", base) for _ in range(1 + ROUNDS))
    return {"loading": [_row("first", [first]), _row("later", later)]}


def _row(start: str, seconds: list[list[float]]) -> dict:
    wall, cpu = zip(*seconds, strict=True)
    return {
        "start": start,
        "rounds": len(seconds),
        "wall s, median": round(statistics.median(wall), 3),
        "CPU s, median": round(statistics.median(cpu), 3),
    }


def part(folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of one start on the base directory `folder`."""
    base = Path(folder)
    sys.dont_write_bytecode = False
    comfy_host.start(base)
    sys.pycache_prefix = str(base / "pycache")
    import nodes

    asyncio.run(nodes.init_builtin_extra_nodes())
    wall, cpu = time.perf_counter(), time.process_time()
    assert asyncio.run(nodes.load_custom_node(str(base / comfy_host.PACK)))
    return time.perf_counter() - wall, time.process_time() - cpu
