"""The inner loop itself: what `make unit`, or any other run of the tests, takes.

`python -m benchmarks suite unit`, or `test`, or `test AREA=watermark`: the words are make's. CPU seconds and the
largest process are make's and those of all that it starts and waits for.
"""

import argparse
import re
import subprocess
import sys
import time

from .kit import process

ENDS = re.compile(r"\b(\d+) (passed|failed|errors?)\b")
TOOK = re.compile(r" in ([\d.]+)s")


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="suite")
    parser.add_argument("words", nargs="+", help="what make is asked for")
    words = parser.parse_args(options).words
    begin = time.monotonic()
    making = subprocess.Popen(
        ["make", "--no-print-directory", *words], cwd=process.PACK, stdout=subprocess.PIPE, text=True
    )
    summary = ""
    for line in making.stdout:
        sys.stdout.write(line)
        if TOOK.search(line) and ENDS.search(line):
            summary = line
    ended = process.finish(making)
    if not summary:
        sys.exit(f"`make {' '.join(words)}` ended with status {ended.status} and without a summary of pytest.")
    return {"runs": [row(summary, time.monotonic() - begin, ended)]}


def row(summary: str, wall: float, ended: process.Ended) -> dict:
    """
    Args:
        summary: pytest's last line: `1 failed, 1803 passed in 1164.20s (0:19:24)`.
    """
    counts = {name.rstrip("s"): int(count) for count, name in ENDS.findall(summary)}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return {
        "tests": sum(counts.values()),
        **({"failed": failed} if failed else {}),
        "s of tests": round(float(TOOK.search(summary)[1])),
        "wall s": round(wall),
        "CPU s": round(ended.cpu),
        "largest process, MB": round(ended.peak),
    }
