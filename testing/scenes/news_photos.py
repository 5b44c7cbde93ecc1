"""20 news photographs with one agency's mark, in letters that every machine has."""

import json
from functools import cache
from pathlib import Path

import numpy as np
from dancheong.nodes.watermark import mark_file
from dancheong.nodes.watermark.learning import learn
from dancheong.nodes.watermark.mark import ANCHORS, Watermark
from PIL import Image, ImageDraw, ImageFont

from .. import fonts
from . import watermark

COUNT, OPACITY = 20, 0.5


@cache
def mark() -> watermark.Mark:
    """Two lines and a disc, 190 x 52 px."""
    layer = Image.new("L", (190, 52))
    draw = ImageDraw.Draw(layer)
    for place, text, size in (((4, 1), "가나뉴스", 28), ((4, 34), "GANA NEWS  2026 ALL RIGHTS", 12)):
        draw.text(place, text, 255, ImageFont.truetype(str(fonts.korean()), size))
    draw.ellipse((140, 4, 168, 32), 255)
    return watermark.Mark(np.asarray(layer) / 255.0, np.full((52, 190, 3), 255.0))


@cache
def truths() -> list[watermark.Marked]:
    return watermark.marked(COUNT, 0, mark(), OPACITY)


def true_mark() -> Watermark:
    """What the photographs were made with, as a learned mark that is exact."""
    return watermark.exact(mark(), OPACITY)


@cache
def learned() -> learn.Learned:
    """The mark that the photographs share, as the pack learns it."""
    return learn.learn([truth.picture for truth in truths()], tuple(ANCHORS))


def write(folder: Path, count: int = COUNT) -> Path:
    """An image folder of the first `count`, as ComfyUI's and Hugging Face's loaders read it."""
    folder.mkdir(parents=True)
    rows = []
    for number, truth in enumerate(truths()[:count]):
        # JPEG's noise is in the pixels already.
        Image.fromarray(truth.picture).save(folder / f"{number:02}.png", compress_level=1)
        title = f"[속보] 서울의 사진 {number}"
        rows.append({"file_name": f"{number:02}.png", "text": title, "topic": "society", "id": f"n{number}"})
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def write_mark(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mark_file.write(path, learned().watermark)
