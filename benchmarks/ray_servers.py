"""A sheet over servers that Ray keeps on this machine: is every row done once and right, though processes are killed?

Every row has three pictures that tell it by colour, on a paper that all rows upload; each is compared pixel by pixel.
After a quarter of the rows a server is killed by SIGKILL, after the half of them the process that keeps another.
`--queued 1 --queued 2` compares how many rows a server has at once, without kills.

`python -m benchmarks ray_servers [--rows 200]`, `python -m benchmarks ray_servers --queued 1 --queued 2 --queued 4`
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

from ..runner.server import Server
from ..testing.scenes import painted_sheet
from .kit.process import PACK


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="ray_servers")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--queued", type=int, action="append", default=[], help="rows that one server has at once")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not given.queued:
            return {"killed": [_killed(folder, given.rows)]}
        with Server(folder / "base", folder / "base" / "models", log=folder / "log") as server:
            _run(folder / "first", 4, "--server", server.url).wait()
            rows = [_queued(folder, given.rows, server, number, queued) for number, queued in enumerate(given.queued)]
            return {"queued": rows}


def _killed(folder: Path, rows: int) -> dict:
    place = folder / "sheet"
    begin = time.monotonic()
    driver = _run(place, rows, "--ray", "--cores", "1", "--base", str(folder / "base"))
    wait = _waiting(driver, place)
    wait(lambda done: done >= 1 and len(_servers(driver)) == 2)
    wait(lambda done: done >= rows // 4)
    first, second = _servers(driver)
    first.kill()
    wait(lambda done: done >= rows // 2)
    second.parent().kill()
    driver.wait()
    lines = _journal(place)
    return {
        "rows": rows,
        "lines of the journal": len(lines),
        "rows that have one": len(Counter(line["row"] for line in lines)),
        "failed rows": sum(line["status"] != "done" for line in lines),
        "addresses of servers": len({line.get("server") for line in lines}),
        "pictures": rows * painted_sheet.BATCH,
        "wrong pictures": len(painted_sheet.wrong(place / "out", 0, rows)),
        "wall s": round(time.monotonic() - begin),
    }


def _queued(folder: Path, rows: int, server: Server, number: int, queued: int) -> dict:
    begin = time.monotonic()
    options = ("--server", server.url, "--queued", str(queued))
    assert _run(folder / str(number), rows, *options, first=1000 * (number + 1)).wait() == 0
    seconds = time.monotonic() - begin
    return {"queued": queued, "rows": rows, "wall ms a row": round(1000 * seconds / rows)}


def _run(place: Path, rows: int, *options: str, first: int = 0) -> psutil.Popen:
    painted_sheet.write(place, first, rows)
    command = [sys.executable, str(PACK / "runner"), "run", "workflow.json", "--sheet", "jobs.csv", *options]
    with open(place / "log", "w") as log:
        return psutil.Popen([*command, "--out", "out"], cwd=place, stdout=log, stderr=log)


def _waiting(driver: psutil.Popen, place: Path) -> Callable[[Callable[[int], bool]], None]:
    def wait(until: Callable[[int], bool]) -> None:
        while not until(len(_journal(place))):
            assert driver.poll() is None, (place / "log").read_text()
            time.sleep(0.05)

    return wait


def _servers(driver: psutil.Popen) -> list[psutil.Process]:
    found = []
    for child in driver.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "--base-directory" in child.cmdline():
                found.append(child)
    return found


def _journal(place: Path) -> list[dict]:
    path = place / "out" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
