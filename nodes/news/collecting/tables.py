"""What was collected, as a dataset that `news.records` reads, and what was refused, as a table."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ...ground.whole_file import writing_whole
from ..report import kind

KEPT = "kept"
CUT = "cut"
"""Lists that have more pages than a portal's file allows."""


def write(out: Path, lines: Iterable[dict[str, Any]]) -> Counter[str]:
    """Write metadata.jsonl, records in MmoRPG's form, and rejected.csv.

    Returns:
        How many articles were kept, under "kept", how many rejected for which kind of reason, and how many lists were
        cut short, under "cut".
    """
    counts: Counter[str] = Counter()
    with writing_whole(out / "metadata.jsonl") as kept, writing_whole(out / "rejected.csv") as rejected:
        rows = io.TextIOWrapper(rejected, encoding="utf-8-sig", newline="")
        table = csv.writer(rows)
        table.writerow(("id", "topic", "url", "reason"))
        for line in lines:
            if "list" in line:
                counts[CUT] += line["end"] == CUT
            elif "reason" in line:
                table.writerow((line["id"], line["topic"], line["url"], line["reason"]))
                counts[kind(line["reason"])] += 1
            else:
                kept.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                counts[KEPT] += 1
        rows.detach()
    return counts


def summary(counts: Counter[str]) -> Iterator[str]:
    """The summary for people."""
    articles = sum(counts.values()) - counts[CUT]
    yield f"{counts[KEPT]:,} of {articles:,} articles kept"
    for reason, rows in counts.most_common():
        if rows and reason not in (KEPT, CUT):
            yield f"{rows:,} rejected: {reason}"
    if counts[CUT]:
        yield f"{counts[CUT]:,} lists have more pages than list.most_pages allows, and were not read to their end"
