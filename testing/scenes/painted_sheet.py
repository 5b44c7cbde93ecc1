"""A sheet whose pictures tell their row: a paper that all rows share lies on a ground in the row's own colour."""

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

PAPER, GROUND, BATCH = 160, 700, 3
"""px of their sides, and how many pictures a row has: while a batch is written, others take the same numbers."""


def write(folder: Path, first: int, rows: int) -> None:
    """`workflow.json`, `jobs.csv` and the `paper.png` that every row uploads.

    Args:
        first: the first row's number; up to 2^24 numbers each have a colour.
    """
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(_paper()).save(folder / "paper.png")
    prompt = {
        "1": ("EmptyImage", {"width": GROUND, "height": GROUND, "batch_size": BATCH, "color": 0}),
        "2": ("LoadImage", {"image": "paper.png"}),
        "3": ("RepeatImageBatch", {"image": ["2", 0], "amount": BATCH}),
        "4": ("ImageCompositeMasked", {"destination": ["1", 0], "source": ["3", 0], "x": 0, "y": 0,
                                       "resize_source": False}),
        "5": ("SaveImage", {"images": ["4", 0], "filename_prefix": "sheet/painted"}),
    }  # fmt: skip
    nodes = {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in prompt.items()}
    (folder / "workflow.json").write_text(json.dumps(nodes), encoding="utf-8")
    with open(folder / "jobs.csv", "w", encoding="utf-8", newline="") as file:
        numbers = range(first, first + rows)
        csv.writer(file).writerows([["name", "1.color"], *([f"r{number}", number] for number in numbers)])


def wrong(out: Path, first: int, rows: int) -> list[str]:
    """Pictures that are missing, or are not their row's by what is on them."""
    names = {f"r{row}{end}.png": row for row in range(first, first + rows) for end in ("", "-2", "-3")[:BATCH]}
    return [name for name, number in names.items() if not _is_right(out / name, number)]


def _is_right(path: Path, number: int) -> bool:
    if not path.is_file():
        return False
    expected = np.empty((GROUND, GROUND, 3), np.uint8)
    expected[:] = number >> 16 & 255, number >> 8 & 255, number & 255
    expected[:PAPER, :PAPER] = _paper()
    with Image.open(path) as picture:
        return np.array_equal(np.asarray(picture.convert("RGB")), expected)


def _paper() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (PAPER, PAPER, 3), dtype=np.uint8)
