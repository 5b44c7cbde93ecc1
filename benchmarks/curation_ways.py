"""Many small articles curated by one process, by two and on Ray: rows per second, memory, and the same shards always.

`python -m benchmarks curation_ways --folder DIR [--way 1 --way 2 --way ray] [--records 100000] [--minutes 4]`: what is
done stands in DIR, and the same command goes on with the rest until its ways are done; then it tells. Wall times mean
something on a quiet machine; what the busiest process works for a row bounds them on any.
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
from collections.abc import Iterator
from pathlib import Path

import psutil

from ..nodes.ground.ray_cluster import LOCAL, cluster
from ..testing.scenes import news
from .kit import process

SHARD, SIZE = 2_500, (96, 72)
KILLED, FLOOR = "ray-killed", "floor"
WAYS = {
    "1": ("1 process", ["--workers", "1"]),
    "2": ("2 processes", ["--workers", "2"]),
    "ray": ("Ray, 2 cores", ["--ray", "--workers", "2"]),
    KILLED: ("Ray, 2 cores, killed", ["--ray", "--workers", "2"]),
}
KILLS = {0.1: "worker", 0.25: "worker", 0.35: "driver", 0.4: "worker", 0.55: "worker", 0.65: "driver", 0.7: "worker"}
"""Share of the rows that are done -> what is killed then."""
LOOK = 1.0
"""s between two looks at a run."""
EARLY = 0.1
"""Share of the rows after which memory should grow no more."""


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="curation_ways")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, required=True, help="of what is done")
    parser.add_argument("--way", choices=[*WAYS, FLOOR], action="append", default=[], help="only these (default: all)")
    parser.add_argument("--minutes", type=float, default=4, help="then it stops, and the same command goes on (4)")
    given = parser.parse_args(options)
    end = time.monotonic() + 60 * given.minutes
    source = given.folder / "source"
    if not _made(source, given.records, end):
        return None
    chosen = given.way or [*WAYS, FLOOR]
    ways = [_Way(given.folder / name, name) for name in WAYS if name in chosen]
    for way in ways:
        if not way.finished(source, given.records, end):
            print(f"{way.called}: {way.done:,} of {given.records:,} rows; the same command goes on", file=sys.stderr)
            return None
    first = _Way(given.folder / "1", "1")
    rows = [way.figures(given.records, first) for way in ways]
    return {"ways": [*rows, *([_floor(source, given.records)] if FLOOR in chosen else [])]}


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
        self._name = name
        self.called, self._options = WAYS[name]
        self._out, self._state = folder, folder.with_suffix(".json")
        self._told = {"seconds": 0.0, "start": 0.0, "cpu": 0.0, "busiest": 0.0, "early": 0.0, "peak": 0.0, "kills": 0}
        self._told |= {"done": False}
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
        command += ["--min-side", "0", "--min-content", "0", "--as", "webdataset", *self._options]
        begin, before, looked, told = time.monotonic(), self.done, 0.0, self._told
        cpu: dict[int, float] = {}
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not _ended(running) and time.monotonic() < end:
            now, done = time.monotonic(), self.done
            told["start"] += now - begin - looked if done == before else 0.0
            looked = now - begin
            memory = _looked_at(running, cpu)
            told["peak"] = max(told["peak"], memory)
            if done < EARLY * records:
                told["early"] = max(told["early"], memory)
            shares = sorted(KILLS) if self._name == KILLED else []
            kills = int(told["kills"])
            if kills < len(shares) and done >= shares[kills] * records:
                told["kills"] += _killed(running, KILLS[shares[kills]])
            time.sleep(LOOK)
        if not _ended(running):
            running.send_signal(signal.SIGINT)
        ended = process.finish(running)
        told["seconds"] += time.monotonic() - begin
        told["cpu"] += sum(cpu.values())
        told["busiest"] += max(cpu.values(), default=0.0)
        return ended.status == 0

    def figures(self, records: int, first: "_Way") -> dict:
        told = self._told
        rate = records / (told["seconds"] - told["start"])
        return {
            "way": self.called,
            "records": records,
            "seconds": round(told["seconds"]),
            "of them until the first row": round(told["start"]),
            "records/s then": round(rate),
            "CPU ms a row": round(1000 * told["cpu"] / records, 2),
            "of the busiest process": round(1000 * told["busiest"] / records, 2),
            "MB at a tenth": round(told["early"]),
            "MB at most": round(told["peak"]),
            "kills": told["kills"],
            "shards": len(self.digest()) - 1,
            "result": "the same" if self.digest() == first.digest() else "ANOTHER",
        }

    def digest(self) -> dict[str, str]:
        """What others read of the result."""
        files = [*sorted(self._out.glob("news-*")), self._out / "rejected.csv"]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.exists()}


def _ended(running: subprocess.Popen) -> bool:
    """Asked without taking its end away, which `process.finish` reads."""
    return os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _looked_at(driver: subprocess.Popen, cpu: dict[int, float]) -> float:
    """MB that a run's processes hold together, what they share counted once; `cpu` gets the seconds of each."""
    memory = 0.0
    for one in _every(driver):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            times = one.cpu_times()
            cpu[one.pid] = times.user + times.system
            memory += one.memory_full_info().pss / 1e6
    return memory


def _every(driver: subprocess.Popen) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(driver.pid)
        yield first
        yield from first.children(recursive=True)


def _killed(driver: subprocess.Popen, what: str) -> int:
    """Kill a process of a run; how many there were."""
    if what == "driver":
        driver.kill()
        return 1
    for child in _every(driver):
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
        rows, start = 0, 0.0
        for batch in tasks.flat_map(read, num_cpus=0.25).map(decode, num_cpus=0.75).iter_batches():
            start = start or time.monotonic() - begin
            rows += len(batch["mean"])
    assert rows == records, rows
    seconds = time.monotonic() - begin
    return {
        "way": "plain Ray Data, 2 cores",
        "records": records,
        "seconds": round(seconds),
        "of them until the first row": round(start),
    }
