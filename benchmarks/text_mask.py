"""How well text is found and masked, beside what others do with the same pictures.

`python -m benchmarks text_mask [--seed 7] [--pictures 60] [--photos 100] [--parts words photos ...]`. It needs the
fonts and wallpapers that testing/scenes/text.py names and `pip install dancheong[bench]`; tesseract is measured where
Debian's tesseract-ocr is installed, keras-ocr where `dancheong engines install keras-ocr` was run. Every engine runs in
a process of its own on one thread, so that CPU seconds and peak memory are its own. keras-ocr's time and memory are
measured with random weights: its own cannot be had offline, so its recall is not measured.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np

from ..testing.scenes import text
from . import text_mask_engines as engines
from .kit import process

POSTER = 10_000
OVERLAP, COVERED, REACH = 0.5, 0.9, 8
GROW = 4.0
"""The node's default, percent of the text height."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_mask")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pictures", type=int, default=60, help="with text")
    parser.add_argument("--photos", type=int, default=100, help="without text")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    chosen = parser.parse_args(options)
    missing = engines.missing()
    for name in missing:
        print(f"{name} is not installed here and not measured.", flush=True)

    def asked(what: str, *more: str) -> dict:
        found = process.alone("text_mask", what, str(chosen.seed), *more)
        print(what, *more, found, flush=True)
        return found

    def rows(what: str, count: int, names: tuple[str, ...]) -> list[dict]:
        return [
            {"seed": chosen.seed, "engine": engines.NAMES[name], **asked(what, str(count), name)}
            for name in names
            if name not in missing
        ]

    measured: dict[str, Callable[[], list[dict]]] = {
        "words": lambda: rows("words", chosen.pictures, ("ours", "rapidocr", "tesseract")),
        "photos": lambda: rows("photos", chosen.photos, ("ours", "rapidocr")),
        **{name: lambda name=name: [asked(name)] for name in ("sizes", "poster", "keras-ocr")},
    }
    return {name: measured[name]() for name in chosen.parts if name not in missing}


def part(what: str, seed: str, *options: str) -> dict:
    """What one of `PARTS` found."""
    return PARTS[what](int(seed), *options)


def words(seed: int, pictures: str, engine: str) -> dict:
    """How an engine does with rendered words, and what it takes."""
    find = engines.finder(engine)
    find(np.zeros((64, 64, 3), np.uint8))
    # The truth takes more memory than the engines; it is made again when they are done.
    shown = [scene.picture for scene in text.scenes(int(pictures), seed)]
    began = cpu_seconds()
    found = [find(picture) for picture in shown]
    seconds = cpu_seconds() - began
    megapixels = sum(np.prod(picture.shape[:2]) for picture in shown) / 1e6
    peak = peak_megabytes()
    scenes = list(text.scenes(int(pictures), seed))
    took = {"CPU s/MP": round(float(seconds / megapixels), 2), "peak MB": round(peak)}
    return {**scores(scenes, found, engine == "ours"), **took}


def scores(scenes: list, found: list, grows_with_text: bool) -> dict:
    import cv2

    from ..nodes.text_mask.marking import shapes
    from ..nodes.text_mask.regions import Region

    hits = [matches(scene, polygons) for scene, polygons in zip(scenes, found, strict=True)]
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * REACH + 1, 2 * REACH + 1))
    covered: list[tuple[bool, bool]] = []
    ways = (("polygon", GROW), ("box", GROW), ("stroke", GROW)) if grows_with_text else (("polygon", 0.0), ("box", 0.0))
    sums = {shape: [0, 0, 0.0] for shape, _ in ways}
    for scene, polygons in zip(scenes, found, strict=True):
        regions = [Region(np.asarray(polygon, np.float32), 1.0) for polygon in polygons]
        reached = cv2.dilate(shapes.draw_mask(scene.picture, regions, "polygon", 0.0), disc).astype(bool)
        covered += [(reached[word.ink].mean() >= COVERED, word.korean) for word in scene.words]
        for shape, grow in ways:
            mask = shapes.draw_mask(scene.picture, regions, shape, grow)
            if not grows_with_text:
                mask = cv2.dilate(mask, disc)
            sums[shape][0] += int(mask[scene.ink].sum())
            sums[shape][1] += int(scene.ink.sum())
            sums[shape][2] += float(mask.mean()) / len(scenes)
    hit, korean = sum(map(sum, hits)), [is_covered for is_covered, is_korean in covered if is_korean]
    return {
        "recall@.5": round(hit / sum(len(scene.words) for scene in scenes), 3),
        "precision@.5": round(hit / max(sum(map(len, found)), 1), 3),
        "covered": round(float(np.mean([is_covered for is_covered, _ in covered])), 3),
        "Korean covered": round(float(np.mean(korean)), 3),
        **{f"{shape}: pixel recall": round(hit / ink, 3) for shape, (hit, ink, _) in sums.items()},
        **{f"{shape}: masked, %": round(100 * share, 1) for shape, (_, _, share) in sums.items()},
    }


