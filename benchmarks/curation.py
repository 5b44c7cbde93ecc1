"""Pictures per second and memory of `dancheong curate`, and what three kills do to its result.

python benchmarks/curation.py [--records 2000]
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import news_dataset

ROOT = Path(__file__).resolve().parent.parent
TOPICS = "economy,society,science,world"


def start(source: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, str(ROOT / "runner"), "curate", str(source), "--out", str(out), "--topics", TOPICS]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish(process: subprocess.Popen) -> tuple[int, float, float]:
    """Exit status, CPU seconds, peak memory in MB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


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
        process = start(source, out)
        journal = out / "journal.jsonl"
        while not journal.exists() or journal.read_bytes().count(b"\n") < part * records:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        finish(process)
    assert finish(start(source, out))[0] == 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=2000)
    records = parser.parse_args().records
    print("| records | seconds | records/s | CPU s | peak MB | files |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (records // 4, records):
            source = news_dataset.raw_json(folder / f"raw{count}", news_dataset.articles(count, 1, (1024, 683)))
            out = folder / f"out{count}"
            begin = time.monotonic()
            status, cpu, peak = finish(start(source, out))
            seconds = time.monotonic() - begin
            assert status == 0
            files = len(digest(out))
            print(f"| {count} | {seconds:.0f} | {count / seconds:.0f} | {cpu:.0f} | {peak:.0f} | {files} |", flush=True)
        again = folder / "killed"
        killed(source, again, records)
        same = digest(again) == digest(out)
        print(f"\nKilled three times and gone on: {'the same files' if same else 'ANOTHER RESULT'}.")


if __name__ == "__main__":
    main()
