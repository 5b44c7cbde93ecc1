"""One word rewritten at DiffSTE's real size with random weights, on a CPU: ours beside the original recipe.

`python benchmarks/text_edit.py [STEPS]`. The checkpoint is made in the public layout (1.3 billion weights, 5.3 GB as
float32) and converted with `dancheong models convert`'s own function. Ours loads it and edits a word in a picture of
4,000 x 6,000 px. The original holds every weight as float32, squashes the whole picture to 256 x 256 px and returns
all of it from the VAE; it stands here as the formulas of tests/diffste_reference.py and diffusers' VAE. One process
each, one thread. Random weights cost what trained ones cost; what they paint means nothing.
"""

import json
import runpy
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PACK = Path(__file__).resolve().parent.parent
MODELS = PACK / "tests" / "diffste_models.py"
REFERENCE = PACK / "tests" / "diffste_reference.py"
WIDTH, HEIGHT = 4000, 6000
PAUSES = (2.0, 5.0, 20.0)
"""Wall seconds into an edit at which it is interrupted: in the VAE, in the first steps, later."""
BOX = slice(2800, 3000), slice(1500, 2100)


class Memory:
    """The largest memory of this process, in MB: its own, and with mapped files, which the system can drop again.

    Read from /proc: getrusage's peak is inherited from the process that started this one.
    """

    own = peak = 0.0

    def __init__(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.own = max(self.own, self._now("RssAnon:"))
            self.peak = self._now("VmHWM:")
            time.sleep(0.05)

    @staticmethod
    def _now(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def prepare(base: Path) -> None:
    import torch

    folder = base / "models" / "diffste"
    models = runpy.run_path(str(MODELS))
    models["lightning"](folder / "diffste.ckpt", models["tensors"](models["PUBLIC"], dtype=torch.float32))
    from dancheong.nodes.text_edit import checkpoint

    started = time.process_time()
    checkpoint.convert(folder / "diffste.ckpt", folder / "diffste.safetensors", "float16")
    sizes = [round(path.stat().st_size / 1e6) for path in sorted(folder.iterdir())]
    print(
        f"checkpoint {sizes[0]:,} MB, converted to float16 {sizes[1]:,} MB in {time.process_time() - started:.0f} CPU s"
    )


def picture():
    import torch

    mask = torch.zeros(HEIGHT, WIDTH)
    mask[BOX] = 1
    return torch.rand(HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0)), mask


def ours(base: Path, file: str, dtype: str, steps: int) -> dict:
    from dancheong.runner import places, server

    sys.path.insert(0, str(places.comfyui()))
    sys.pycache_prefix = str(places.BASE / "pycache")
    sys.argv = ["main.py", *server.arguments(base, base / "models")]
    import comfy.options

    comfy.options.enable_args_parsing()
    import torch
    from dancheong.nodes.text_edit import comfy_edit, comfy_load, placement
    from dancheong.nodes.text_edit.comfy_sampling import Settings

    result, mask = picture()
    before = result.clone()
    loading = time.process_time()
    with torch.inference_mode():
        editor = comfy_load.load(base / "models" / "diffste" / file, getattr(torch, dtype))
        loaded = time.process_time()
        manner = comfy_edit.Manner(Settings(steps, 7.5, "ddim", "leading", 0.0), 1, 15.0, 256, 4)
        writer = comfy_edit.Writer(editor, manner, None, 1)
        order = comfy_edit.order(editor, "COVER", "", "", "")
        area = placement.whole(mask.numpy() > 0, "mask")
        writer.write(result, "picture", order, area, 13)
        edited = time.process_time()
        changed = int(((result != before).any(dim=-1) & (mask == 0)).sum())
        answers = [interrupted(lambda: writer.write(result, "", order, area, 0), after) for after in PAUSES]
    return {"load": loaded - loading, "edit": edited - loaded, "outside": changed, "interrupt": max(answers)}


def interrupted(work, after: float) -> float:
    """Wall seconds from an interrupt, given `after` so many, to the end of the work."""
    from comfy import model_management

    told = []

    def interrupt() -> None:
        told.append(time.monotonic())
        model_management.interrupt_current_processing()

    timer = threading.Timer(after, interrupt)
    timer.start()
    try:
        work()
    except model_management.InterruptProcessingException:
        return time.monotonic() - told[0]
    raise RuntimeError("The work ended before the interrupt came.")


def original(base: Path, steps: int) -> dict:
    import torch

    result, mask = picture()
    loading = time.process_time()
    path = base / "models" / "diffste" / "diffste.ckpt"
    tensors = torch.load(path, map_location="cpu", weights_only=False)["state_dict"]
    reference = runpy.run_path(str(REFERENCE))["Reference"](tensors)
    vae = reference.vae()
    loaded = time.process_time()
    with torch.inference_mode():
        small = torch.nn.functional.interpolate(result.movedim(-1, 0)[None], size=(256, 256), mode="area") * 2 - 1
        hole = torch.nn.functional.interpolate(mask[None, None], size=(256, 256), mode="nearest")
        latent = vae.encode(small * (hole < 0.5)).latent_dist.sample() * 0.18215
        ids = torch.full((1, 20), 49407)
        text, char = reference.text(ids), reference.characters(torch.zeros((1, 20), dtype=torch.long))
        cells = torch.nn.functional.interpolate(hole, size=(32, 32), mode="nearest")
        noise = torch.randn(1, 4, 32, 32, generator=torch.Generator().manual_seed(13))
        drawn = vae.decode(reference.sample(noise, text, char, latent, cells, 7.5, steps) / 0.18215).sample
        assert drawn.shape == (1, 3, 256, 256)
    return {"load": loaded - loading, "edit": time.process_time() - loaded, "outside": WIDTH * HEIGHT - int(mask.sum())}


SIDES = {
    "ours, float16 weights": lambda base, steps: ours(base, "diffste.safetensors", "float16", steps),
    "ours, float32 weights": lambda base, steps: ours(base, "diffste.ckpt", "float32", steps),
    "the original's recipe": original,
}


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        from dancheong.runner import server

        server.prepare_base(base)
        prepare(base)
        for side in SIDES:
            command = [sys.executable, __file__, "--side", side, str(base), str(steps)]
            figures = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            )
            print(
                f"{side}: load {figures['load']:.0f} CPU s, edit with {steps} steps {figures['edit']:.0f} CPU s, at "
                f"most {figures['own']:,.0f} MB of its own and {figures['peak']:,.0f} MB with mapped files, px changed "
                f"outside of the mask {figures['outside']:,}"
                + (f", interrupt answered in {figures['interrupt']:.1f} s" if "interrupt" in figures else ""),
                flush=True,
            )


if __name__ == "__main__":
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    if sys.argv[1:2] == ["--side"]:
        import torch

        torch.set_num_threads(1)
        memory = Memory()
        figures = SIDES[sys.argv[2]](Path(sys.argv[3]), int(sys.argv[4]))
        print(json.dumps({**figures, "peak": memory.peak, "own": memory.own}))
    else:
        main()
