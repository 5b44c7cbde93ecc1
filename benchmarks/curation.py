"""Pictures per second and memory of `dancheong curate`, what three kills do to its result, and what marks cost.

`python -m benchmarks curation [--records 2000]`; LaMa has random weights of its real size.
"""

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..testing.models.lama import big_lama
from ..testing.scenes import news, news_photos
from .kit import process

TOPICS = ("--topics", "economy,society,science,world")
FEW = 5
"""Photographs of a run that tells what its start costs."""


def start(source: Path, out: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, str(process.PACK / "runner"), "curate", str(source), "--out", str(out), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def digest(folder: Path) -> dict[str, str]:
    """Every finished file but the settings; a kill may leave a .part, which nothing reads."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json"]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.suffix != ".part"
    }


def killed(source: Path, out: Path, records: int) -> None:
    draw = random.Random(0)
    for part in sorted(draw.uniform(0.1, 0.9) for _ in range(3)):
        curating = start(source, out, *TOPICS)
        journal = out / "journal.jsonl"
        while not journal.exists() or journal.read_bytes().count(b"\n") < part * records:
            time.sleep(0.01)
        curating.send_signal(signal.SIGKILL)
        process.finish(curating)
    assert process.finish(start(source, out, *TOPICS)).status == 0


def marks(folder: Path) -> list[dict]:
    """One process, with nothing to do of marks, with OpenCV and with LaMa to fill their places."""
    mark, lama = folder / "mark.safetensors", big_lama(folder / "lama.safetensors")
    news_photos.write_mark(mark)
    sets = {count: news_photos.write(folder / f"photos{count}", count) for count in (FEW, news_photos.COUNT)}
    taken_off = ("--watermark", str(mark))
    ways = {"none": (), "taken off, filled by OpenCV": taken_off, "filled by LaMa": (*taken_off, "--lama", str(lama))}
    rows = []
    for number, (way, options) in enumerate(ways.items()):
        ended = {
            count: process.finish(
                start(source, folder / f"way{number}-{count}", "--duplicate-bits", "-1", "--workers", "1", *options)
            )
            for count, source in sets.items()
        }
        assert not any(one.status for one in ended.values())
        cost = (ended[news_photos.COUNT].cpu - ended[FEW].cpu) / (news_photos.COUNT - FEW)
        peak = ended[news_photos.COUNT].peak
        rows.append({"marks": way, "CPU ms a picture of 640 x 480 px": round(1000 * cost), "peak MB": round(peak)})
    return rows


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="curation")
    parser.add_argument("--records", type=int, default=2000)
    records = parser.parse_args(options).records
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (records // 4, records):
            source = news.raw_json(folder / f"raw{count}", news.articles(count, 1, (1024, 683)))
            out = folder / f"out{count}"
            begin = time.monotonic()
            ended = process.finish(start(source, out, *TOPICS))
            seconds = time.monotonic() - begin
            assert ended.status == 0
            rows.append(
                {
                    "records": count,
                    "seconds": round(seconds),
                    "records/s": round(count / seconds),
                    "CPU s": round(ended.cpu),
                    "peak MB": round(ended.peak),
                    "files": len(digest(out)),
                }
            )
        again = folder / "killed"
        killed(source, again, records)
        same = digest(again) == digest(out)
        said = "the same files" if same else "ANOTHER RESULT"
        return {"records": rows, "killed": [{"kills": 3, "after going on": said}], "marks": marks(folder)}
