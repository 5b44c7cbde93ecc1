"""Are marks told apart as a news desk needs it: agencies that are alike, mixed batches, bursts, unmarked photographs?

`python -m benchmarks watermark_desk [--seed 0] [--part agencies|batches|bursts|photographs|kinds]`

Sets from testing/scenes/agencies.py: six agencies of one layout that share half of their words. A picture counts as
cleaned when its own mark and no other is taken off where it lies, as wrong when anything else is changed.
"""

import argparse
import time
from collections.abc import Generator

import numpy as np

from ..nodes.erase.opencv import inpaint
from ..nodes.watermark.learning import learn
from ..nodes.watermark.mark import ANCHORS, Watermark
from ..nodes.watermark.removing import clean
from ..nodes.watermark.removing.choice import choose
from ..testing.scenes import agencies
from ..testing.scenes import watermark as scenes

COUNT = len(agencies.AGENCIES)
BATCH, BURST = 20, 14
BURSTS, PHOTOGRAPHS = 200, 1000
OPACITIES = (0.3, 0.5, 0.7)
MIXED = tuple((sizes, opacity) for sizes in ((10, 10), (14, 6), (10, 10, 10), (7, 7, 7)) for opacity in OPACITIES)
COLOURED = tuple(
    (name, colour, opacity)
    for name, colour in (("white", scenes.WHITE), ("black", scenes.BLACK), ("red", scenes.RED))
    for opacity in OPACITIES
)
NEAR = 1.5
"""px within which a place is the right one."""
PLACE = (scenes.WIDTH - scenes.MARGIN - 190, scenes.HEIGHT - scenes.MARGIN - 52)


def main(options: list[str]) -> dict[str, list[dict]]:
    parts = {"agencies": alike, "batches": batches, "bursts": bursts, "photographs": photographs, "kinds": kinds}
    parser = argparse.ArgumentParser(prog="watermark_desk")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", choices=list(parts), help="only this one")
    parser.add_argument("--count", type=int, help="of a part's sets or photographs, in place of all")
    parser.add_argument("--first", type=int, default=0, help="number of the first: a long part is run in pieces")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which the rest is left for later")
    chosen = parser.parse_args(options)
    return {
        name: [{"seed": chosen.seed, **row} for row in part(chosen)]
        for name, part in parts.items()
        if chosen.part in (None, name)
    }


def piece(chosen: argparse.Namespace, every: int) -> Generator[int, None, None]:
    """Numbers of the sets or photographs that were asked for, as long as there is time."""
    end = time.monotonic() + chosen.seconds
    for number in range(every)[chosen.first :][: chosen.count]:
        if time.monotonic() > end:
            print(f"go on with --first {number}", flush=True)
            return
        yield number


def taught(pictures: list[np.ndarray]) -> learn.Learned:
    return learn.learn(pictures, tuple(ANCHORS))


def marks(seed: int, opacity: float) -> list[Watermark]:
    """Every agency's mark, learned from 20 pictures of its own."""
    return [
        taught(
            [truth.picture for truth in scenes.marked(BATCH, seed + number, agencies.agency(number), opacity)]
        ).watermark
        for number in range(COUNT)
    ]


def restored(picture: np.ndarray, over: clean.Overlay) -> np.ndarray:
    filled = inpaint(picture[over.rows, over.columns], over.touched, "telea").astype(np.float32)
    result = picture.copy()
    result[over.rows, over.columns][over.touched] = clean.unblend(picture, over, filled).round()[over.touched]
    return result


def alike(chosen: argparse.Namespace) -> list[dict]:
    """Every learned mark against pictures of every agency, alone and in competition."""
    rows = []
    for opacity in (OPACITIES[number] for number in piece(chosen, len(OPACITIES))):
        known = marks(10_000 * chosen.seed + 100, opacity)
        own = wrong = seen = lost = won = pairs = pictures = 0
        for number in range(COUNT):
            for quality in (60, 75, 95):
                start = 10_000 * chosen.seed + 1000 + 10 * number + quality
                for truth in scenes.marked(4, start, agencies.agency(number), opacity, quality=quality):
                    pictures += 1
                    for other, mark in enumerate(known):
                        at = clean.look(truth.picture, mark)
                        believed = bool(at and at.evidence and at.evidence.believed)
                        if other == number:
                            own += believed
                        else:
                            pairs, wrong, seen = pairs + 1, wrong + believed, seen + (at is not None)
                    placed = choose(truth.picture, tuple(known)).placed
                    won += [one.mark for one in placed] == [known[number]]
                    lost += any(one.mark is not known[number] for one in placed)
        rows.append(
            {
                "opacity": opacity,
                "pictures": pictures,
                "own mark believed": own,
                "pictures x other marks": pairs,
                "stands out": seen,
                "wrongly believed": wrong,
                "all six compete: own taken": won,
                "another taken": lost,
            }
        )
        print(rows[-1], flush=True)
    return rows


