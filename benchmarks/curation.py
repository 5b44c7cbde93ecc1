"""Pictures per second and memory of `dancheong curate`, and what three kills do to its result.

`python -m benchmarks curation [--records 2000]`
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

from ..testing.scenes import news
from .kit import process

TOPICS = "economy,society,science,world"


def start(source: Path, out: Path) -> subprocess.Popen:
    command = [
        sys.executable,
        str(process.PACK / "runner"),
        "curate",
        str(source),
        "--out",
        str(out),
        "--topics",
        TOPICS,
    ]
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
        curating = start(source, out)
        journal = out / "journal.jsonl"
        while not journal.exists() or journal.read_bytes().count(b"\n") < part * records:
            time.sleep(0.01)
        curating.send_signal(signal.SIGKILL)
        process.finish(curating)
    assert process.finish(start(source, out)).status == 0


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
            ended = process.finish(start(source, out))
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
    return {"records": rows, "killed": [{"kills": 3, "after going on": "the same files" if same else "ANOTHER RESULT"}]}
