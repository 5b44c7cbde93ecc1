"""Is old lettering measured as it was drawn, and are new words set so that they are read?

`python -m benchmarks reletter [--seed 5] [--covers 60] [--some N]`. Lines on covers of `testing/scenes/lettered.py` are
found by the text finder, read, measured and set anew in the nearest font, and the new words are read by the
recognisers, as `reletter_words.py` says. Six covers are a piece, and `--some` does so many of the pieces that are left;
each cover before and after is left beside them in `out/benchmarks/`, to be looked at. It needs what `text_mask` needs,
and Debian's fonts-nanum-extra and tesseract-ocr-kor. `--sheet FILE` draws before and after of so many covers on drawn
grounds.
"""

import argparse
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from ..nodes.erase import inpaint
from ..nodes.ground import UserError
from ..nodes.lettering import fonts
from ..nodes.lettering.reletter.measure import Measured, measured
from ..nodes.lettering.reletter.painting import Layer
from ..nodes.lettering.reletter.reletter import relettered
from ..nodes.lettering.reletter.typed import Typed, typed_lines
from ..nodes.lettering.wishes import ALL, SHRINK, Wish
from ..nodes.text_mask import Region
from ..nodes.text_mask.engines import rapidocr_engine, reader
from ..nodes.text_mask.finding import detection
from ..testing.scenes import lettered, text
from . import reletter_words
from .kit import pieces

PIECE = 6
FOUND = 0.5
"""Share of a line's frame that a found region shares with it."""
TURN, SIZE, COLOUR, OUTLINE = 1.0, 4.0, 6.0, 1.0
"""Degrees, percent, Delta E 2000 and px that a measure may be off."""
SHOWN = (480, 360)
"""px of a pair on the sheet."""
KOREAN, LATIN = ("바다", "봄눈", "하늘 길"), ("Winter", "OCEAN", "Quiet")
NAMES = {"serif": "Myeongjo|Serif", "brush": "Brush", "pen": "NanumPen", "rounded": "Round"}


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="reletter")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--covers", type=int, default=60)
    parser.add_argument("--some", type=int)
    parser.add_argument("--sheet", type=Path)
    chosen = parser.parse_args(options)
    if chosen.sheet:
        sheet(chosen.seed, chosen.covers, chosen.sheet)
        return None
    wanted = [(str(chosen.seed), str(first), str(min(first + PIECE, chosen.covers)))
              for first in range(0, chosen.covers, PIECE)]  # fmt: skip
    found = pieces.gathered("reletter", f"seed-{chosen.seed}", wanted, chosen.some)
    if found is None:
        return None
    lines = [line for piece in found.values() for line in piece]
    return {"lines": [summary(chosen.seed, chosen.covers, lines)], "kinds": list(by_kind(chosen.seed, lines))}


def part(seed: str, first: str, end: str) -> list[dict]:
    """What became of each line of some covers."""
    rapidocr_engine.MAX_THREADS = 1
    cv2.setNumThreads(1)
    found = []
    for number in range(int(first), int(end)):
        lines = done(int(seed), number, grounds())
        if lines:  # some words are too long for any line
            pieces.KEPT.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pair(lines)).save(pieces.KEPT / f"reletter-{seed}-{number}.jpg", quality=88)
        found += [figures for _, _, figures in lines]
    return found


def done(seed: int, number: int, places: Sequence[Path]) -> list[tuple[np.ndarray, np.ndarray, dict]]:
    """A cover's lines: the picture before and after, and the figures; without wallpapers its ground is drawn."""
    cover = lettered.cover(seed, number, places)
    known, reads = fonts.available([]), reader.load(None, "", True)
    regions = rapidocr_engine.load().detect(cover.picture, detection.directly)
    words_of = LATIN[number % 3], KOREAN[number % 3]
    drawn_so = lettered.cover(seed, number, places, words_of)
    results = []
    for at, line in enumerate(cover.lines):
        region = max(regions, key=lambda one: shared(one.polygon, line.polygon), default=None)
        is_found = region is not None and shared(region.polygon, line.polygon) >= FOUND
        place = region.polygon if is_found and region is not None else line.polygon.astype(np.float32)
        seen = measured(cover.picture, Region(place, 1.0), known.values(), reads.readings)
        words = seen.seen.words if seen else ""
        figures: dict = {"words": line.words, "kind": line.kind, "found": is_found, "read": words == line.words,
                         "old read": reletter_words.is_drawn_read(reads, cover, line)}  # fmt: skip
        if at < len(drawn_so.lines):
            figures["drawn read"] = reletter_words.is_drawn_read(reads, drawn_so, drawn_so.lines[at])
        if seen is None:
            results.append((cover.picture, cover.picture, figures))
            continue
        new = words_of[0 if line.words.isascii() else 1]
        figures |= {
            "turn": abs(seen.look.angle - line.angle),
            "size": 100 * abs(seen.look.size / line.size - 1),
            "colour": max(off(seen.look.colour, line.colour), off(seen.look.to, line.to)),
            "outline": abs(seen.look.outline - line.outline),
        }
        wish = Wish(known, fonts.AUTO, ALL, SHRINK, (255, 255, 255))
        try:
            result = relettered(1, Typed(new, 1, {}), seen, wish, cover.picture.shape[:2])
        except UserError as error:
            results.append((cover.picture, cover.picture, {**figures, "not set": str(error)}))
            continue
        after, changed = applied(cover.picture, seen, result.layer)
        said = typed_lines(result.line, known)[0].values
        font = known[str(said["font"])]
        results.append((cover.picture, after, {
            **figures,
            "class": kind_of(font.name, float(said["width"])),  # type: ignore[arg-type]
            "font": font.name,
            "new": new,
            "new read": reletter_words.is_read(reads, after, result.layer, seen.plane, new),
            "read in print": reletter_words.is_read_in_print(reads, font, int(said["weight"]), new),  # type: ignore[call-overload]
            "outside": int((after != cover.picture).any(axis=2)[~changed].sum()),
        }))  # fmt: skip
    return results


