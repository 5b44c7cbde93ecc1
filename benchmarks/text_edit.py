"""One word rewritten at DiffSTE's real size with random weights, on a CPU: ours beside the original recipe.

`python -m benchmarks text_edit [--steps 30]`. The checkpoint is made in the public layout (1.3 billion weights, 5.3 GB
as float32) and converted with `dancheong models convert`'s own function. Ours loads it and edits a word in a picture of
4,000 x 6,000 px. The original holds every weight as float32, squashes the whole picture to 256 x 256 px and returns
all of it from the VAE; it stands here as the formulas of testing/references/diffste.py and diffusers' VAE. One process
each, one thread. Random weights cost what trained ones cost; what they paint means nothing.
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path

from ..testing import comfy_host
from ..testing.models import diffste
from .kit import process
from .kit.interrupt import interrupted

WIDTH, HEIGHT = 4000, 6000
PAUSES = (2.0, 5.0, 20.0)
"""Wall seconds into an edit at which it is interrupted: in the VAE, in the first steps, later."""
BOX = slice(2800, 3000), slice(1500, 2100)
CHECKPOINT, CONVERTED = "diffste.ckpt", "diffste.safetensors"


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_edit")
    parser.add_argument("--steps", type=int, default=30)
    steps = parser.parse_args(options).steps
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = prepare(Path(folder) / "models" / "diffste")
        for side, (file, _) in SIDES.items():
            found = process.alone("text_edit", side, folder, str(steps))
            rows.append({"side": side, "steps": steps, "file, MB": files[file], **found})
            print(rows[-1], flush=True)
    return {"sides": rows}


def part(side: str, base: str, steps: str) -> dict[str, float]:
    """What one side takes: column -> figure."""
    own = OwnMemory()
    file, work = SIDES[side]
    found = work(Path(base), file, int(steps))
    return {
        **{name: round(seconds) for name, seconds in found.items() if name.endswith("CPU s")},
        "memory of its own, MB": round(own.peak),
        "with mapped files, MB": round(process.memory("VmHWM")),
        **{name: figure for name, figure in found.items() if not name.endswith("CPU s")},
    }


class OwnMemory:
    """The largest memory that was this process's own, without mapped files, which the system can drop again."""

    peak = 0.0

    def __init__(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.peak = max(self.peak, process.memory("RssAnon"))
            time.sleep(0.05)


def prepare(folder: Path) -> dict[str, int]:
    """Write both files; name -> MB."""
    import torch

    from ..nodes.text_edit import conversion

    diffste.lightning(folder / CHECKPOINT, diffste.tensors(diffste.PUBLIC, dtype=torch.float32))
    conversion.convert(folder / CHECKPOINT, folder / CONVERTED, "float16")
    return {path.name: round(path.stat().st_size / 1e6) for path in folder.iterdir()}


def picture():
    import torch

    mask = torch.zeros(HEIGHT, WIDTH)
    mask[BOX] = 1
    return torch.rand(HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0)), mask


def ours(base: Path, file: str, steps: int) -> dict[str, float]:
    comfy_host.start(base)
    import torch

    from ..nodes.text_edit import comfy_edit, comfy_load, placement
    from ..nodes.text_edit.comfy_sampling import Settings

    result, mask = picture()
    before = result.clone()
    loading = time.process_time()
    with torch.inference_mode():
        dtype = torch.float16 if file == CONVERTED else torch.float32
        editor = comfy_load.load(base / "models" / "diffste" / file, dtype)
        loaded = time.process_time()
        manner = comfy_edit.Manner(Settings(steps, 7.5, "ddim", "leading", 0.0), 1, 15.0, 256, 4)
        writer = comfy_edit.Writer(editor, manner, None, 1)
        order = comfy_edit.prepared(editor, "COVER", "", "", "")
        area = placement.whole(mask.numpy() > 0, "mask")
        writer.write(result, "picture", order, area, 13)
        edited = time.process_time()
        changed = int(((result != before).any(dim=-1) & (mask == 0)).sum())
        answers = [interrupted(lambda: writer.write(result, "", order, area, 0), after) for after in PAUSES]
    return {
        "load, CPU s": loaded - loading,
        "edit, CPU s": edited - loaded,
        "px changed outside": changed,
        "interrupt answered, s": round(max(answers), 1),
    }


def original(base: Path, file: str, steps: int) -> dict[str, float]:
    import torch

    from ..testing.references.diffste import Reference

    result, mask = picture()
    loading = time.process_time()
    tensors = torch.load(base / "models" / "diffste" / file, map_location="cpu", weights_only=False)["state_dict"]
    reference = Reference(tensors)
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
    return {
        "load, CPU s": loaded - loading,
        "edit, CPU s": time.process_time() - loaded,
        "px changed outside": WIDTH * HEIGHT - int(mask.sum()),
    }


SIDES = {
    "ours, float16 weights": (CONVERTED, ours),
    "ours, float32 weights, from the .ckpt": (CHECKPOINT, ours),
    "the original's recipe: float32, whole picture at 256 x 256": (CHECKPOINT, original),
}
