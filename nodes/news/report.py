"""What became of the rows of a dataset, in a few lines."""

import re
from collections import Counter

from .foreign import shown
from .record import RefusedRow

OWN = re.compile(r" ?(\(.*\)|'[^']*'|\"[^\"]*\")")
"""What a reason says of one row only."""
MOST_SHOWN = 20
"""Reasons that a report names one by one."""


def refusals(first: str, refused: list[RefusedRow]) -> str:
    """`first`, then how many rows were refused for which kind of reason, and the first of them one by one."""
    if not refused:
        return first
    kinds = Counter(kind(row.reason) for row in refused)
    counted = "; ".join(f"{count} x {name}" for name, count in kinds.most_common())
    lines = [first, f"{len(refused)} refused: {counted}."]
    lines += [f"- {row.row}: {row.reason}" for row in refused[:MOST_SHOWN]]
    if len(refused) > MOST_SHOWN:
        lines.append(f"- and {len(refused) - MOST_SHOWN} more")
    return "\n".join(lines)


def kind(reason: str) -> str:
    """A reason without what is in quotes and brackets: what it has in common with others."""
    return OWN.sub("", reason).split(": ")[0].strip()


def unread(left: list[str]) -> str:
    """A line of what lies in a source and is not read; "" where that is nothing."""
    more = f" and {len(left) - MOST_SHOWN} more" if len(left) > MOST_SHOWN else ""
    names = ", ".join(map(shown, left[:MOST_SHOWN]))
    return f"\nNot read, as other files are the dataset: {names}{more}. Give its own name to read it." if left else ""