@cache
def grounds() -> list[Path]:
    """The wallpapers that nothing was fitted on."""
    return text.wallpapers()[1::2]


def applied(picture: np.ndarray, seen: Measured, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """The picture with the old words erased and the new ones on it, and `[H,W]` bool where that may change it."""
    mask = np.zeros(picture.shape[:2], bool)
    height, width = seen.old.shape
    mask[seen.top : seen.top + height, seen.left : seen.left + width] = seen.old
    after = inpaint(picture, mask, "telea").astype(np.float32)
    window, alpha = after[layer.rows, layer.columns], layer.rgba[..., 3:]
    window += alpha * (255 * layer.rgba[..., :3] - window)
    mask[layer.rows, layer.columns] |= alpha[..., 0] > 0
    return after.clip(0, 255).round().astype(np.uint8), mask


def summary(seed: int, covers: int, lines: list[dict]) -> dict:
    """All lines in one row; what was not measured counts as wrong."""
    count = len(lines)
    drawn = [line["drawn read"] for line in lines if "drawn read" in line]
    printed = [line for line in lines if line.get("read in print", True)]

    def within(name: str, most: float) -> float:
        return round(100 * sum(line.get(name, np.inf) <= most for line in lines) / count, 1)

    return {
        "seed": seed,
        "covers": covers,
        "lines": count,
        "found, %": round(100 * sum(line["found"] for line in lines) / count, 1),
        "old words read, %": round(100 * sum(line["read"] for line in lines) / count, 1),
        "angle within 1 degree, %": within("turn", TURN),
        "size within 4 %, %": within("size", SIZE),
        "colour within 6, %": within("colour", COLOUR),
        "outline within 1 px, %": within("outline", OUTLINE),
        "class right, %": round(100 * sum(line.get("class") == line["kind"] for line in lines) / count, 1),
        "all four right, %": round(100 * sum(is_right(line) for line in lines) / count, 1),
        "old words read in their place, %": round(100 * sum(line["old read"] for line in lines) / count, 1),
        "new words read, %": round(100 * sum(line.get("new read", False) for line in lines) / count, 1),
        "read black on white in that font, %": round(100 * len(printed) / count, 1),
        "of those, read in the picture, %": round(
            100 * sum(line.get("new read", False) for line in printed) / max(1, len(printed)), 1
        ),
        "new words read on covers that were drawn with them, %": round(100 * float(np.mean(drawn)), 1),
        "of those words, read in the new lettering, %": round(
            100 * float(np.mean([line.get("new read", False) for line in lines if line.get("drawn read")] or [0])), 1
        ),
        "not set": sum("not set" in line for line in lines),
        "px changed outside": sum(line.get("outside", 0) for line in lines),
    }


def is_right(line: dict) -> bool:
    """Whether angle, size, colour and outline are all measured as they were drawn."""
    most = {"turn": TURN, "size": SIZE, "colour": COLOUR, "outline": OUTLINE}
    return all(line.get(name, np.inf) <= value for name, value in most.items())


def by_kind(seed: int, lines: list[dict]):
    """The same for each class of font."""
    for kind in lettered.CLASSES:
        own = [line for line in lines if line["kind"] == kind]
        measures = {
            name: [line[name] for line in own if name in line] for name in ("turn", "size", "colour", "outline")
        }
        yield {
            "seed": seed,
            "class": kind,
            "lines": len(own),
            **{f"{name}, median": round(float(np.median(values)), 2) for name, values in measures.items() if values},
            "class right, %": round(100 * sum(line.get("class") == kind for line in own) / max(1, len(own)), 1),
        }


def sheet(seed: int, covers: int, file: Path) -> None:
    """Covers on drawn grounds before and after, in rows of three pairs."""
    pairs = [cv2.resize(pair(done(seed, number, [])), SHOWN, interpolation=cv2.INTER_AREA) for number in range(covers)]
    rows = [np.hstack(pairs[at : at + 3]) for at in range(0, covers - covers % 3, 3)]
    Image.fromarray(np.vstack(rows)).save(file, quality=88)


def pair(lines: list[tuple[np.ndarray, np.ndarray, dict]]) -> np.ndarray:
    """A cover beside itself with all of its lines set anew."""
    before = lines[0][0]
    whole = before.copy()
    for _, after, _ in lines:
        changed = (after != before).any(axis=2)
        whole[changed] = after[changed]
    return np.hstack([before, whole])


def kind_of(font: str, width: float) -> str:
    """The class of a font that was chosen, and how far its letters are condensed."""
    kind = next((kind for kind, names in NAMES.items() if re.search(names, font)), "sans")
    return "condensed" if kind == "sans" and width < 80 else kind


def shared(one: np.ndarray, other: np.ndarray) -> float:
    """Of two quads, the area of both against that of either."""
    planes = np.zeros((2, *lettered.SIDE[::-1]), np.uint8)
    for plane, quad in zip(planes, (one, other), strict=True):
        cv2.fillPoly(plane, [np.round(quad).astype(np.int32)], 1)
    return float((planes[0] & planes[1]).sum() / max(1, (planes[0] | planes[1]).sum()))


def off(one, other) -> float:
    """Delta E 2000."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(*(rgb2lab(np.float64([[colour]]) / 255) for colour in (one, other)))[0, 0])
