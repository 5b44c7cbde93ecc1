"""Whether `dancheong collect` loses or doubles an article when it is killed, and how fast a portal sees it ask.

`python -m benchmarks collecting [--articles 2000] [--delay 0.03]`: a portal on loopback, articles odd in every way.
"""

import argparse
import csv
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..testing.news_portal import ELSEWHERE, PAGES, PICTURES, NewsPortal
from .kit import process

KILLS = 3


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="collecting")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--delay", type=float, default=0.03)
    asked = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as name, NewsPortal(asked.articles, per_day=100) as portal:
        folder = Path(name)
        begin = time.monotonic()
        ended = _killed(portal, folder, asked.delay)
        seconds = time.monotonic() - begin
        return {"articles": [_articles(portal, folder / "out", ended, seconds)], "rate": _rate(portal, asked.delay)}


def _start(portal: NewsPortal, folder: Path, delay: float) -> subprocess.Popen:
    file = portal.write_file(folder / "portal.json")
    command = ["collect", file, "--from", "2020-01-01", "--to", portal.last, "--out", folder / "out"]
    command += ["--contact", "desk@example.com", "--delay", delay]
    return subprocess.Popen(
        [sys.executable, str(process.PACK / "runner"), *map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _killed(portal: NewsPortal, folder: Path, delay: float) -> list[process.Ended]:
    """Every run to its end, the last one to the end of the work."""
    draw, ended = random.Random(0), []
    for part in sorted(draw.uniform(0.1, 0.9) for _ in range(KILLS)):
        collecting = _start(portal, folder, delay)
        while len(portal.paths("/orgImg/")) < part * len(portal.good):
            assert collecting.poll() is None
            time.sleep(0.05)
        collecting.send_signal(signal.SIGKILL)
        ended.append(process.finish(collecting))
    ended.append(process.finish(_start(portal, folder, delay)))
    assert ended[-1].status == 0
    return ended


def _articles(portal: NewsPortal, out: Path, ended: list[process.Ended], seconds: float) -> dict:
    kept = [json.loads(line) for line in (out / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    with (out / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        refused = [row["id"] for row in csv.DictReader(file)]
    ids = [record["id"] for record in kept]
    right = sum((out / one["img"]).read_bytes() == portal.good[one["id"]].picture for one in kept)
    return {
        "articles": len(portal.articles),
        "kills": KILLS,
        "kept": len(ids),
        "refused": len(refused),
        "lost": len({article.id for article in portal.articles} - {*ids, *refused}),
        "twice": len(ids) + len(refused) - len({*ids, *refused}),
        "wrongly kept or refused": len({*ids} ^ portal.good.keys()),
        "pictures to the byte": right,
        "seconds": round(seconds),
        "CPU ms an article": round(sum(one.cpu for one in ended) / len(portal.articles) * 1000, 1),
        "peak MB": round(max(one.peak for one in ended)),
    }


def _rate(portal: NewsPortal, delay: float) -> list[dict]:
    return [
        {
            "host": name,
            "requests": sum(one.host == host for one in portal.asked),
            "asked for, ms between": round(delay * 1000),
            "seen, ms at least": round(min(portal.gaps(host)) * 1000, 1),
            "forbidden": sum("secret" in one.path for one in portal.asked if one.host == host),
            "not named in the file": sum(one.host == ELSEWHERE for one in portal.asked),
        }
        for name, host in (("articles", PAGES), ("pictures", PICTURES))
    ]
