"""News datasets in every layout, drawn anew: the truth that loading and curation are measured against."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

TOPICS = ("economy", "society", "science", "world", "sports")
WORDS = (
    "정부",
    "서울",
    "경제",
    "금리",
    "인공지능",
    "반도체",
    "폭우",
    "수출",
    "회의",
    "발표",
    "주민",
    "연구팀",
    "환율",
    "공개",
)
BODY = 60
"""Words of a body that is long enough."""


@dataclass(frozen=True)
class Article:
    id: str
    topic: str
    title: str
    content: str
    picture: bytes
    name: str
    fault: str
    """Why curation must reject it by its own rules: "" for a good one."""


def articles(count: int, seed: int, size: tuple[int, int] = (480, 320)) -> Iterator[Article]:
    """Of every 20 articles 6 are unfit, each in its own way; the order of faults is fixed, all else is drawn."""
    rng = np.random.Generator(np.random.PCG64(seed))
    recent: list[bytes] = []
    for number in range(count):
        fault = {3: "topic", 6: "short", 9: "english", 12: "small", 15: "animated", 18: "same"}.get(number % 20, "")
        topic = "sports" if fault == "topic" else str(rng.choice(TOPICS[:4]))
        title = " ".join(rng.choice(WORDS, 5))
        content = " ".join(rng.choice(WORDS, 3 if fault == "short" else BODY))
        if fault == "english":
            title, content = "Central bank keeps its rate", "The bank said on Monday that it would keep its rate. " * 8
        picture = _picture(rng, (120, 90) if fault == "small" else size)
        data, ending = _jpeg(picture), ".jpg"
        if fault == "animated":
            data, ending = _animation(picture), ".gif"
        elif fault == "same":
            data = _jpeg(np.asarray(Image.open(io.BytesIO(recent[-1]))), quality=60)
        if not fault:
            recent = [*recent[-3:], data]
        yield Article(f"20210105n{number:05d}", topic, title, content, data, f"images/{number:05d}{ending}", fault)


def raw_json(folder: Path, found: Iterator[Article]) -> Path:
    """MmoRPG's own records: `data`, text = Title [SEP] Content, img beside the file."""
    rows = []
    for article in found:
        _write(folder / article.name, article.picture)
        text = f"{article.title} [SEP] {article.content}"
        rows.append(
            {"id": article.id, "topic": article.topic, "text": text, "img": article.name, "url": "https://example.com"}
        )
    path = folder / "news.json"
    path.write_text(json.dumps({"data": rows}, ensure_ascii=False), encoding="utf-8")
    return path


def image_folder(folder: Path, found: Iterator[Article], table: str = "metadata.jsonl") -> Path:
    """Hugging Face's layout, with metadata.jsonl or metadata.csv."""
    rows = []
    for article in found:
        _write(folder / article.name, article.picture)
        rows.append({"file_name": article.name, "text": article.title, "topic": article.topic, "id": article.id})
    (folder / table).write_bytes(_table(rows, table))
    return folder


def zipped(path: Path, found: Iterator[Article], table: str = "metadata.jsonl") -> Path:
    with zipfile.ZipFile(path, "w") as file:
        rows = []
        for article in found:
            file.writestr(f"train/{article.name}", article.picture)
            rows.append({"file_name": article.name, "text": article.title, "topic": article.topic, "id": article.id})
        file.writestr(f"train/{table}", _table(rows, table))
    return path


def _table(rows: list[dict], table: str) -> bytes:
    if table.endswith(".jsonl"):
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _picture(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """`[h,w,3]` uint8: smooth noise of several sizes, no two alike."""
    picture = np.full((size[1], size[0], 3), rng.uniform(60, 190, 3))
    for octave in range(1, 6):
        grid = rng.normal(0, 90 / octave, (2**octave, 2**octave, 3)).astype(np.float32)
        picture += cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    return picture.clip(0, 255).astype(np.uint8)


def _jpeg(picture: np.ndarray, quality: int = 88) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def _animation(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    frames = [Image.fromarray(frame).convert("L") for frame in (picture, picture[::-1])]  # no palette to be sought
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
