"""How often a CLIP finds a picture's own style among all, and among those of its category."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...ground.journal import Journal
from ...news import BrokenPicture, read_picture
from .. import search
from ..bank import Bank
from ..folder_clip import FolderClip
from ..journey import files
from ..journey.record import Row

AT = (1, 5, 10)
"""Ranks up to which a style counts as found."""


def walk(
    source: files.Source,
    rows: Iterable[Row],
    bank: Bank,
    model: FolderClip,
    journal: Journal,
    tell: Callable[[int], None],
) -> None:
    """Write the ranks of every row's styles into a journal; what stands there already is not done again.

    Args:
        tell: is told after each picture how many rows are done.
    """
    done = {line["row"] for line in journal}
    # Rows are small without their pictures, which come as their shards lie on the disk.
    waiting: dict[str, list[tuple[int, list[int]]]] = {}
    place_of = {entry: place for place, entry in reversed(list(enumerate(bank)))}
    for row in rows:
        if row.number not in done and row.styles:
            places = [place_of[style] for style in row.styles if style in place_of]
            waiting.setdefault(row.picture, []).append((row.number, places))
    if not waiting:
        return
    vectors = model.texts(list(bank))
    count = len(done)
    for path, data in files.pictures(source, list(waiting)):
        found = _ranks(model, vectors, bank, data, [place for _, places in waiting[path] for place in places])
        for number, places in waiting[path]:
            line: dict[str, Any] = {"row": number}
            journal.add(
                line | ({"reason": found} if isinstance(found, str) else {"ranks": [found[each] for each in places]})
            )
            count += 1
        tell(count)


def result(journal: Journal) -> dict[str, object]:
    """Recall at `AT` and the median rank, overall and within the category."""
    refused: dict[str, int] = {}
    ranks: list[tuple[int, int]] = []
    pictures = 0
    for line in journal:
        if "reason" in line:
            kind = line["reason"].split(" (")[0]
            refused[kind] = refused.get(kind, 0) + 1
        else:
            pictures += 1
            ranks += [(overall, inside) for overall, inside in line["ranks"]]
    found: dict[str, object] = {"counts": {"pictures": pictures, "styles": len(ranks), **refused}, "measures": {}}
    if ranks:
        table = np.array(ranks)
        found["measures"] = {
            name: {
                **{f"recall@{at}": float((column <= at).mean()) for at in AT},
                "median rank": float(np.median(column)),
            }
            for name, column in zip(("overall", "per category"), table.T, strict=True)
        }
    return found


def _ranks(
    model: FolderClip, vectors: np.ndarray, bank: Bank, data: bytes | str, places: list[int]
) -> dict[int, tuple[int, int]] | str:
    """Place of a style -> its rank among all, and in its category; or why the picture cannot be looked at."""
    if isinstance(data, str):
        return data
    try:
        pixels = read_picture(data).pixels
    except BrokenPicture as error:
        return str(error)
    scores = search.cosines(vectors, model.picture(pixels))
    return {
        place: (search.rank(scores, place), search.rank(scores, place, bank.categories == bank.categories[place]))
        for place in places
    }
