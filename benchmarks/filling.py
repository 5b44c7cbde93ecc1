"""What holes are filled with, against OpenCV's two ways: nearness to the truth, and likeness of texture.

`python -m benchmarks filling [--part unseen] [--seed 0] [--scenes 0 1 ...] [--kept FOLDER]
[--seconds 200] [--contrib FOLDER] [--picture FILE] [--large]`

The scenes of testing/scenes/holes.py. PSNR is taken in the hole. SWD is the sliced Wasserstein distance of the 7 x 7
patches around the hole's pixels to those of the truth, as they are and with their mean colour taken off, as a ratio to
telea's; energy is the squared differences of neighbours in the hole as a share of the truth's. With `--kept`, scenes
that were measured before are not measured again, and a run ends after `--seconds`. With `--contrib`, the two ways of
OpenCV's contrib modules are measured too, in an environment that is made in that folder from a package index. With
`--large`, only what pictures of 6 to 24 megapixels cost is measured, each in a process of its own.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from ..nodes.erase import inpaint
from ..nodes.erase.filling import fill
from ..testing.scenes import holes, textures
from ..testing.scenes.holes import Scene
from . import filling_contrib
from .kit import process

SIDE = 7
PATCHES, DIRECTIONS = 6000, 96
LEAST = 1e-3
CUT, STRIP = (288, 384), (960, 180)
"""px of a picture to look at: height and width of a scene's middle, width and height of what four of them become."""
MANY = 8
"""Scenes."""
LARGE = ((2000, 3000), (2828, 4243), (4000, 6000))
"""px, height and width: 6, 12 and 24 megapixels."""
CUT_OUT = 0.2
"""Share of a large picture."""


def auto(scene: Scene) -> np.ndarray:
    planes = torch.from_numpy(scene.holed).movedim(-1, 0).float() / 255
    with torch.inference_mode():
        filled = fill(planes, torch.from_numpy(scene.hole), lambda _: None)
    pixels = (filled * 255).round().byte().movedim(0, -1).numpy()
    assert np.array_equal(pixels[~scene.hole], scene.picture[~scene.hole])
    return pixels


def telea(scene: Scene) -> np.ndarray:
    return inpaint(scene.holed, scene.hole, "telea")


def ns(scene: Scene) -> np.ndarray:
    return inpaint(scene.holed, scene.hole, "ns")


WAYS: dict[str, Callable[[Scene], np.ndarray]] = {"auto": auto, "telea": telea, "ns": ns}


def psnr(picture: np.ndarray, scene: Scene) -> float:
    """dB in the hole."""
    error = (picture[scene.hole].astype(float) - scene.picture[scene.hole]) ** 2
    return float(10 * np.log10(255**2 / max(error.mean(), LEAST)))


def patch_distance(picture: np.ndarray, scene: Scene, is_centred: bool) -> float:
    """Sliced Wasserstein distance of the patches around the hole's pixels to the truth's, in levels."""
    draw = torch.Generator().manual_seed(0)
    places = torch.from_numpy(np.argwhere(scene.hole))
    places = places[torch.randperm(len(places), generator=draw)[:PATCHES]]
    directions = torch.randn(3 * SIDE**2, DIRECTIONS, generator=draw)
    directions /= directions.norm(dim=0)
    steps, reach = torch.arange(SIDE), SIDE // 2
    sorted_values = []
    for pixels in (picture, scene.picture):
        wide = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0)), mode="reflect").astype(np.float32)
        rows, columns = places[:, 0, None, None] + steps[:, None], places[:, 1, None, None] + steps
        patches = torch.from_numpy(wide)[rows, columns]
        if is_centred:
            patches = patches - patches.mean((1, 2), keepdim=True)
        sorted_values.append((patches.flatten(1) @ directions).sort(0).values)
    return float((sorted_values[0] - sorted_values[1]).abs().mean())


def energy(picture: np.ndarray, hole: np.ndarray) -> float:
    """The mean squared difference of neighbours in the hole."""
    levels = picture.astype(float)
    down, across = np.diff(levels, axis=0)[:, :-1], np.diff(levels, axis=1)[:-1]
    return float((down**2 + across**2).sum(2)[hole[:-1, :-1]].mean())


def measured(scene: Scene) -> dict[str, dict[str, float]]:
    """The figures of the ways that need nothing more, on a scene."""
    figures = {}
    for name, way in WAYS.items():
        start = time.process_time()
        picture = way(scene)
        figures[name] = judged(scene, picture, time.process_time() - start)
    return figures


def judged(scene: Scene, picture: np.ndarray, seconds: float) -> dict[str, float]:
    """One way's figures on a scene."""
    return {
        "CPU s": seconds,
        "PSNR": psnr(picture, scene),
        "SWD": patch_distance(picture, scene, False),
        "SWD centred": patch_distance(picture, scene, True),
        "energy": energy(picture, scene.hole) / max(energy(scene.picture, scene.hole), LEAST),
    }


