"""What loading the pack adds to ComfyUI's start, beyond what ComfyUI has loaded itself.

`python benchmarks/import_time.py`
"""

import asyncio
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent
ROUNDS = 5


def main() -> None:
    if "--once" in sys.argv:
        print(once())
        return
    command = [sys.executable, __file__, "--once"]
    lines = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(ROUNDS)]
    wall, cpu = zip(*(map(float, line.splitlines()[-1].split()) for line in lines), strict=True)
    print(f"pack: {statistics.median(wall):.3f} s wall, {statistics.median(cpu):.3f} CPU s, median of {ROUNDS}")


def once() -> str:
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    from dancheong.runner import places, server

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        server.prepare_base(base)
        sys.path.insert(0, str(places.comfyui()))
        sys.pycache_prefix = str(places.BASE / "pycache")
        sys.argv = ["main.py", *server.arguments(base, base / "models")]
        import comfy.options

        comfy.options.enable_args_parsing()
        import nodes

        asyncio.run(nodes.init_builtin_extra_nodes())
        wall, cpu = time.perf_counter(), time.process_time()
        assert asyncio.run(nodes.load_custom_node(str(base / "custom_nodes" / "dancheong")))
        return f"{time.perf_counter() - wall} {time.process_time() - cpu}"


if __name__ == "__main__":
    main()
