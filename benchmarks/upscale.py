"""The upscaler beside ComfyUI's own and Real-ESRGAN's: CPU seconds, memory, the machine's matrix rate.

`python benchmarks/upscale.py JOB [ROUNDS]`, JOB one of those below; five rounds unless said. Every run is a process of
its own with one thread, the order turns round after every round, figures are medians. Weights are random in the layouts
of the public files: they cost what trained ones cost, what they paint means nothing. "Real-ESRGAN" is its RealESRGANer
with its defaults (no tiles, 10 px of reflection on the right and below, uint8 in and out) as the facts describe it.

- photo: x4plus (RRDBNet, 23 blocks) on 256 x 384 px; ours also with a memory limit of 200 MB
- compact: general-x4v3 on 256 x 384 px
- a4: x4plus from 256 x 362 px to 2480 x 3508 px; core: twice x4, then its Upscale Image to that size
- poster: animevideov3's layout from 2,500 x 2,500 px to a file of 10,000 x 10,000 px, png and 16-bit tiff
- interrupt: seconds from an interrupt to the end of the work, x4plus on 512 x 700 px
- seams: the largest difference between tiles and the whole, by halo and weights
"""

import json
import runpy
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent
MB = 1024**2
LIMIT = 200
GEMM = 2048
A4 = (2480, 3508)
FLOP_PER_PX = {"x4plus": 35.85e6, "general": 2.42e6, "anime": 1.24e6}
"""Of a whole network, by its shapes (2 per multiplication and addition)."""
ROUNDS = 5
PAUSES = (3, 8, 14)
"""Wall seconds into a pass at which it is interrupted."""


def models(folder: Path) -> None:
    tiny = runpy.run_path(str(PACK / "tests" / "tiny_models.py"))
    save = tiny["_save"]
    save(tiny["rrdb"](0, 64, 23, dense=0.1, last=0.1), folder / "x4plus.safetensors")
    save(tiny["compact"](0, 64, 32), folder / "general.safetensors")
    save(tiny["compact"](0, 64, 16), folder / "anime.safetensors")


class Bench:
    """One process: ComfyUI, one model, one picture."""

    def __init__(self, base: Path, model: str, width: int, height: int) -> None:
        from dancheong.runner import places, server

        sys.path.insert(0, str(places.comfyui()))
        sys.pycache_prefix = str(places.BASE / "pycache")
        sys.argv = ["main.py", *server.arguments(base, base / "models")]
        import comfy.options

        comfy.options.enable_args_parsing()
        import torch
        from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel, UpscaleModelLoader
        from dancheong.nodes.upscale import nodes

        torch.set_num_threads(1)
        self.torch, self.nodes, self.core = torch, nodes, ImageUpscaleWithModel
        self.model = UpscaleModelLoader.execute(f"{model}.safetensors").args[0]
        self.picture = torch.rand(1, height, width, 3, generator=torch.Generator().manual_seed(0))
        self.model(self.picture[:, :16, :16].movedim(-1, 1))  # its first run sets libraries up

    def measure(self, work) -> dict:
        """CPU seconds, MB over what was there before, and the matrix rate around it."""
        before = self.matrix_rate()
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
        resident, start = memory("VmRSS:"), time.process_time()
        with self.torch.inference_mode():
            result = work()
        seconds = time.process_time() - start
        peak = memory("VmHWM:") - resident
        return {"seconds": seconds, "mb": peak, "rate": (before + self.matrix_rate()) / 2, "result": result}

    def matrix_rate(self) -> float:
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


def memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def photo(base: Path, side: str, model: str = "x4plus") -> dict:
    bench = Bench(base, model, 256, 384)
    work = {
        "core": lambda: bench.core.execute(bench.model, bench.picture).args[0],
        "Real-ESRGAN": bench.realesrganer,
        "ours": lambda: bench.ours((1024, 1536)),
        f"ours, {LIMIT} MB": lambda: bench.ours((1024, 1536), LIMIT),
    }[side]
    figures = bench.measure(work)
    figures["share"] = FLOP_PER_PX[model] * 256 * 384 / figures["seconds"] / figures["rate"]
    return figures


def a4(base: Path, side: str) -> dict:
    bench = Bench(base, "x4plus", 256, 362)

    def core():
        once = bench.core.execute(bench.model, bench.picture).args[0]
        twice = bench.core.execute(bench.model, once).args[0]
        from comfy.utils import common_upscale

        return common_upscale(twice.movedim(-1, 1), *A4, "bicubic", "disabled").movedim(1, -1)

    figures = bench.measure(core if side == "core" else lambda: bench.ours(A4))
    assert tuple(figures["result"].shape[1:3]) == A4[::-1]
    return figures


def poster(base: Path, side: str) -> dict:
    file_format, bits = side.split()
    bench = Bench(base, "anime", 2500, 2500)

    class Node(bench.nodes.UpscaleToFile):
        """The executor hands each node its prompt; here there is none."""

        hidden = type("Hidden", (), {"prompt": None, "extra_pnginfo": None})

    figures = bench.measure(
        lambda: (
            Node.execute(
                bench.picture, 10000, 10000, "balanced", "cover", file_format, bits, 300, "", "poster", bench.model
            ).args
        )
    )
    path, _, report = figures["result"]
    print(report, file=sys.stderr)
    figures["file"] = Path(path).stat().st_size / MB
    return figures