def matches(scene: text.Scene, polygons: list[np.ndarray]) -> list[bool]:
    """For each word whether a polygon of its own overlaps it by `OVERLAP`."""
    from shapely.geometry import Polygon

    shapes = [Polygon(polygon).buffer(0) for polygon in polygons]
    free, hits = set(range(len(shapes))), []
    for word in scene.words:
        own = Polygon(word.polygon)
        shares = {index: own.intersection(shapes[index]).area / own.union(shapes[index]).area for index in free}
        best = max(shares, key=lambda index: shares[index], default=None)
        hits.append(best is not None and shares[best] >= OVERLAP)
        if hits[-1]:
            free.discard(best)
    return hits


def photos(seed: int, count: str, engine: str) -> dict:
    """Pictures without text, from the wallpapers that the evidence was not fitted on."""
    from ..nodes.text_mask.marking import shapes
    from ..nodes.text_mask.regions import Region

    find, rng = engines.finder(engine), np.random.Generator(np.random.PCG64(seed))
    files = text.wallpapers()[1::2]
    shares = []
    for number in range(int(count)):
        picture = text.wallpaper(rng, files[number % len(files)])
        regions = [Region(np.asarray(polygon, np.float32), 1.0) for polygon in find(picture)]
        shares.append(shapes.draw_mask(picture, regions, "polygon", GROW).mean())
    return {
        "masked below 0.5 %, % of pictures": round(100 * float(np.mean(np.array(shares) < 0.005))),
        "nothing masked, % of pictures": round(100 * float(np.mean(np.array(shares) == 0))),
        "mean share masked, %": round(100 * float(np.mean(shares)), 1),
    }


def sizes(seed: int) -> dict:
    """The masked share of one picture at 256 and at 1024 px."""
    import cv2

    from ..nodes.text_mask.marking import shapes
    from ..nodes.text_mask.regions import Region

    find, ratios = engines.finder("ours"), []
    for scene in text.scenes(12, seed, (60, 200)):
        large = cv2.resize(scene.picture, (1024, 1024), interpolation=cv2.INTER_CUBIC)
        small = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
        shares = []
        for picture in (small, large):
            regions = [Region(polygon, 1.0) for polygon in find(picture)]
            shares.append(shapes.draw_mask(picture, regions, "polygon", GROW).mean())
        if min(shares):
            ratios.append(shares[0] / shares[1])
    return {
        "pictures": len(ratios),
        "masked share at 256 px against 1024 px": f"{min(ratios):.2f} to {max(ratios):.2f}",
    }


def poster(seed: int) -> dict:
    """A poster with a huge title and small print: are both found, and how much memory does it take beyond it."""
    from PIL import Image, ImageDraw, ImageFont

    find = engines.finder("ours")
    find(np.zeros((64, 64, 3), np.uint8))
    sheet = Image.new("RGB", (POSTER, POSTER), (70, 110, 90))
    draw, small = ImageDraw.Draw(sheet), ImageFont.truetype(str(text.NANUM[2]), 20)
    draw.text((800, 900), "달빛 아래", "white", ImageFont.truetype(str(text.NANUM[2]), 2000))
    places = [(400 + 1900 * column, 5200 + 1100 * row) for row in range(4) for column in range(5)]
    for place in places:
        draw.text(place, "무단전재 및 재배포 금지", "yellow", small)
    picture = np.asarray(sheet)
    before, began = peak_megabytes(), cpu_seconds()
    found = find(picture)
    seconds, over = cpu_seconds() - began, peak_megabytes() - before
    spots = [polygon.mean(axis=0) for polygon in found]
    hit = sum(any(abs(spot - place - (105, 12)).max() < 60 for spot in spots) for place in places)
    title = any(np.ptp(polygon[:, 1]) > 1500 for polygon in found)
    return {
        "title of 2,000 px": "found" if title else "not found",
        "captions of 20 px": f"{hit} of {len(places)}",
        "MB over the picture": round(over),
        "CPU s/MP": round(seconds / 100, 2),
    }


def cpu_seconds() -> float:
    """Of this process and the programs it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """The largest this process, or a program it started, has been."""
    return max(process.memory("VmHWM"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


PARTS: dict[str, Callable[..., dict]] = {
    "words": words,
    "photos": photos,
    "sizes": sizes,
    "poster": poster,
    "keras-ocr": lambda seed: engines.keras_ocr(),
}
