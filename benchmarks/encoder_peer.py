"""How fast is `dancheong train encoder` beside sentence-transformers' own trainer, on the same model and pairs?

`python -m benchmarks encoder_peer [--steps N]`. What both can do is the pooled loss (arXiv 2004.09813): the Korean and
the English sentence of a pair are drawn to what the teacher says of the English one. Both begin with the same student,
look at as many held-out pairs as often, save as often, and are judged by `dancheong judge encoder` on pairs that
neither saw. Each is a process with one thread; the peer's has an environment of its own for what its trainer needs
beyond the pack's, which uv makes from a package index.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from .kit import process

NEEDED = "datasets==5.2.0"
TRAINER = Path(__file__).with_name("sentence_transformers_trainer.py")
PAIRS, HELD_OUT, UNSEEN = 4000, 0.02, 500
VOCABULARY = 1200
SIZES = {"width": 128, "layers": 4, "heads": 2}
"""Heads of 64, as CLIP has them."""
LOSSES = {"pooled": 1.0, "english": 1.0}
BATCH, RATE = 32, 5e-4


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="encoder_peer")
    parser.add_argument("--steps", type=int, default=500)
    steps = parser.parse_args(options).steps
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        process.alone("encoder_peer", "prepare", temporary)
        found = {"ours": process.alone("encoder_peer", "ours", temporary, str(steps)), "peer": theirs(folder, steps)}
        judged = process.alone("encoder_peer", "judge", temporary)
    rows = [
        {
            "trainer": {"ours": "dancheong train encoder", "peer": "sentence-transformers"}[side],
            "pairs": steps * BATCH,
            "CPU s to the first step": round(seconds["prepared"], 1),
            "CPU s of steps": round(seconds["trained"], 1),
            "pairs a CPU s": round(steps * BATCH / sum(seconds.values())),
            "in steps alone": round(steps * BATCH / seconds["trained"]),
            "error before": judged["student"]["korean pooled"],
            "after": judged[side]["korean pooled"],
        }
        for side, seconds in found.items()
    ]
    ratios = {name: round(rows[0][name] / rows[1][name], 2) for name in ("pairs a CPU s", "in steps alone")}
    return {"sides": rows, "ratio": [ratios]}


def part(kind: str, temporary: str, *steps: str) -> dict | None:
    return {"prepare": prepare, "ours": ours, "judge": judge}[kind](Path(temporary), *map(int, steps))


def prepare(folder: Path) -> None:
    """Pairs, unseen ones, a tokenizer, and two encoders with random weights: a teacher and a student."""
    from dancheong.nodes.korean_clip.learning import TokenizerMaking, encoder

    from ..testing.models import korean
    from ..testing.world.scene import scenes
    from ..testing.world.sentence import ORDERS, sentence

    chance, found = random.Random(0), {}
    while len(found) < PAIRS + UNSEEN:
        (scene,) = scenes(chance, 1, False, two=0.7)
        order = chance.randrange(ORDERS)
        found[sentence(scene, "en", order)] = sentence(scene, "ko", order)
    rows = [(korean_said, english) for english, korean_said in found.items()]
    for name, some in (("pairs", rows[:PAIRS]), ("unseen", rows[PAIRS:])):
        with open(folder / f"{name}.tsv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t").writerows([("korean", "english"), *some])
    TokenizerMaking((folder / "pairs.tsv",), folder / "words", VOCABULARY).finish()
    words = encoder.read_tokenizer(folder / "words")
    for seed, name in enumerate(("teacher", "student")):
        model = korean.encoder(words.rows, words.special.end, seed=seed, **SIZES)
        model.config.bos_token_id, model.config.pad_token_id = words.special.start, words.special.pad
        encoder.write(folder / name, encoder.TextEncoder(model, words, folder / "words"))


def ours(folder: Path, steps: int) -> dict[str, float]:
    """CPU seconds."""
    import torch
    from dancheong.nodes.korean_clip.learning import Distilling, encoder, task  # noqa: F401
    from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast  # noqa: F401

    torch.set_num_threads(1)
    first: list[float] = []

    def tell(done: int, total: int, what: str) -> None:
        if what == "steps" and not first:
            first.append(time.process_time())

    begun = time.process_time()
    work = Distilling((folder / "pairs.tsv",), folder / "teacher", folder / "ours", student=folder / "student",
                      losses=LOSSES, steps=steps, batch=BATCH, learning_rate=RATE, held_out=HELD_OUT)  # fmt: skip
    print(*work.finish(tell), sep="\n", flush=True)
    return {"prepared": first[0] - begun, "trained": time.process_time() - first[0]}


def theirs(folder: Path, steps: int) -> dict[str, float]:
    """The same of sentence-transformers' trainer."""
    from dancheong.nodes.korean_clip.learning.distilling import LOOKS

    uv, python = str(Path(sys.executable).with_name("uv")), folder / "environment" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", folder / "environment"], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, NEEDED], check=True)
    settings = {"steps": steps, "batch": BATCH, "learning rate": RATE, "held out": round(PAIRS * HELD_OUT),
                "looks": LOOKS}  # fmt: skip
    # Torch and transformers are ours, so that both compute with the same.
    variables = {**os.environ, **process.ONE_THREAD, "HF_HUB_OFFLINE": "1"}
    variables["PYTHONPATH"] = sysconfig.get_path("purelib")
    told = [folder / name for name in ("pairs.tsv", "teacher", "student", "peer-work")]
    command = [python, "-P", TRAINER, *told, json.dumps(settings)]
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True)
    (folder / "peer-work" / "encoder").rename(folder / "peer")
    return json.loads(done.stdout.splitlines()[-1])


def judge(folder: Path) -> dict[str, dict[str, float]]:
    """Figures of the student as it was, and of both that came of it."""
    from dancheong.nodes.korean_clip.learning import EncoderJudging

    encoders = tuple(folder / name for name in ("student", "ours", "peer"))
    judging = EncoderJudging(encoders, (folder / "unseen.tsv",), folder / "teacher", folder / "judged.json")
    return judging.finish()["encoders"]
