"""The upscaler beside ComfyUI's own and Real-ESRGAN's: CPU seconds, memory, the machine's matrix rate.

`python -m benchmarks upscale JOB [--rounds 5]`, JOB one of those below. Every run is a process of its own with one
thread, the order turns round after every round, figures are medians. Weights are random in the layouts of the public
files: they cost what trained ones cost, what they paint means nothing. "Real-ESRGAN" is its RealESRGANer with its
defaults (no tiles, 10 px of reflection on the right and below, uint8 in and out) as the facts describe it.

- photo: x4plus (RRDBNet, 23 blocks) on 256 x 384 px; ours also with a memory limit of 200 MB
- compact: general-x4v3 on 256 x 384 px
- a4: x4plus from 256 x 362 px to 2480 x 3508 px; core: twice x4, then its Upscale Image to that size
- poster: animevideov3's layout from 2,500 x 2,500 px to a file of 10,000 x 10,000 px, png and 16-bit tiff
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
from .kit import process
from .kit.interrupt import interrupted
from .upscale_bench import FLOP_PER_PX, Bench, write_models

MB = 1024**2
LIMIT = 200
A4 = (2480, 3508)
PAUSES = (3, 8, 14)
"""Wall seconds into a pass at which it is interrupted."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="upscale")
    parser.add_argument("job", choices=[*SIDES, *ALONE])
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as folder:
        write_models(Path(folder) / "models" / "upscale_models")
        if chosen.job in ALONE:
            return {chosen.job: process.alone("upscale", folder, chosen.job)}
        return {chosen.job: in_turns(folder, chosen.job, chosen.rounds)}


def part(base: str, job: str, *side: str):
    """One run of one side, or the rows of a job that has no sides."""
    comfy_host.start(Path(base))
    return ALONE[job]() if job in ALONE else SIDES[job][0](*side)


def in_turns(base: str, job: str, rounds: int) -> list[dict]:
    """A row of medians for every side of a job."""
    sides = SIDES[job][1]
    found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 == 0 else sides[::-1]:
            found[side].append(process.alone("upscale", base, job, side))
            print(number, side, found[side][-1], flush=True)
    medians = {side: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
               for side, runs in found.items()}  # fmt: skip
    return [row(side, figures, rounds, medians.get("core")) for side, figures in medians.items()]


def row(side: str, figures: dict[str, float], rounds: int, core: dict[str, float] | None) -> dict:
    """What one side takes, and beside core's where core is a side."""
    found = {"side": side, "runs": rounds, "CPU s": round(figures["seconds"], 1)}
    if core:
        found["CPU s, of core"] = round(figures["seconds"] / core["seconds"], 2)
    found["MB over the loaded model"] = round(figures["mb"])
    if core:
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
    bench = Bench("x4plus", 256, 362)

    def core():
        twice = bench.core.execute(bench.model, bench.theirs()).args[0]
        from comfy.utils import common_upscale

        return common_upscale(twice.movedim(-1, 1), *A4, "bicubic", "disabled").movedim(1, -1)

    figures, result = bench.measure(lambda: bench.ours(A4) if side == "ours" else core())
    assert tuple(result.shape[1:3]) == A4[::-1]
    return figures


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


SIDES = {
    "photo": (photo, ("core", "Real-ESRGAN", "ours", f"ours, memory_limit_mb {LIMIT}")),
    "compact": (lambda side: photo(side, "general"), ("core", "Real-ESRGAN", "ours")),
    "a4": (a4, ("core", "ours")),
    "poster": (poster, ("png 8 bit", "tiff 16 bit")),
}
ALONE = {"interrupt": interrupts, "seams": upscale_seams.rows, "trained": upscale_seams.trained}
