"""A long benchmark in pieces, each a process of its own: what is done is kept, and the next call goes on from there.

They lie in `out/benchmarks/` until a call for all of them has them; whoever deletes the file begins anew.
"""

import json
from collections.abc import Iterable
from typing import Any

from . import process

Piece = tuple[str, ...]
"""The options of a benchmark's `part`, and what tells it from another of the same."""
KEPT = process.PACK / "out" / "benchmarks"


def gathered(name: str, job: str, pieces: Iterable[Piece], most: int | None) -> dict[Piece, Any] | None:
    """What each piece found; None where only some were asked for.

    Args:
        name: of the benchmark, whose `part` takes the words of a piece.
        job: of it, for the name of the file.
        most: how many pieces this call does; None = all that are left.
    """
    path = KEPT / f"{name}-{job}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {tuple(piece): value for piece, value in map(json.loads, lines)}
    wanted = list(dict.fromkeys(pieces))
    todo = [piece for piece in wanted if piece not in found]
    for piece in todo[:most]:
        found[piece] = process.alone(name, *piece)
        print(*piece, found[piece], flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([piece, found[piece]]) + "\n")
    if most is not None:
        print(f"{max(0, len(todo) - most)} of {len(wanted)} pieces are still to do.", flush=True)
        return None
    others = [json.dumps(entry) + "\n" for entry in found.items() if entry[0] not in wanted]
    if path.exists():
        path.write_text("".join(others), encoding="utf-8")
    return {piece: found[piece] for piece in wanted}
