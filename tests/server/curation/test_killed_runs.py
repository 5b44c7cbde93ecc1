"""Runs of the command that are killed go on where they stopped, and end with what an unbroken run ends with."""

import json
import os
import random
import subprocess
import sys
import time

import pytest
from dancheong.nodes.curation import Curation, Walk
from dancheong.nodes.curation.standards import Standards
from dancheong.testing.scenes import news, odd_rows

WANTED = ("economy", "society", "science", "world")


def curate(*curation):
    return Walk(Curation(*curation)).finish(lambda done: None)


def outcome(folder):
    """Everything that a run leaves but its journal's own files and what a kill left half written."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.suffix != ".part"}


def test_a_run_that_is_killed_goes_on_and_ends_the_same(root, tmp_path):
    source = news.raw_json(tmp_path / "raw", news.articles(120, 5, (384, 256)))
    out, straight = tmp_path / "out", tmp_path / "straight"
    command = [
        sys.executable,
        str(root / "runner"),
        "curate",
        str(source),
        "--out",
        str(out),
        "--topics",
        ",".join(WANTED),
    ]
    draw = random.Random(1)
    kills = 0
    for most in (15, 45, 90):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        journal = out / "journal.jsonl"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if journal.exists() and journal.read_bytes().count(b"\n") >= most - draw.randrange(10):
                process.kill()
                kills += 1
                break
            time.sleep(0.005)
        process.wait(timeout=60)
        with journal.open("ab") as file:
            file.write(b'{"row": 99, "id": "torn')  # what a kill within a write leaves
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "going on after" in done.stderr and kills == 3
    assert "rows kept" in done.stdout
    curate(source, straight, Standards(topics=WANTED))
    assert outcome(out) == outcome(straight)


LOOSE = ("--min-content", "0", "--min-hangul", "0", "--min-side", "0", "--duplicate-bits", "-1", "--animated")


def test_odd_rows_end_no_run_and_a_kill_changes_nothing(root, tmp_path):
    rng, rows, number = random.Random(3), [], 0
    source, killed, straight = (tmp_path / name for name in ("set", "killed", "straight"))
    source.mkdir()
    while len(rows) < 40:
        drawn = odd_rows.draw(tmp_path / "drawn" / f"{number}", rng)
        number += 1
        if drawn.source.is_file():
            drawn.source.rename(source / f"{number:02}.zip")
            rows += drawn.rows
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(killed), *LOOSE]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = killed / "journal.jsonl"
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") >= 15):
        time.sleep(0.005)
    process.kill()
    process.wait(timeout=60)
    assert 0 < journal.read_bytes().count(b"\n") < len(rows)
    loose = Standards(min_content=0, min_hangul=0.0, min_side=0, animated=True, duplicate_bits=-1)
    for out in (killed, straight):
        assert sum(curate(source, out, loose).values()) == len(rows)
    assert outcome(killed) == outcome(straight)
    kept = [json.loads(line)["text"] for line in (straight / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    assert kept == [row.values[1].split(" [SEP]")[0] for row in rows if not row.reason]


def test_a_disk_that_is_full_loses_nothing(root, tmp_path):
    """Played by a limit to the size of files, which the system itself holds."""
    resource = pytest.importorskip("resource")
    source = news.zipped(tmp_path / "set.zip", news.articles(60, 6, (96, 72)))
    out, straight = tmp_path / "out", tmp_path / "straight"
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(out), *LOOSE]
    full = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))}
    full["env"] = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # half of it would be kept
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **full)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "could not be written (File too large): free space" in done.stderr
    assert 0 < (out / "journal.jsonl").read_bytes().count(b"\n") < 60
    loose = Standards(min_content=0, min_hangul=0.0, min_side=0, animated=True, duplicate_bits=-1)
    for folder in (out, straight):
        assert curate(source, folder, loose)["kept"] == 60
    assert outcome(out) == outcome(straight)
