"""Single pictures cleaned by what their marks say: is every mark found, and does everything else stay?

`python -m benchmarks watermark_words [--seed 0] [--bars 200] [--marks 200] [--credits 60] [--photos 1000]
[--seconds 220]`

Pictures of `testing/scenes/news_desk.py`, and of `news_credits.py` beside it, each through Clean News Watermark alone,
with the recognisers that the pack brings. The work goes on where it was left: a run ends after `--seconds`, and the
last one keeps the figures. A mark is found where more than half of its ink lies in the mask. `--write-shapes` only
draws anew how Hangul names look.
"""

import argparse
import base64
import json
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..nodes.watermark.words import agency, spotting
from ..testing import comfy_host
from ..testing.scenes import news_credits
from ..testing.scenes import news_desk as scenes
from ..testing.scenes import news_lettering as lettering

FACES = ("NanumGothic", "NanumGothicExtraBold")
KINDS = {
    "bars": scenes.captioned,
    "marks": scenes.marked,
    "credits": news_credits.credited,
    "photos": scenes.unmarked,
}


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="watermark_words")
    parser.add_argument("--seed", type=int, default=0)
    for kind, count in (("bars", 200), ("marks", 200), ("credits", 60), ("photos", 1000)):
        parser.add_argument(f"--{kind}", type=int, default=count)
    parser.add_argument("--seconds", type=float, default=220, help="after which a run ends")
    parser.add_argument("--write-shapes", action="store_true")
    chosen = parser.parse_args(options)
    if chosen.write_shapes:
        write_shapes()
        return None
    until = time.monotonic() + chosen.seconds
    found = {kind: rows(kind, getattr(chosen, kind), chosen.seed, until) for kind in KINDS}
    left = {kind: getattr(chosen, kind) - len(known) for kind, known in found.items()}
    if any(left.values()):
        print(f"Left: {left}. The same command goes on.")
        return None
    tables = {
        "bars": [{"seed": chosen.seed, "bar": kind, **row} for kind, row in shares(found["bars"]).items()],
        "marks": [{"seed": chosen.seed, "place": kind, **row} for kind, row in shares(found["marks"]).items()],
        "credits": [{"seed": chosen.seed, "credit": kind, **row} for kind, row in places(found["credits"]).items()],
        "photos": [{"seed": chosen.seed, **photos(found["photos"])}],
    }
    return {kind: table for kind, table in tables.items() if found[kind]}


def rows(kind: str, count: int, seed: int, until: float) -> list[dict]:
    """What happened to each picture of a set, as far as there was time."""
    path = Path(tempfile.gettempdir()) / f"watermark_words_{kind}_{seed}.jsonl"
    known = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    with path.open("a") as file:
        for shot in KINDS[kind](count, seed, len(known)):
            if time.monotonic() > until:
                break
            known.append(row(shot))
            file.write(json.dumps(known[-1], ensure_ascii=False) + "\n")
            file.flush()
    return known[:count]


def row(shot: scenes.Shot) -> dict:
    """One picture cleaned by its words, its values compared before and after."""
    import torch

    cleaner = removal()
    from ..nodes.host.progress import Progress

    image = torch.from_numpy(shot.picture.astype(np.float32) / 255)
    cleaned = image.clone()
    done = cleaner.remove(cleaned, image, "telea", None, Progress(cleaner.steps(*image.shape[:2])))
    changed = (cleaned != image).any(-1).numpy()
    fits = changed.shape == shot.mark.shape  # what lies on its side carries neither
    return {
        "what": shot.what,
        "changed": bool(changed.any()),
        "outside": bool((changed & ~done.mask).any()),
        "bar": bool(fits and (changed & shot.bar).any()),
        "mark": bool(shot.mark.any()),
        "found": bool(fits and (done.mask & shot.mark).sum() > 0.5 * max(shot.mark.sum(), 1)),
        "said": done.sentence,
    }


@cache
def removal() -> Any:
    """What the node uses, on one thread and with nothing but what the pack brings."""
    comfy_host.start(Path(tempfile.mkdtemp()))
    from ..nodes.host import folders
    from ..nodes.text_mask.engines import rapidocr_engine, reader
    from ..nodes.watermark.words.comfy_words import TextRemoval

    folders.register()
    rapidocr_engine.MAX_THREADS = reader.MAX_THREADS = 1
    return TextRemoval(())


def photos(found: list[dict]) -> dict:
    """How many unmarked photographs changed, and in how many a text was read, found or named."""
    kinds = ("names no agency", "cannot be read", "among other words", "caption bar", "plate", "beside other text")
    return {
        "photographs": len(found),
        "changed": sum(entry["changed"] for entry in found),
        "with text": sum("what stays" in entry["said"] for entry in found),
        **{f'"{kind}"': sum(kind in entry["said"] for entry in found) for kind in kinds},
    }


def shares(found: list[dict]) -> dict[str, dict]:
    """For each kind of picture how many there are, bars touched, and marks found; "all" at the end."""
    kinds = [*sorted({entry["what"] for entry in found}), "all"]
    table = {}
    for kind in kinds:
        some = [entry for entry in found if kind in (entry["what"], "all")]
        marks = [entry for entry in some if entry["mark"]]
        table[kind] = {
            "pictures": len(some),
            "bars touched": sum(entry["bar"] for entry in some),
            "marks": len(marks),
            "marks found, %": round(100 * sum(entry["found"] for entry in marks) / max(len(marks), 1), 1),
            "changed outside the mask": sum(entry["outside"] for entry in some),
        }
    return table


def places(found: list[dict]) -> dict[str, dict]:
    """The same for each place of a credit, whatever its ground."""
    return shares([{**entry, "what": entry["what"].split(", ")[1]} for entry in found])


def write_shapes() -> None:
    """Draw the lexicon's Hangul anew, as the pack then looks for it."""
    known = {**agency.lexicon()["agencies"], "": agency.lexicon()["rights"]}
    found = {
        name: {
            spelling: [ink(spelling, face) for face in FACES]
            for spelling in spellings
            if agency.HANGUL.search(spelling)
        }
        for name, spellings in known.items()
    }
    text = json.dumps({name: inks for name, inks in found.items() if inks}, ensure_ascii=False, indent=1)
    spotting.SHAPES.write_text(text + "\n", encoding="utf-8")


def ink(spelling: str, face: str) -> str:
    """A PNG of a name, as text."""
    drawn = lettering.coverage([spelling], 60, face)[1:-1, 1:-1]
    width = round(drawn.shape[1] * spotting.HEIGHT / drawn.shape[0])
    small = cv2.resize(255 * drawn, (width, spotting.HEIGHT), interpolation=cv2.INTER_AREA)
    # 16 levels are enough, and half the size.
    levels = (small / 17).round().astype(np.uint8) * 17
    return base64.b64encode(cv2.imencode(".png", levels)[1].tobytes()).decode()