def seams(base: Path) -> None:
    """Half of a strip computed from itself and a halo, against the strip in one piece."""
    bench = Bench(base, "x4plus", 192, 32)
    import torch
    from dancheong.nodes.upscale.comfy_run import Limits, Runner
    from dancheong.nodes.upscale.seams import HALOS, measure
    from spandrel import ModelLoader

    tiny = runpy.run_path(str(PACK / "tests" / "tiny_models.py"))
    patcher = bench.model.patcher
    low = torch.rand(1, 3, 4, 24, generator=torch.Generator().manual_seed(1))
    smooth = torch.nn.functional.interpolate(low, size=(32, 192), mode="bicubic")[0].movedim(0, -1)
    strip = (0.8 * smooth + 0.2 * bench.picture[0]).clamp(0, 1)
    tap = torch.tensor([1.0, 2.0, 1.0]) / 4
    for name, gain in (("random, 0.1 of He", 0.1), ("smoothed, 0.5 of He", 0.5), ("random, He", 1.0)):
        tensors = {
            key: torch.from_numpy(value) * (2**0.5 if value.ndim == 4 else 1)
            for key, value in tiny["rrdb"](0, 64, 23, dense=gain, last=0.02).items()
        }
        if name.startswith("smoothed"):
            for key, value in tensors.items():
                if ".rdb" in key and value.ndim == 4:
                    tensors[key] = value.sum((2, 3), keepdim=True) / 3 * torch.outer(tap, tap)
        model = ModelLoader().load_from_state_dict(tensors).eval()
        model.patcher = patcher
        with torch.inference_mode():
            contrast = model(strip.movedim(-1, 0)[None]).std()
        # As large as a photograph's contrast; the bias moves the picture, not its contrast.
        tensors["conv_last.weight"] *= 0.25 / contrast
        model = ModelLoader().load_from_state_dict(tensors).eval()
        model.patcher = patcher
        runner = Runner(model, Limits(precision="float32"))
        with torch.inference_mode():
            found = measure(lambda cut, runner=runner: runner.run(strip, cut, lambda *_: None), 192, 32, 1, HALOS)
            print(f"RRDB, {name}:", *(f"halo {seam.halo} {seam.error:.4f}/255;" for seam in found), flush=True)
    for name in ("general", "anime"):
        bench = Bench(base, name, 192, 32)
        runner = Runner(bench.model, Limits(precision="float32"))
        halos = (runner.network.halo - 2, runner.network.halo)
        with torch.inference_mode():
            found = measure(lambda cut, runner=runner: runner.run(strip, cut, lambda *_: None), 192, 32, 1, halos)
            print(f"{name}:", *(f"halo {seam.halo} {seam.error / 255:.2e};" for seam in found), flush=True)


def interrupts(base: Path) -> None:
    bench = Bench(base, "x4plus", 512, 700)
    from comfy import model_management

    for after in PAUSES:
        told = []

        def interrupt(told=told) -> None:
            told.append(time.monotonic())
            model_management.interrupt_current_processing()

        threading.Timer(after, interrupt).start()
        try:
            with bench.torch.inference_mode():
                bench.ours((2048, 2800))
        except model_management.InterruptProcessingException:
            print(f"interrupted after {after} s: ended {time.monotonic() - told[0]:.2f} s later", flush=True)


JOBS = {
    "photo": (photo, ["core", "Real-ESRGAN", "ours", f"ours, {LIMIT} MB"]),
    "compact": (lambda base, side: photo(base, side, "general"), ["core", "Real-ESRGAN", "ours"]),
    "a4": (a4, ["core", "ours"]),
    "poster": (poster, ["png 8", "tiff 16"]),
}
ALONE = {"seams": seams, "interrupt": interrupts}


def main(job: str, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        from dancheong.runner import server

        server.prepare_base(base)
        models(base / "models" / "upscale_models")
        if job in ALONE:
            ALONE[job](base)
            return
        sides = JOBS[job][1]
        found = {side: [] for side in sides}
        for number in range(rounds):
            for side in sides if number % 2 == 0 else sides[::-1]:
                command = [sys.executable, __file__, "--side", job, side, str(base)]
                run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                found[side].append(json.loads(run.stdout.splitlines()[-1]))
                print(number, side, found[side][-1], flush=True)
        medians = {
            side: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for side, runs in found.items()
        }
        first = medians[sides[0]]
        for side, figures in medians.items():
            print(
                f"{side}: {figures['seconds']:.1f} CPU s = {figures['seconds'] / first['seconds']:.2f} x {sides[0]}, "
                f"+{figures['mb']:.0f} MB = {figures['mb'] / first['mb']:.2f} x, matrix rate "
                f"{figures['rate'] / 1e9:.0f} GFLOP/s"
                + (f", {figures['share']:.0%} of it" if "share" in figures else "")
                + (f", file {figures['file']:.0f} MB" if "file" in figures else "")
            )


if __name__ == "__main__":
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    if sys.argv[1:2] == ["--side"]:
        figures = JOBS[sys.argv[2]][0](Path(sys.argv[4]), sys.argv[3])
        print(json.dumps({key: value for key, value in figures.items() if key != "result"}))
    else:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS)