def batches(chosen: argparse.Namespace) -> list[dict]:
    """Batches of several agencies that learn from themselves."""
    rows = []
    for number in piece(chosen, len(MIXED)):
        sizes, opacity = MIXED[number]
        rng = np.random.default_rng([chosen.seed, number])
        owners = rng.permutation(COUNT)[: len(sizes)]
        truths = []
        for owner, size in zip(owners, sizes, strict=True):
            found = scenes.marked(size, int(rng.integers(1 << 30)), agencies.agency(int(owner)), opacity)
            truths += [(truth, int(owner)) for truth in found]
        truths = [truths[place] for place in rng.permutation(len(truths))]
        rows.append(
            {"agencies": len(sizes), "pictures": "+".join(map(str, sizes)), "opacity": opacity, **_batch(truths)}
        )
        print(rows[-1], flush=True)
    return rows


def _batch(truths: list[tuple[scenes.Marked, int]]) -> dict:
    start = time.process_time()
    try:
        learned = taught([truth.picture for truth, _ in truths])
    except learn.NoMark:
        return {"marks": 0, "cleaned, %": 0, "wrong": 0, "dB before": "", "dB after": "", "learning, CPU s": ""}
    used = time.process_time() - start
    owner = []
    for family in learned.families:
        whose = [truths[number][1] for number in learned.numbers(family)]
        owner.append(max(set(whose), key=whose.count))
    cleaned, wrong, before, after = 0, 0, [], []
    for truth, own in truths:
        placed = choose(truth.picture, learned.watermark.every).placed
        whose = [owner[[one.mark is mark for mark in learned.watermark.every].index(True)] for one in placed]
        cleaned += whose == [own]
        wrong += bool(whose) and whose != [own]
        if whose == [own]:
            before.append(scenes.psnr(truth.picture, truth))
            after.append(scenes.psnr(restored(truth.picture, placed[0].over), truth))
    return {
        "marks": len(learned.families),
        "cleaned, %": round(100 * cleaned / len(truths)),
        "wrong": wrong,
        "dB before": round(float(np.mean(before)), 1) if before else "",
        "dB after": round(float(np.mean(after)), 1) if after else "",
        "learning, CPU s": round(used, 1),
    }


def bursts(chosen: argparse.Namespace) -> list[dict]:
    """Shots of one scene without a mark: nothing may be learned, so that nothing changes."""
    ways = (0, 3, 12)
    sets, found, used = ([0] * len(ways) for _ in range(3))
    for number in piece(chosen, BURSTS):
        way = number % len(ways)
        shots = agencies.burst(BURST, 10_000 * chosen.seed + number, ways[way])
        start = time.process_time()
        try:
            learned = taught(shots)
            found[way] += 1
            print("learned", number, ways[way], learned.report, flush=True)
        except learn.NoMark:
            pass
        used[way] += time.process_time() - start
        sets[way] += 1
    return [
        {
            "panned by up to, px": panned,
            "bursts": sets[way],
            "shots": BURST,
            "learned in": found[way],
            "CPU s": round(used[way] / max(sets[way], 1), 1),
        }
        for way, panned in enumerate(ways)
    ]


def photographs(chosen: argparse.Namespace) -> list[dict]:
    """Photographs without a mark against all six learned ones."""
    known = tuple(marks(10_000 * chosen.seed + 100, 0.5))
    seen = changed = told = 0
    for number in piece(chosen, PHOTOGRAPHS):
        seen += 1
        choice = choose(agencies.unmarked(1_000_000 * (chosen.seed + 1) + number), known)
        changed += bool(choice.placed)
        told += bool(choice.doubts)
        if choice.placed or choice.doubts:
            print(number, [one.at for one in choice.placed], choice.doubts, flush=True)
    return [{"photographs": seen, "marks": COUNT, "changed": changed, "something similar told": told}]


def kinds(chosen: argparse.Namespace) -> list[dict]:
    """Pictures that carry the mark they are cleaned with, in every colour, quality and size: are they still found?"""
    rows = []
    for name, colour, opacity in (COLOURED[number] for number in piece(chosen, len(COLOURED))):
        mark = agencies.agency(0, colour)
        pictures = [truth.picture for truth in scenes.marked(BATCH, 10_000 * chosen.seed + 7, mark, opacity)]
        known = taught(pictures).watermark
        row = {"colour": name, "opacity": opacity, "pictures": 0, "stands out": 0, "believed": 0}
        for number, (quality, portal) in enumerate(((60, 1.0), (75, 1.0), (95, 1.0), (75, 0.6), (75, 1.5))):
            seed = 10_000 * chosen.seed + 500 + number
            for truth in scenes.marked(8, seed, mark, opacity, quality=quality, portal=portal):
                at = clean.look(truth.picture, known)
                row["pictures"] += 1
                row["stands out"] += at is not None
                row["believed"] += bool(at and at.evidence and at.evidence.believed)
        rows.append(row)
        print(row, flush=True)
    return rows
