"""What became of every row, as tables beside the pictures and in a few lines."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..ground.journal import Journal
from ..ground.whole_file import writing_whole
from ..news import kind

KEPT = "kept"


def write(out: Path, journal: Journal) -> Counter[str]:
    """Write metadata.jsonl of what was kept and rejected.csv of the rest.

    Returns:
        How many rows were kept, under "kept", and how many rejected for which kind of reason.
    """
    counts: Counter[str] = Counter()
    with writing_whole(out / "metadata.jsonl") as kept, writing_whole(out / "rejected.csv") as rejected:
        rows = io.TextIOWrapper(rejected, encoding="utf-8-sig", newline="")
        table = csv.writer(rows)
        table.writerow(("row", "id", "reason"))
        for line in journal:
            if line["file"]:
                told = {key: value for key, value in line.items() if key not in ("row", "file", "hash")}
                kept.write(json.dumps({"file_name": line["file"], **told}, ensure_ascii=False).encode() + b"\n")
                counts[KEPT] += 1
            else:
                table.writerow((line["row"], line["id"], line["reason"]))
                counts[kind(line["reason"])] += 1
        rows.detach()
    return counts


def lines(counts: Counter[str]) -> Iterator[str]:
    """The summary for people."""
    yield f"{counts[KEPT]:,} of {sum(counts.values()):,} rows kept"
    for reason, rows in counts.most_common():
        if reason != KEPT:
            yield f"{rows:,} rejected: {reason}"
