"""What finding near-duplicates costs where millions are kept, and whether it finds what comparing with all finds.

`python -m benchmarks near_duplicates`; among random fingerprints, 1 of 20 is another with up to 6 bits changed.
"""

import argparse
import random
import time
from collections.abc import Iterator

import numpy as np
import scipy.sparse  # noqa: F401  # what it needs for itself is no row's

from ..nodes.curation.bands import distances
from ..nodes.curation.fingerprints import Seen
from .kit import process

BITS = 6
SIZES = (10_000, 100_000, 1_000_000, 4_700_000)
LAST = 0.2
"""Share of the way to a size over which its rows are timed."""
COMPARED = 100_000
SEARCHED = 2_000
"""Searches of each peer at 100,000."""


def main(options: list[str]) -> dict[str, list[dict]]:
    argparse.ArgumentParser(prog="near_duplicates").parse_args(options)
    return {
        "kept": process.alone("near_duplicates", "growing"),
        "decisions": [process.alone("near_duplicates", "decisions")],
        "peers": process.alone("near_duplicates", "peers"),
    }


def part(work: str) -> list[dict] | dict:
    return {"growing": _growing, "decisions": _decisions, "peers": _peers}[work]()


def _prints(count: int, seed: int = 1) -> Iterator[int]:
    """Fingerprints without end; every twentieth is near to one of the last thousand."""
    draw, rng = random.Random(seed), np.random.default_rng(seed)
    while count > 0:
        chunk = rng.integers(0, 2**64, min(count, 50_000), dtype=np.uint64).tolist()
        for row in range(19, len(chunk), 20):
            chunk[row] = chunk[row - draw.randrange(1, min(row, 1000) + 1)]
            for place in draw.sample(range(64), draw.randrange(BITS + 1)):
                chunk[row] ^= 1 << place
        yield from chunk
        count -= len(chunk)


def _growing() -> list[dict]:
    before, rows, seen, timed = process.memory("VmRSS"), [], Seen(BITS), 0.0
    kept, begun = 0, 0
    sizes = list(SIZES)
    for number, print_ in enumerate(_prints(SIZES[-1] * 11 // 10), 1):
        if not timed and kept >= (1 - LAST) * sizes[0]:
            timed, begun = time.process_time(), number - 1
        kept += seen.take(print_, f"{number:015}") is None
        if kept == sizes[0]:
            cost = (time.process_time() - timed) / (number - begun)
            every = np.array([seen._hashes[row] for row in range(0, kept, kept // 1000)], np.uint64)
            rows.append(
                {
                    "kept": kept,
                    "CPU us a row": round(cost * 1e6, 1),
                    "scan, CPU us a row": round(_scan(seen._hashes[:kept], every[:20]) * 1e6, 1),
                    "bytes a row, now": round((process.memory("VmRSS") - before) * 1e6 / kept),
                    "bytes a row, at most": round((process.memory("VmHWM") - before) * 1e6 / kept),
                }
            )
            timed = 0.0
            sizes.pop(0)
            if not sizes:
                break
    return rows


def _scan(hashes: np.ndarray, wanted: np.ndarray) -> float:
    """CPU seconds to compare one with all."""
    begin = time.process_time()
    for one in wanted.tolist():
        distances(hashes, one).argmin()
    return (time.process_time() - begin) / len(wanted)


def _decisions() -> dict:
    """Ours against comparing with all that are kept, row by row."""
    seen, kept, names = Seen(BITS), np.zeros(COMPARED, np.uint64), []
    other = refused = 0
    for number, print_ in enumerate(_prints(COMPARED, seed=2)):
        found = distances(kept[: len(names)], print_)
        same = names[found.argmin()] if len(names) and found.min() <= BITS else None
        other += seen.near(print_) != same
        refused += same is not None
        if same is None:
            kept[len(names)] = print_
            names.append(str(number))
            seen.add(print_, names[-1])
    return {"rows": COMPARED, "refused": refused, "decided otherwise than by comparing with all": other}


def _peers() -> list[dict]:
    """Searches among 100,000, each of which all answer alike."""
    import faiss
    from imagededup.handlers.search.brute_force_cython import BruteForceCython

    hashes = np.array(list(_prints(COMPARED, seed=3)), np.uint64)
    near = np.array(list(_prints(2 * SEARCHED, seed=3))[:SEARCHED], np.uint64) ^ np.uint64(0b10001)
    faiss.omp_set_num_threads(1)
    rows, answers = [], {}

    def timed(name: str, build, search) -> None:
        before, begin = process.memory("VmRSS"), time.process_time()
        index = build()
        built, begin = time.process_time() - begin, time.process_time()
        answers[name] = search(index)
        cost = (time.process_time() - begin) / SEARCHED
        rows.append(
            {
                "index": name,
                "adding, CPU us a row": round(built / COMPARED * 1e6, 2),
                "searching, CPU us": round(cost * 1e6, 1),
                "bytes a row": round((process.memory("VmRSS") - before) * 1e6 / COMPARED),
            }
        )

    def ours() -> Seen:
        seen = Seen(BITS)
        for row, print_ in enumerate(hashes.tolist()):
            seen.add(print_, str(row))
        return seen

    def named():
        return BruteForceCython({str(row): f"{print_:016x}" for row, print_ in enumerate(hashes.tolist())}, None)

    def filled(index):
        for row in range(COMPARED):  # one by one, as a walk keeps them
            index.add(codes[row : row + 1])
        return index

    def found(index) -> list[bool]:
        return [0 <= int(index.search(wanted[row : row + 1], 1)[0][0, 0]) <= BITS for row in range(SEARCHED)]

    codes, wanted = hashes.view(np.uint8).reshape(-1, 8), near.view(np.uint8).reshape(-1, 8)
    timed("ours", ours, lambda seen: [seen.near(print_) is not None for print_ in near.tolist()])
    timed("faiss, IndexBinaryFlat", lambda: filled(faiss.IndexBinaryFlat(64)), found)
    # 3 bands with 2 bits flipped in each are the fewest that miss nothing at 6 bits: it knows no unlike bands.
    timed("faiss, IndexBinaryMultiHash", lambda: filled(_multi_hash(faiss)), found)
    timed(
        "imagededup, its default",
        named,
        lambda index: [bool(index.search(f"{one:016x}", BITS)) for one in near.tolist()],
    )
    exact = answers["faiss, IndexBinaryFlat"]
    for row in rows:
        row["wrong"] = sum(one != right for one, right in zip(answers[row["index"]], exact, strict=True))
    return rows


def _multi_hash(faiss):
    index = faiss.IndexBinaryMultiHash(64, 3, 21)
    index.nflip = 2
    return index
