"""What a node tells of its pictures, and of what it could not use."""

import numpy as np

from .bank import Bank

SAMPLED = 1000
"""Entries whose mean cosine is looked at."""
APART = 0.05
"""Halves of one CLIP give 0.1 to 0.35 for any words and any picture; halves of two give about 0."""


def report(bank: Bank, cut: int, vectors: np.ndarray, shown: np.ndarray, rows: list[str]) -> str:
    """The bank in a line, what of it was not used, and each picture's rows.

    Args:
        cut: entries that are longer than the encoder reads.
        vectors: `[N,D]` of the bank.
        shown: `[B,D]` of the pictures.
        rows: what is told of each picture.
    """
    named = len([name for name in bank.names if name])
    lines = [f"{len(bank):,} entries{f' in {named:,} categories' if named else ''}.", bank.told()]
    lines.append(f"Entries longer than the encoder reads, which are cut there: {cut:,}." if cut else "")
    lines.append(apart(vectors, shown))
    return "\n".join(filter(None, [*lines, *by_picture(rows)]))


def by_picture(rows: list[str]) -> list[str]:
    """What is told of each picture, with its number where there are several."""
    return rows if len(rows) == 1 else [f"Picture {number}:\n{row}" for number, row in enumerate(rows, 1)]


def apart(vectors: np.ndarray, shown: np.ndarray) -> str:
    """A note where the two halves look like those of two models; "" where they do not."""
    mean = float((vectors[:: max(1, len(vectors) // SAMPLED)] @ shown.T).mean())
    if abs(mean) >= APART:
        return ""
    return (
        f"Note: the cosines are {mean:.3f} in the mean, where the halves of one CLIP give 0.1 to 0.35: are CLIP and "
        "CLIP_VISION of one model?"
    )
