"""A folder laid out as JourneyDB is, with rows of our own: four kinds of drawing on four grounds."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("circle", "square", "triangle", "cross")
INKS = {"red": (200, 40, 40), "blue": (40, 70, 200), "green": (30, 140, 70), "yellow": (230, 190, 40)}
STYLES = ("watercolour", "woodcut print", "pixel art", "charcoal drawing")


def rows(count: int, shards: int = 2) -> list[dict[str, Any]]:
    """Records as the annotations have them."""
    found = []
    for number in range(count):
        shape, ink = SHAPES[number % 4], list(INKS)[number // 4 % 4]
        style = STYLES[number // 2 % 4]
        options = dict(zip("ABCD", INKS, strict=True))
        found.append(
            {
                "img_path": f"./{number % shards:03d}/picture-{number:04d}.jpg",
                "prompt": f"a {ink} {shape}, {style} --v 4 --ar 1:1",
                "Task1": {"Style": [style], "Content": [f"{ink} {shape}"]},
                "Task2": {"Caption": f"A {ink} {shape} on a plain ground."},
                "Task3": {
                    "Content-QA": [
                        {"Question": f"Which colour is the {shape}?", "Options": options,
                         "Answer": next(letter for letter, name in options.items() if name == ink)}
                    ],
                    "Style-QA": [
                        {"Question": "Which style is it?", "Options": dict(zip("ABCD", STYLES, strict=True)),
                         "Answer": "ABCD"[STYLES.index(style)]}
                    ],
                },
            }
        )  # fmt: skip
    return found


def drawn(record: dict[str, Any]) -> bytes:
    """Its picture, 64 x 64 px."""
    ink, shape = record["Task1"]["Content"][0].split()
    ground = np.full((64, 64, 3), 235, np.uint8)
    ground += np.random.default_rng(len(record["prompt"])).integers(0, 12, ground.shape, np.uint8)
    picture = Image.fromarray(ground)
    pen, box = ImageDraw.Draw(picture), (16, 16, 48, 48)
    if shape == "circle":
        pen.ellipse(box, INKS[ink])
    elif shape == "square":
        pen.rectangle(box, INKS[ink])
    elif shape == "triangle":
        pen.polygon([(32, 14), (50, 48), (14, 48)], INKS[ink])
    else:
        pen.line([(32, 14), (32, 50)], INKS[ink], 10)
        pen.line([(14, 32), (50, 32)], INKS[ink], 10)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def tgz(path: Path, files: dict[str, bytes]) -> Path:
    """An archive of files by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def write(folder: Path, count: int = 8, shards: int = 2) -> Path:
    """A split: annotations in an archive, pictures in shards beside it."""
    records = rows(count, shards)
    lines = "".join(json.dumps(record) + "\n" for record in records)
    tgz(folder / "valid_anno_repath.jsonl.tgz", {"valid_anno_repath.jsonl": lines.encode()})
    for shard in range(shards):
        inside = {record["img_path"][2:]: drawn(record) for record in records[shard::shards]}
        tgz(folder / "imgs" / f"{shard:03d}.tgz", inside)
    return folder
