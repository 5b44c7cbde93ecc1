"""How well text is found and masked, beside what others do with the same pictures.

`python benchmarks/text_mask.py [--seed 7]` prints the tables of README.md. It needs the fonts and wallpapers that
`text_scenes.py` names, `pip install dancheong[bench]`, Debian's tesseract-ocr, and for keras-ocr's cost
`dancheong engines install keras-ocr`. Every engine runs in a process of its own on one thread, so that CPU seconds and
peak memory are its own. keras-ocr's time and memory are measured with random weights: its own cannot be had offline, so
its recall is not measured.
"""

import argparse
import json
import os
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import text_scenes

PACK = Path(__file__).resolve().parent.parent
ENGINES = ("ours", "rapidocr", "tesseract")
PICTURES, PHOTOS, POSTER = 60, 100, 10_000
OVERLAP, COVERED, REACH = 0.5, 0.9, 8
GROW = 4.0
"""The node's default, percent of the text height."""
FIXED = 8
"""px that a mask of the others is widened by."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--part")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(PARTS[options.part](options.seed)))
        return
    print(f"| seed {options.seed} | recall@.5 | precision@.5 | covered | Korean covered | masks: pixel recall / masked "
          "| CPU s/MP | peak MB |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for engine in ENGINES:
        found = part(engine, options.seed)
        masks = ", ".join(f"{name} {recall:.3f} / {share:.1%}" for name, (recall, share) in found["masks"].items())
        print(f"| {engine} | {found['recall']:.3f} | {found['precision']:.3f} | {found['covered']:.3f} | "
              f"{found['korean']:.3f} | {masks} | {found['cpu']:.2f} | {found['peak']:.0f} |", flush=True)  # fmt: skip
    for name in ("photos-ours", "photos-rapidocr", "sizes", "poster", "keras-ocr"):
        print(f"{name}: {part(name, options.seed)}", flush=True)


def part(name: str, seed: int) -> dict:
    """What a part measures, in a process of its own."""
    single = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    command = [sys.executable, __file__, "--part", name, "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **single})
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def finder(engine: str) -> Callable[[np.ndarray], list[np.ndarray]]:
    """Picture `[H,W,3]` RGB to polygons `[N,4,2]`; one thread."""
    import cv2

    cv2.setNumThreads(1)
    if engine == "ours":
        from dancheong.nodes.text_mask.engines import rapidocr_engine
        from dancheong.nodes.text_mask.finding import detection

        rapidocr_engine.MAX_THREADS = 1
        ours = rapidocr_engine.load()
        return lambda picture: [region.polygon for region in ours.detect(picture, detection.directly)]
    if engine == "rapidocr":
        from rapidocr import RapidOCR

        library = RapidOCR(
            params={"Global.log_level": "critical", "Global.max_side_len": 4000,
                    "EngineConfig.onnxruntime.intra_op_num_threads": 1}
        )  # fmt: skip

        def detect(picture: np.ndarray) -> list[np.ndarray]:
            boxes = library(picture[..., ::-1], use_det=True, use_cls=False, use_rec=False).boxes
            return [] if boxes is None else list(np.asarray(boxes, np.float32))

        return detect
    import pytesseract

    def read(picture: np.ndarray) -> list[np.ndarray]:
        table = pytesseract.image_to_data(picture, lang="eng", config="--psm 3", output_type=pytesseract.Output.DICT)
        return [
            np.float32([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
            for text, left, top, width, height in zip(
                table["text"], table["left"], table["top"], table["width"], table["height"], strict=True
            )
            if text.strip()
        ]

    return read


def quality(engine: str) -> Callable[[int], dict]:
    def measure(seed: int) -> dict:
        load_pack()
        find = finder(engine)
        find(np.zeros((64, 64, 3), np.uint8))
        # The truth takes more memory than the engines; it is made again when they are done.
        pictures = [scene.picture for scene in text_scenes.scenes(PICTURES, seed)]
        began = cpu_seconds()
        found = [find(picture) for picture in pictures]
        seconds = cpu_seconds() - began
        megapixels = sum(np.prod(picture.shape[:2]) for picture in pictures) / 1e6
        peak = peak_megabytes()
        scenes = list(text_scenes.scenes(PICTURES, seed))
        return {**scores(scenes, found, engine == "ours"), "cpu": seconds / megapixels, "peak": peak}

    return measure


def scores(scenes: list, found: list, grows_with_text: bool) -> dict:
    import cv2
    from dancheong.nodes.text_mask.marking import shapes
    from dancheong.nodes.text_mask.regions import Region

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
    return {
        "recall": sum(map(sum, hits)) / sum(len(scene.words) for scene in scenes),
        "precision": sum(map(sum, hits)) / max(sum(map(len, found)), 1),
        "covered": float(np.mean([is_covered for is_covered, _ in covered])),
        "korean": float(np.mean([is_covered for is_covered, korean in covered if korean])),
        "masks": {shape: (hit / ink, share) for shape, (hit, ink, share) in sums.items()},
    }


def matches(scene: text_scenes.Scene, polygons: list[np.ndarray]) -> list[bool]:
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


def photos(engine: str) -> Callable[[int], dict]:
    """Pictures without text, from the wallpapers that the evidence was not fitted on."""

    def measure(seed: int) -> dict:
        load_pack()
        from dancheong.nodes.text_mask.marking import shapes
        from dancheong.nodes.text_mask.regions import Region

        find, rng = finder(engine), np.random.Generator(np.random.PCG64(seed))
        files = text_scenes.wallpapers()[1::2]
        shares = []
        for number in range(PHOTOS):
            picture = text_scenes.wallpaper(rng, files[number % len(files)])
            regions = [Region(np.asarray(polygon, np.float32), 1.0) for polygon in find(picture)]
            shares.append(shapes.draw_mask(picture, regions, "polygon", GROW).mean())
        return {
            "masked below 0.5 %": float(np.mean(np.array(shares) < 0.005)),
            "mask empty": float(np.mean(np.array(shares) == 0)),
            "mean share": round(float(np.mean(shares)), 4),
        }

    return measure


def sizes(seed: int) -> dict:
    """The masked share of one picture at 256 and at 1024 px."""
    load_pack()
    import cv2
    from dancheong.nodes.text_mask.marking import shapes
    from dancheong.nodes.text_mask.regions import Region

    find, ratios = finder("ours"), []
    for scene in text_scenes.scenes(12, seed, (60, 200)):
        large = cv2.resize(scene.picture, (1024, 1024), interpolation=cv2.INTER_CUBIC)
        small = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
        shares = []
        for picture in (small, large):
            regions = [Region(polygon, 1.0) for polygon in find(picture)]
            shares.append(shapes.draw_mask(picture, regions, "polygon", GROW).mean())
        if min(shares):
            ratios.append(shares[0] / shares[1])
    return {"256 px against 1024 px": [round(float(ratio), 2) for ratio in sorted(ratios)]}


def poster(seed: int) -> dict:
    """A poster with a huge title and small print: are both found, and how much memory does it take beyond it."""
    load_pack()
    from PIL import Image, ImageDraw, ImageFont

    find = finder("ours")
    find(np.zeros((64, 64, 3), np.uint8))
    sheet = Image.new("RGB", (POSTER, POSTER), (70, 110, 90))
    draw, small = ImageDraw.Draw(sheet), ImageFont.truetype(str(text_scenes.NANUM[2]), 20)
    draw.text((800, 900), "달빛 아래", "white", ImageFont.truetype(str(text_scenes.NANUM[2]), 2000))
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
    return {"title": title, "small print": f"{hit} of {len(places)}", "MB over the picture": round(over),
            "CPU s/MP": round(seconds / 100, 2)}  # fmt: skip


def keras_ocr(seed: int) -> dict:
    """keras-ocr's default pipeline on three pictures with random weights, in its own environment."""
    load_pack()
    from dancheong.nodes.text_mask.engines import keras_ocr_environment

    code = (
        "import resource, sys, time, numpy as np, keras_ocr\n"
        "from keras_ocr.recognition import PRETRAINED_WEIGHTS as known\n"
        "known = known['kurapan']\n"
        "detector = keras_ocr.detection.Detector(weights=None)\n"
        "reader = keras_ocr.recognition.Recognizer(alphabet=known['alphabet'], weights=None, "
        "build_params=known['build_params'])\n"
        "pipeline = keras_ocr.pipeline.Pipeline(detector, reader)\n"
        "pipeline.recognize([np.zeros((64, 64, 3), np.uint8)])\n"
        "began = time.process_time()\n"
        "for size in ((512, 512), (768, 512), (1024, 1024)):\n"
        "    pipeline.recognize([np.zeros((*size, 3), np.uint8)])\n"
        "seconds = time.process_time() - began\n"
        "print(seconds / 1.704, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    python = str(keras_ocr_environment.interpreter())
    variables = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env=variables, check=True)
    cpu, peak = map(float, done.stdout.split()[-2:])
    return {"CPU s/MP": round(cpu, 1), "peak MB": round(peak)}


def load_pack() -> None:
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()


def cpu_seconds() -> float:
    """Of this process and the programs it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """The largest this process, or a program it started, has been."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


PARTS: dict[str, Callable[[int], dict]] = {
    **{engine: quality(engine) for engine in ENGINES},
    "photos-ours": photos("ours"),
    "photos-rapidocr": photos("rapidocr"),
    "sizes": sizes,
    "poster": poster,
    "keras-ocr": keras_ocr,
}

if __name__ == "__main__":
    main()
