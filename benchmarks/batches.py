"""What batches of pictures bring on one server, and what a row costs that needs other models than the one before.

Stable Diffusion 1.5 with a U-Net of one level and random weights, 256 x 256 px, 8 steps: what is compared is the way of
a row, not the model. CPU seconds are the server's.

`python -m benchmarks batches [--pictures 48]`
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from ..runner.server import Server
from ..testing.models import stable_diffusion
from .kit.process import PACK

BATCHES = (1, 2, 4, 8)
MODELS = ("one.safetensors", "other.safetensors")


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="batches")
    parser.add_argument("--pictures", type=int, default=48)
    pictures = parser.parse_args(options).pictures
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = folder / "models"
        for seed, file in enumerate(MODELS):
            stable_diffusion.sd15(models / "checkpoints" / file, seed)
        with Server(folder / "base", models, log=folder / "log") as server:
            _run(folder / "first", server, [MODELS[0]], 1)
            batches = [
                {"pictures of a row": size, "rows": pictures // size}
                | _run(folder / f"batch{size}", server, [MODELS[0]] * (pictures // size), size)
                for size in BATCHES
            ]
            turns = {"the same in every row": MODELS[:1], "two in turn": MODELS, "two, sorted": sorted(MODELS * 4)}
            rows = [
                {"models": told, "rows": 8}
                | _run(folder / told, server, [used[row % len(used)] for row in range(8)], 1)
                for told, used in turns.items()
            ]
    return {"batches": batches, "models": rows}


def _run(place: Path, server: Server, models: list[str], size: int) -> dict:
    """What a picture takes, on the wall and of the server's CPU."""
    _write(place, models, size)
    command = [sys.executable, str(PACK / "runner"), "run", "workflow.json", "--sheet", "jobs.csv"]
    process = next(one for one in psutil.Process().children() if "--base-directory" in one.cmdline())
    before, begin = sum(process.cpu_times()[:2]), time.monotonic()
    subprocess.run([*command, "--server", server.url], cwd=place, check=True, capture_output=True)
    wall, cpu = time.monotonic() - begin, sum(process.cpu_times()[:2]) - before
    count = len(models) * size
    return {"wall ms a picture": round(1000 * wall / count), "CPU ms a picture": round(1000 * cpu / count)}


def _write(place: Path, models: list[str], size: int) -> None:
    """A sheet whose rows differ in their text, and in their model where `models` says so."""
    place.mkdir()
    sampling = {"seed": 0, "steps": 8, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0}
    links = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0]}
    prompt = {
        "1": ("CheckpointLoaderSimple", {"ckpt_name": MODELS[0]}),
        "2": ("CLIPTextEncode", {"clip": ["1", 1], "text": ""}),
        "3": ("CLIPTextEncode", {"clip": ["1", 1], "text": ""}),
        "4": ("EmptyLatentImage", {"width": 256, "height": 256, "batch_size": size}),
        "5": ("KSampler", {**sampling, **links}),
        "6": ("VAEDecode", {"samples": ["5", 0], "vae": ["1", 2]}),
        "7": ("SaveImage", {"images": ["6", 0], "filename_prefix": "row"}),
    }
    nodes = {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in prompt.items()}
    (place / "workflow.json").write_text(json.dumps(nodes), encoding="utf-8")
    with open(place / "jobs.csv", "w", encoding="utf-8", newline="") as file:
        rows = [[f"r{row}", f"{place.name}, a cover {row}", model] for row, model in enumerate(models)]
        csv.writer(file).writerows([["name", "2.text", "1.ckpt_name"], *rows])
