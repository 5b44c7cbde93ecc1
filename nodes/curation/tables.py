"""What became of every row, as tables beside the pictures and in a few lines."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..ground.journal import Journal
from ..ground.whole_file import writing_whole
from ..news import kind

KEPT = "kept"


def told(line: dict[str, Any]) -> dict[str, Any]:
    """What the journal's line of a kept row says of it to others."""
    return {key: value for key, value in line.items() if key not in ("row", "file", "hash")}


def write(out: Path, journal: Journal, is_folder: bool) -> Counter[str]:
    """Write metadata.jsonl of what was kept and rejected.csv of the rest.

    Args:
        out: for them.
        journal: what became of each row.
        is_folder: the pictures lie beside; shards have no metadata.jsonl, which would be taken for the dataset.

    Returns:
        How many rows were kept, under "kept", and how many rejected for which kind of reason.
    """
    counts: Counter[str] = Counter()
    with ExitStack() as files:
        kept = files.enter_context(writing_whole(out / "metadata.jsonl")) if is_folder else None
        rejected = files.enter_context(writing_whole(out / "rejected.csv"))
        rows = io.TextIOWrapper(rejected, encoding="utf-8-sig", newline="")
        table = csv.writer(rows)
        table.writerow(("row", "id", "reason"))
        for line in journal:
            if line["file"]:
                if kept is not None:
                    row = {"file_name": line["file"], **told(line)}
                    kept.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
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
