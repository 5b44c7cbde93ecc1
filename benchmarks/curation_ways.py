"""Many small articles curated by threads and on Ray: rows per second, memory, and the same shards whatever is killed.

`python -m benchmarks curation_ways --folder DIR [--records 100000] [--minutes 4]`: what is done stands in DIR, and the
same command goes on with the rest until all ways are done; then it tells. Wall times mean something on a quiet machine.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil

from ..nodes.ground.ray_cluster import LOCAL, cluster
from ..testing.scenes import news
from .kit import process

SHARD, SIZE = 2_500, (96, 72)
KILLED, FLOOR = "Ray, 2 cores, killed", "plain Ray Data, 2 cores"
WAYS = {
    "1 thread": ["--workers", "1"],
    "2 threads": ["--workers", "2"],
    "Ray, 2 cores": ["--ray", "--workers", "2"],
    KILLED: ["--ray", "--workers", "2"],
}
KILLS = {0.1: "worker", 0.25: "worker", 0.35: "driver", 0.4: "worker", 0.55: "worker", 0.65: "driver", 0.7: "worker"}
"""Share of the rows that are done -> what is killed then."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="curation_ways")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True, help="of what is done")
    parser.add_argument("--minutes", type=float, default=4, help="then it stops, and the same command goes on (4)")
    given = parser.parse_args(options)
    end = time.monotonic() + 60 * given.minutes
    source = given.folder / "source"
    if not _made(source, given.records, end):
        return None
    ways = [_Way(given.folder / name.replace(" ", "_"), name) for name in WAYS]
    for way in ways:
        if not way.finished(source, given.records, end):
            print(f"{way.name}: {way.done:,} of {given.records:,} rows; the same command goes on", file=sys.stderr)
            return None
    rows = [way.figures(given.records, ways[0]) for way in ways]
    return {"ways": [*rows, _floor(source, given.records)]}


def _made(source: Path, records: int, end: float) -> bool:
    source.mkdir(parents=True, exist_ok=True)
    for number in range(-(-records // SHARD)):
        path = source / f"{number:03}.zip"
        if path.exists():
            continue
        if time.monotonic() > end:
            return False
        count = min(SHARD, records - number * SHARD)
        news.zipped(path.with_suffix(".part"), news.articles(count, number, SIZE)).rename(path)
    return True


class _Way:
    """One way to curate, in as many runs as it takes."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._out, self._state = folder, folder.with_suffix(".json")
        self._told = {"seconds": 0.0, "cpu": 0.0, "peak": 0.0, "kills": 0, "done": False}
        if self._state.exists():
            self._told = json.loads(self._state.read_text())

    @property
    def done(self) -> int:
        """Rows."""
        journal = self._out / "journal.jsonl"
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    def finished(self, source: Path, records: int, end: float) -> bool:
        """Go on until all rows are done or the time is up."""
        while not self._told["done"] and time.monotonic() < end:
            self._told["done"] = self._ran(source, records, end)
            self._state.write_text(json.dumps(self._told))
        return bool(self._told["done"])

    def _ran(self, source: Path, records: int, end: float) -> bool:
        command = [sys.executable, str(process.PACK / "runner"), "curate", str(source), "--out", str(self._out)]
        command += ["--min-side", "0", "--min-content", "0", "--as", "webdataset", *WAYS[self.name]]
        begin = time.monotonic()
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not _ended(running) and time.monotonic() < end:
            shares = sorted(KILLS) if self.name == KILLED else []
            kills = int(self._told["kills"])
            if kills < len(shares) and self.done >= shares[kills] * records:
                self._told["kills"] += _killed(running, KILLS[shares[kills]])
            time.sleep(0.2)
        if not _ended(running):
            running.send_signal(signal.SIGINT)
        ended = process.finish(running)
        self._told["seconds"] += time.monotonic() - begin
        self._told["cpu"] += ended.cpu
        self._told["peak"] = max(self._told["peak"], ended.peak)
        return ended.status == 0

    def figures(self, records: int, first: "_Way") -> dict:
        seconds = self._told["seconds"]
        return {
            "way": self.name,
            "records": records,
            "seconds": round(seconds),
            "records/s": round(records / seconds),
            "driver's peak MB": round(self._told["peak"]),
            "kills": self._told["kills"],
            "shards": len(self.digest()),
            "result": "the same" if self.digest() == first.digest() else "ANOTHER",
        }

    def digest(self) -> dict[str, str]:
        """What others read of the result."""
        files = [*sorted(self._out.glob("news-*")), self._out / "rejected.csv"]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _ended(running: subprocess.Popen) -> bool:
    """Asked without taking its end away, which `process.finish` reads."""
    return os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _killed(driver: subprocess.Popen, what: str) -> int:
    """Kill a process of a run; how many there were."""
    if what == "driver":
        driver.kill()
        return 1
    for child in psutil.Process(driver.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if child.cmdline()[:1] and child.cmdline()[0].startswith(("ray::FlatMap", "ray::Map")):
                child.kill()
                return 1
    return 0


def _floor(source: Path, records: int) -> dict:
    """The same pictures read and decoded by Ray Data and Pillow alone."""

    def read(task: dict) -> list[dict]:
        with zipfile.ZipFile(task["item"]) as file:
            return [{"data": file.read(name)} for name in file.namelist() if "/images/" in name]

    def decode(row: dict) -> dict:
        from PIL import Image

        return {"mean": float(sum(Image.open(io.BytesIO(row["data"])).convert("RGB").resize((1, 1)).getpixel((0, 0))))}

    begin = time.monotonic()
    with cluster(LOCAL, 2):
        import ray.data

        tasks = ray.data.from_items([str(path) for path in sorted(source.glob("*.zip"))])
        rows = tasks.flat_map(read, num_cpus=0.25).map(decode, num_cpus=0.75).count()
    assert rows == records, rows
    seconds = time.monotonic() - begin
    return {"way": FLOOR, "records": records, "seconds": round(seconds), "records/s": round(records / seconds)}