def rows(found: list[tuple[Scene, dict[str, dict[str, float]]]], part: str, seed: int) -> list[dict]:
    """A row for each group and way, and one for all."""
    table = []
    for group in (*holes.GROUPS, "all"):
        mine = [figures for scene, figures in found if group in (scene.group, "all")]
        for way in mine[0] if mine else ():
            gain = [figures[way]["PSNR"] - figures["telea"]["PSNR"] for figures in mine]
            table.append(
                {
                    "set": part,
                    "seed": seed,
                    "group": group,
                    "pictures": len(mine),
                    "way": way,
                    "PSNR, dB": round(float(np.mean([figures[way]["PSNR"] for figures in mine])), 2),
                    "worst against telea, dB": round(min(gain), 2),
                    "SWD to telea": _ratio(mine, way, "SWD"),
                    "SWD centred to telea": _ratio(mine, way, "SWD centred"),
                    "energy, median": round(float(np.median([figures[way]["energy"] for figures in mine])), 2),
                    "CPU s, mean": round(float(np.mean([figures[way]["CPU s"] for figures in mine])), 2),
                    "CPU s, most": round(max(figures[way]["CPU s"] for figures in mine), 1),
                }
            )
    return table


def _ratio(figures: list[dict[str, dict[str, float]]], way: str, name: str) -> float:
    """The geometric mean of the ratios to telea."""
    ratios = [max(one[way][name], LEAST) / max(one["telea"][name], LEAST) for one in figures]
    return round(float(np.exp(np.mean(np.log(ratios)))), 2)


def sheet(path: Path, scenes: list[Scene]) -> None:
    """A picture to look at: every scene's middle, with its hole, as telea and as auto fill it, and whole; many scenes
    in two columns."""
    strips = []
    for scene in scenes:
        top, left = (max(0, (side - most) // 2) for side, most in zip(scene.hole.shape, CUT, strict=True))
        pictures = (scene.holed, telea(scene), auto(scene), scene.picture)
        cut = [picture[top : top + CUT[0], left : left + CUT[1]] for picture in pictures]
        strips.append(cv2.resize(np.hstack(cut), STRIP, interpolation=cv2.INTER_AREA))
    columns = 1 if len(strips) < MANY else 2
    strips += [np.full_like(strips[0], 255)] * (-len(strips) % columns)
    rows = [np.hstack(strips[first : first + columns]) for first in range(0, len(strips), columns)]
    Image.fromarray(np.vstack(rows)).save(path, quality=80)


def part(height: str, width: str) -> dict[str, float]:
    """What filling a large drawn texture takes, in a process whose memory is its own."""
    rng = np.random.default_rng(0)
    picture = textures.weave(rng, (int(height), int(width)))
    small = holes.letters(rng, holes.SIZE, CUT_OUT)
    hole = cv2.resize(small.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
    planes = torch.from_numpy(picture).movedim(-1, 0).float() / 255
    process.forget_peak()
    before, began = process.memory("VmRSS"), time.process_time()
    with torch.inference_mode():
        filled = fill(planes, torch.from_numpy(hole), lambda _: None)
    seconds, most = time.process_time() - began, process.memory("VmHWM")
    pixels = (filled * 255).round().byte().movedim(0, -1).numpy()
    return {
        "megapixels": round(hole.size / 1e6, 1),
        "hole, %": round(100 * float(hole.mean()), 1),
        "CPU s": round(seconds),
        "CPU s/MP": round(seconds / hole.size * 1e6, 1),
        "MB over the picture": round(most - before),
        "energy": round(energy(pixels, hole) / energy(picture, hole), 2),
    }


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="filling")
    parser.add_argument("--part", choices=("tuned", "unseen"), default="unseen")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kept", type=Path, help="a folder for what was measured, to go on another time")
    parser.add_argument("--scenes", type=int, nargs="+", default=range(holes.COUNT), help="their numbers, 0 to 39")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of CPU; then it ends, to be run again")
    parser.add_argument("--contrib", type=Path, help="a folder for the environment of OpenCV's contrib modules")
    parser.add_argument("--picture", type=Path, help="only write a picture to look at")
    parser.add_argument("--large", action="store_true", help="only measure what large pictures cost")
    chosen = parser.parse_args(options)
    if chosen.large:
        return {"large": [process.alone("filling", *map(str, size)) for size in LARGE]}
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if chosen.picture:
        sheet(chosen.picture, [holes.scene(chosen.part, chosen.seed, number) for number in chosen.scenes])
        return None
    found = []
    for number in chosen.scenes:
        scene = holes.scene(chosen.part, chosen.seed, number)
        kept = chosen.kept and chosen.kept / f"{chosen.part}.{chosen.seed}.{number}.json"
        figures = json.loads(kept.read_text()) if kept and kept.exists() else {}
        wanted = [*WAYS, *(filling_contrib.NAMES if chosen.contrib else ())]
        while missing := [way for way in wanted if way not in figures]:
            if sum(os.times()[:4]) > chosen.seconds:
                print("not finished: the same command goes on")
                return None
            if missing[0] in WAYS:
                figures |= measured(scene)
            else:
                figures[missing[0]] = judged(scene, *filling_contrib.filled(scene, missing[0], chosen.contrib))
            print(scene.group, scene.name, missing[0], figures[missing[0]], flush=True)
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(json.dumps(figures))
        found.append((scene, figures))
    return {"groups": rows(found, chosen.part, chosen.seed)}
