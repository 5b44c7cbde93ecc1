"""Are odd datasets read row by row, is a killed curation the same, and are pictures what other readers see?

`python -m benchmarks datasets [--rows 500] [--seed 1]`
"""

import argparse
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..nodes.ground import UserError
from ..nodes.news import RefusedRow, read_picture, records
from ..testing.scenes import odd_pictures, odd_rows
from .curation import digest
from .kit import process

LOOSE = ("--min-content", "0", "--min-hangul", "0", "--min-side", "0", "--duplicate-bits", "-1", "--animated")
EACH = 10
"""Rows of a dataset."""
KILLS = 5


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="datasets")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(options)
    rng = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as name:
        drawn = [odd_rows.draw(Path(name) / f"{number:03}", rng, EACH) for number in range(chosen.rows // EACH)]
        return {
            "rows": _rows(drawn),
            "killed": _killed(drawn, Path(name), rng),
            "pictures": _pictures(),
        }


def _rows(drawn: list[odd_rows.Drawn]) -> list[dict]:
    """How the rows of each kind of table ended."""
    counts: dict[str, Counter[str]] = {}
    for one in drawn:
        ended = counts.setdefault(one.traits[0], Counter())
        found: list[tuple[str, str]] = []
        try:
            found = [_outcome(row) for row in records(one.source)]
        except Exception as error:  # which is what is counted
            ended["ended the run"] += 1
            print(one.traits, repr(error), file=sys.stderr)
        ended["rows"] += len(one.rows)
        ended["rows too many or too few"] += abs(len(found) - len(one.rows))
        for (title, reason), row in zip(found, one.rows, strict=False):
            wanted = "" if row.reason else row.values[1].split(" [SEP]")[0]
            ended["good, kept"] += bool(title) and title == wanted
            ended["good, lost"] += bool(wanted) and title != wanted
            ended["bad, refused for its reason"] += bool(row.reason) and bool(re.search(row.reason, reason))
            ended["bad, kept or for another reason"] += bool(row.reason) and not re.search(row.reason, reason)
    columns = (
        "rows", "good, kept", "good, lost", "bad, refused for its reason", "bad, kept or for another reason",
        "rows too many or too few", "ended the run",
    )  # fmt: skip
    return [{"table": table, **{name: counts[table][name] for name in columns}} for table in sorted(counts)]


def _outcome(row) -> tuple[str, str]:
    """Title and reason; one of them is empty."""
    if isinstance(row, RefusedRow):
        return "", row.reason
    try:
        read_picture(row.read())
    except UserError as error:
        return "", str(error)
    return row.title, ""


def _killed(drawn: list[odd_rows.Drawn], folder: Path, rng: random.Random) -> list[dict]:
    """All zip files as one dataset, curated at once, and with a SIGKILL at any moment of it."""
    source = folder / "set"
    source.mkdir()
    rows = 0
    for number, one in enumerate(drawn):
        if one.source.is_file():
            one.source.rename(source / f"{number:03}.zip")
            rows += len(one.rows)
    begin = time.monotonic()
    assert process.finish(_start(source, folder / "straight")).status == 0
    seconds = time.monotonic() - begin
    for _ in range(KILLS):
        curating = _start(source, folder / "killed")
        time.sleep(rng.uniform(0.3, 1) * seconds)
        os.kill(curating.pid, signal.SIGKILL)  # one that has ended waits for `finish` and does not mind
        process.finish(curating)
    assert process.finish(_start(source, folder / "killed")).status == 0
    same = digest(folder / "killed") == digest(folder / "straight")
    return [{"rows": rows, "kills": KILLS, "after going on": "the same files" if same else "ANOTHER RESULT"}]


def _start(source: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, str(process.PACK / "runner"), "curate", str(source), "--out", str(out), *LOOSE]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _pictures() -> list[dict]:
    """Largest difference in levels from what is shown, and from what others read where they read it rightly."""
    rows = []
    for name, one in odd_pictures.good().items():
        picture = read_picture(one.data)
        seen = Image.open(io.BytesIO(one.data)) if _pillow_reads(one.data) else None
        plain = seen is not None and seen.mode in ("L", "RGB", "P", "1", "CMYK") and not seen.has_transparency_data
        theirs = np.asarray(seen.convert("RGB")) if seen is not None and plain and "turned" not in name else None
        opencv = cv2.imdecode(np.frombuffer(one.data, np.uint8), cv2.IMREAD_COLOR)
        opaque = "alpha" not in name and "cmyk" not in name and name not in ("pfm", "tiff lab")
        rows.append(
            {
                "picture": name,
                "from what it shows": _difference(picture.pixels, one.expected),
                "from Pillow": _difference(picture.pixels, theirs if "mirrored" not in name else None),
                "from OpenCV": _difference(picture.pixels, None if opencv is None or not opaque else opencv[..., ::-1]),
            }
        )
    return rows


def _pillow_reads(data: bytes) -> bool:
    try:
        Image.open(io.BytesIO(data)).load()
    except OSError:
        return False
    return True


def _difference(ours: np.ndarray, theirs: np.ndarray | None) -> int | None:
    return None if theirs is None else int(np.abs(ours.astype(int) - theirs.astype(int)).max())
