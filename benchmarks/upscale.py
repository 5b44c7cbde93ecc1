"""The upscaler beside ComfyUI's own and Real-ESRGAN's: CPU seconds, memory, the machine's matrix rate.

`python -m benchmarks upscale JOB [--rounds 5] [--most 4]`, JOB one of those below. Every run is a process of its own
with one thread, the order turns round after every round, figures are medians. `--most` does that many runs and keeps
them; a call without it does the rest and tells the figures. The networks are the trained ones out of the package that
carries them; general-x4v3, which none carries, has random weights. "Real-ESRGAN" is its RealESRGANer with its defaults
(no tiles, 10 px of reflection on the right and below, uint8 in and out) as the facts describe it.

- photo: x4plus (RRDBNet, 23 blocks) on 256 x 384 px; ours also with a memory limit of 200 MB
- compact: general-x4v3 on 256 x 384 px
- light: animevideov3 on 256 x 384 px
- a4: x4plus from 256 x 362 px to 2480 x 3508 px; core: twice x4. A part of each second pass is timed, a tile of 512 x
  512 px of core's and a quarter of ours, and counted for all px that both passes see; what resizes is left out
- poster: animevideov3 from 2,500 x 2,500 px to a file of 10,000 x 10,000 px, png and 16-bit tiff
- interrupt: seconds from an interrupt to the end of the work, x4plus on 512 x 700 px
- seams: the largest difference between tiles and the whole, by halo and weights
- trained: the same of the trained networks, on twelve strips of photographs, skies, small print and a drawing
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from ..testing import comfy_host
from . import upscale_seams
from .kit import pieces, process
from .kit.interrupt import interrupted
from .upscale_bench import FLOP_PER_PX, Bench

MB = 1024**2
LIMIT = 200
FIRST, QUARTER = 256 * 362, (621, 877)
"""px that the first pass to A4 sees, and the size that our last one begins with."""
CORE_SEES = (512 + 512 + 64) * (512 + 512 + 488)
"""px of core's second pass: 1024 x 1448 in tiles of 512 that overlap by 32."""
PAUSES = (3, 8, 14)
"""Wall seconds into a pass at which it is interrupted."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="upscale")
    parser.add_argument("job", choices=[*SIDES, *ALONE])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, help="runs to do now, kept for a call without it")
    chosen = parser.parse_args(options)
    if chosen.job in ALONE:
        return {chosen.job: process.alone("upscale", chosen.job)}
    sides = SIDES[chosen.job][1]
    turns = [(chosen.job, side, str(number)) for number in range(chosen.rounds) for side in sides[:: (-1) ** number]]
    found = pieces.gathered("upscale", chosen.job, turns, chosen.most)
    if found is None:
        return None
    runs = {side: [found[chosen.job, side, str(number)] for number in range(chosen.rounds)] for side in sides}
    medians = {side: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
               for side, runs in runs.items()}  # fmt: skip
    if chosen.job == "a4":
        medians = {side: {"seconds": figures["seconds"]} for side, figures in medians.items()}
    return {chosen.job: [row(side, figures, chosen.rounds, medians["core" if "core" in medians else side])
                         for side, figures in medians.items()]}  # fmt: skip


def part(job: str, *side: str):
    """One run of one side, or the rows of a job that has no sides."""
    with tempfile.TemporaryDirectory() as base:
        comfy_host.start(Path(base))
        return ALONE[job]() if job in ALONE else SIDES[job][0](side[0])


def row(side: str, figures: dict[str, float], rounds: int, core: dict[str, float]) -> dict:
    """What one side takes, and beside core's where core is another."""
    found = {"side": side, "runs": rounds, "CPU s": round(figures["seconds"], 1)}
    if core is not figures or side == "core":
        found["CPU s, of core"] = round(figures["seconds"] / core["seconds"], 2)
    if "mb" in figures:
        found["MB over the loaded model"] = round(figures["mb"])
        if "mb" in core and (core is not figures or side == "core"):
            found["MB, of core"] = round(figures["mb"] / core["mb"], 2)
        found["matrix rate, GFLOP/s"] = round(figures["rate"] / 1e9)
    if "share" in figures:
        found["of the matrix rate, %"] = round(100 * figures["share"])
    if "file" in figures:
        found["file, MB"] = round(figures["file"])
    return found


def photo(side: str, model: str = "x4plus") -> dict[str, float]:
    bench = Bench(model, 256, 384)
    work = {
        "core": bench.theirs,
        "Real-ESRGAN": bench.realesrganer,
        "ours": lambda: bench.ours((1024, 1536)),
        f"ours, memory_limit_mb {LIMIT}": lambda: bench.ours((1024, 1536), LIMIT),
    }[side]
    figures, _ = bench.measure(work)
    return {**figures, "share": FLOP_PER_PX[model] * 256 * 384 / figures["seconds"] / figures["rate"]}


def a4(side: str) -> dict[str, float]:
    """Seconds of the whole way, by those of a part."""
    width, height = (512, 512) if side == "core" else (QUARTER[0] // 2, QUARTER[1] // 2)
    bench = Bench("x4plus", width, height)
    figures, _ = bench.measure(bench.theirs if side == "core" else lambda: bench.ours((width * 4, height * 4)))
    seen = CORE_SEES if side == "core" else ours_sees(bench)
    return {**figures, "seconds": figures["seconds"] * (FIRST + seen) / (width * height)}


def ours_sees(bench: Bench) -> int:
    """px of our second pass, by the plan."""
    from ..nodes.host import memory
    from ..nodes.upscale import tiles
    from ..nodes.upscale.network import network_of

    network = network_of(bench.model)
    cut = tiles.grid(*QUARTER, network.halo, network.multiple, memory.CPU_WINDOW // (network.values_per_pixel * 4))
    assert cut is not None
    return cut.processed


def poster(side: str) -> dict[str, float]:
    file_format, bits, _ = side.split()
    bench = Bench("anime", 2500, 2500)

    class Node(bench.nodes.UpscaleToFile):
        """The executor hands each node its prompt; here there is none."""

        hidden = type("Hidden", (), {"prompt": None, "extra_pnginfo": None})

    figures, (path, _, report) = bench.measure(
        lambda: (
            Node.execute(
                bench.picture, 10000, 10000, "balanced", "cover", file_format, bits, 300, "", "poster", bench.model
            ).args
        )
    )
    print(report, file=sys.stderr)
    return {**figures, "file": Path(path).stat().st_size / MB}


def interrupts() -> list[dict]:
    bench = Bench("x4plus", 512, 700)
    with bench.torch.inference_mode():
        answers = [interrupted(lambda: bench.ours((2048, 2800)), after) for after in PAUSES]
    return [
        {"interrupted after, s": after, "ended, s later": round(answer, 2)}
        for after, answer in zip(PAUSES, answers, strict=True)
    ]


def quick(model: str):
    """The same as `photo` of a network that is done in seconds."""
    return lambda side: photo(side, model), ("core", "Real-ESRGAN", "ours")


SIDES = {
    "photo": (photo, ("core", "Real-ESRGAN", "ours", f"ours, memory_limit_mb {LIMIT}")),
    "compact": quick("general"),
    "light": quick("anime"),
    "a4": (a4, ("core", "ours")),
    "poster": (poster, ("png 8 bit", "tiff 16 bit")),
}
"""Job -> what does one run of a side, and the sides."""
ALONE = {"interrupt": interrupts, "seams": upscale_seams.rows, "trained": upscale_seams.trained}
