"""150,000 styles: what building their vectors, reading them again and one query take, beside transformers.

`python -m benchmarks retrieval [--count 150000]`. A small random CLIP encodes made-up styles of two to six words, from
a text file, as Find Style does it and as transformers does it in batches of the same size; each side has a process to
itself, and what it had imported before counts for nothing. The search alone is measured on random vectors of ViT-L/14's
width.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..testing.models import korean
from .kit import process

CATEGORIES, QUERIES, BATCH, WIDE = 334, 20, 128, 768
SIDES = {
    "Find Style, the first time": "built",
    "Find Style, from its file": "kept",
    "transformers, in lists and one tensor": "transformers",
}


def main(options: list[str]) -> dict[str, list[dict[str, Any]]]:
    parser = argparse.ArgumentParser(prog="retrieval")
    parser.add_argument("--count", type=int, default=150_000, help="styles")
    count = parser.parse_args(options).count
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "input").mkdir()
        (folder / "input" / "styles.txt").write_text("\n".join(styles(count)), encoding="utf-8")
        found = {side: process.alone("retrieval", how, temporary) for side, how in SIDES.items()}
        searches = process.alone("retrieval", "search", str(count))
    last = found["transformers, in lists and one tensor"]
    rows = [
        {
            "side": side, "styles": count, "building, CPU s": round(each["build"], 2),
            "a query, ms": round(1000 * each["query"], 1), "memory, MB": round(each["memory"]),
            "time against transformers": round(each["build"] / last["build"], 3),
            "same five": f"{np.mean([a == b for a, b in zip(each['best'], last['best'], strict=True)]):.0%}",
        }
        for side, each in found.items()
    ]  # fmt: skip
    return {"banks": rows, "search": searches}


def part(how: str, where: str) -> Any:
    """One side: CPU seconds of building and of a query, MB beyond what was there, the five best of each query."""
    return search(int(where)) if how == "search" else SIDE[how](Path(where))


def styles(count: int) -> list[str]:
    """`category<TAB>style`, each style once, of words that the small tokenizer knows: others would end a text."""
    rng, words = random.Random(17), sorted({*korean.TEXT.split()})
    found: dict[str, None] = {}
    while len(found) < count:
        found.setdefault(" ".join(rng.choices(words, k=rng.randint(2, 6))))
    return [f"category {number % CATEGORIES}\t{style}" for number, style in enumerate(found)]


def ours(folder: Path) -> dict[str, Any]:
    """As the node does it."""
    import torch

    from ..testing.comfy_host import Comfy
    from ..testing.models import clip_pair

    comfy = Comfy(folder)
    model = clip_pair.write(folder / "models" / "text_encoders" / "pair")
    clip, vision = comfy.korean_clip("pair/")[0], clip_pair.vision(model)
    find, banks = comfy.module("nodes.retrieval.find"), comfy.module("nodes.retrieval.comfy_bank")
    space = comfy.module("nodes.retrieval.comfy").ClipSpace(clip, vision)
    with torch.inference_mode():
        space.texts(["warm"])

        def build() -> Any:
            bank = banks.chosen("styles", "none", "styles.txt", "", clip)
            return bank, banks.vectors(space, bank)

        def query(made: Any, picture: np.ndarray) -> list[str]:
            bank, vectors = made
            return [each.entry for each in find.find(picture, vectors, bank, 5, find.OVERALL)]

        return measured(build, query)


def theirs(folder: Path) -> dict[str, Any]:
    """As a script with transformers does it."""
    import torch
    from transformers import CLIPTokenizerFast

    from ..testing.models import clip_pair

    model = clip_pair.write(folder / "theirs")
    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder / "theirs"))

    def build() -> Any:
        lines = (folder / "input" / "styles.txt").read_text(encoding="utf-8").splitlines()
        entries = [line.split("\t")[1] for line in lines]
        rows = []
        for start in range(0, len(entries), BATCH):
            words = tokenizer(entries[start : start + BATCH], return_tensors="pt", padding=True, truncation=True)
            pooled = model.text_model(**words).pooler_output
            rows.append(torch.nn.functional.normalize(model.text_projection(pooled), dim=-1))
        return entries, torch.cat(rows)

    def query(made: Any, picture: np.ndarray) -> list[str]:
        entries, vectors = made
        return [entries[place] for place in (vectors @ torch.from_numpy(picture)).topk(5).indices.tolist()]

    with torch.inference_mode():
        tokenizer("warm")
        return measured(build, query)


SIDE: dict[str, Callable[[Path], dict[str, Any]]] = {"built": ours, "kept": ours, "transformers": theirs}


def measured(build: Callable[[], Any], query: Callable[[Any, np.ndarray], list[str]]) -> dict[str, Any]:
    """What both sides are asked."""
    from ..testing.models import clip_pair

    before, start = process.memory("VmRSS"), time.process_time()
    made = build()
    middle = time.process_time()
    pictures = np.random.default_rng(0).standard_normal((QUERIES, clip_pair.WIDTH)).astype(np.float32)
    pictures /= np.linalg.norm(pictures, axis=1, keepdims=True)
    best = [query(made, picture) for picture in pictures]
    end = time.process_time()
    # Pages of a mapped file are the system's to take back: they are no memory that the side holds.
    held = process.memory("VmHWM") - before
    return {"build": middle - start, "query": (end - middle) / QUERIES, "memory": held, "best": best}


def search(count: int) -> list[dict[str, Any]]:
    """One query among vectors of ViT-L/14's width, by each way to multiply and rank."""
    import torch

    from ..nodes.retrieval.search import best, cosines

    vectors = np.random.default_rng(0).standard_normal((count, WIDE), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tensor = torch.from_numpy(vectors)
    ways: dict[str, Callable[[np.ndarray], Any]] = {
        "NumPy, as Find Style": lambda picture: best(cosines(vectors, picture), 5),
        "torch": lambda picture: (tensor @ torch.from_numpy(picture)).topk(5).indices,
    }
    try:
        import faiss

        faiss.omp_set_num_threads(1)
        index = faiss.IndexFlatIP(WIDE)
        index.add(vectors)
        ways["faiss, flat"] = lambda picture: index.search(picture[None], 5)[1]
    except ImportError:
        print("faiss is not installed: left out", flush=True)
    rows = []
    for name, way in ways.items():
        way(vectors[0])
        start = time.process_time()
        for place in range(QUERIES):
            way(vectors[place])
        rows.append({"search": name, "vectors": f"{count:,} x {WIDE}",
                     "a query, CPU ms": round(1000 * (time.process_time() - start) / QUERIES, 1)})  # fmt: skip
    return rows
