"""Sheets over two servers on one base directory: is every picture its row's, though a server is killed?

Every row has three pictures that tell it by colour, on a paper that all rows upload; each is compared pixel by pixel.
In every run the second server is killed by SIGKILL after a part of the rows, and started again for the next run.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from ..runner.server import Server
from ..testing.scenes import painted_sheet
from .kit.process import PACK


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="shared_base")
    parser.add_argument("--rows", type=int, default=200, help="of each sheet (200)")
    parser.add_argument("--runs", type=int, default=3, help="of one sheet; one more has two sheets at once (3)")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch) / "base"
        with Server(base, base / "models", log=Path(scratch) / "first.log") as first:
            sheets = [1] * given.runs + [2]
            return {
                "sheets": [
                    _run(Path(scratch) / str(number), base, first, count, given.rows)
                    for number, count in enumerate(sheets, 1)
                ]
            }


def _run(folder: Path, base: Path, first: Server, sheets: int, rows: int) -> dict:
    starts = {folder / str(number): number * 70_000 for number in range(1, sheets + 1)}
    for place, start in starts.items():
        painted_sheet.write(place, start, rows)
    with Server(base, base / "models", log=folder / "second.log") as second, ExitStack() as open_files:
        begin = time.monotonic()
        running = []
        for place in starts:
            log = open_files.enter_context(open(place / "log", "w"))
            command = [sys.executable, str(PACK / "runner"), "run", "workflow.json", "--sheet", "jobs.csv",
                       "--out", "out", "--server", first.url, "--server", second.url]  # fmt: skip
            running.append(subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=log))
        while sum(len(_journal(place)) for place in starts) < rows // 4 and running[0].poll() is None:
            time.sleep(0.05)
        done = {place: len(_journal(place)) for place in starts}
        second._process.send_signal(signal.SIGKILL)
        for process in running:
            process.wait()
        seconds = time.monotonic() - begin
    lines = [line for place in starts for line in _journal(place)]
    wrong = [name for place, start in starts.items() for name in painted_sheet.wrong(place / "out", start, rows)]
    return {
        "sheets at once": sheets,
        "rows": len(lines),
        "killed after rows": sum(done.values()),
        "rows of the killed server": sum(line.get("server") == second.url for line in lines),
        "failed rows": sum(line["status"] != "done" for line in lines),
        "pictures": sheets * rows * painted_sheet.BATCH,
        "wrong pictures": len(wrong),
        "wall s": round(seconds),
    }


def _journal(place: Path) -> list[dict]:
    path = place / "out" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
