"""What is left of an agency's mark: learned and un-blended, against inpainting.

`python -m benchmarks watermark [--seed 0] [--count 20]`

Sets of pictures from testing/scenes/watermark.py; every figure is dB inside the mark against the picture without it.
"telea" is OpenCV's inpainting with the true mask, which nobody has in practice; "better" is, picture by picture, the
better of it and of plain un-blending with what was learned; "true" is un-blending with the true mark.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from ..nodes.erase.opencv import inpaint
from ..nodes.watermark.learning import learn
from ..nodes.watermark.mark import ANCHORS, Watermark
from ..nodes.watermark.removing import clean
from ..testing.scenes import text
from ..testing.scenes import watermark as scenes

CORNER = (340 / 640, 350 / 480, 1.0, 1.0)
"""The 300 x 130 px that a user masks when there are few pictures."""


def taught(pictures: list[scenes.Marked], box: tuple | None = None) -> learn.Learned:
    return learn.learn([truth.picture for truth in pictures], tuple(ANCHORS), box)


def auto(picture: np.ndarray, mark: Watermark) -> tuple[np.ndarray, clean.Overlay | None]:
    """What Clean News Watermark does with the method auto."""
    at = clean.find(picture, mark)
    if at is None:
        return picture, None
    over = clean.lay(picture, mark, at)
    filled = inpaint(picture[over.rows, over.columns], over.touched, "telea").astype(np.float32)
    restored = clean.unblend(picture, over, filled)
    result = picture.copy()
    result[over.rows, over.columns][over.touched] = restored.round()[over.touched]
    return result, over


def plain(picture: np.ndarray, over: clean.Overlay) -> np.ndarray:
    result = picture.astype(float)
    clear = np.maximum(1 - over.alpha, 0.1)[..., None]
    window = (result[over.rows, over.columns] - over.alpha[..., None] * over.colour) / clear
    result[over.rows, over.columns] = window.clip(0, 255)
    return result


def telea(truth: scenes.Marked) -> np.ndarray:
    mask = cv2.dilate((truth.coverage > 0.05).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return inpaint(truth.picture, mask, "telea")


def row(name: str, mark: Watermark, pictures: list[scenes.Marked], opacity: float) -> dict:
    """One set of pictures cleaned with one mark."""
    values, outside, errors, unions, left = [], 0, [], [], 0
    for truth in pictures:
        cleaned, over = auto(truth.picture, mark)
        if over is None:  # in doubt: it counts as it came
            left += 1
            values.append([scenes.psnr(one, truth) for one in (cleaned, cleaned, telea(truth), cleaned, truth.ideal)])
            continue
        touched = np.zeros(cleaned.shape[:2], bool)
        touched[over.rows, over.columns] = over.touched
        outside = max(outside, int(np.abs(cleaned.astype(int) - truth.picture)[~touched].max()))
        ways = (truth.picture, cleaned, telea(truth), plain(truth.picture, over), truth.ideal)
        values.append([scenes.psnr(one, truth) for one in ways])
        alpha = np.zeros(cleaned.shape[:2])
        alpha[over.rows, over.columns] = over.alpha
        errors.append(np.abs(alpha - opacity * truth.coverage)[scenes.inside(truth)].mean())
        both = [alpha > 0.12 * opacity, truth.coverage > 0.12]
        unions.append(np.logical_and(*both).sum() / np.logical_or(*both).sum())
    marked, ours, inpainted, unblended, true = np.array(values).T
    better = np.maximum(inpainted, unblended)
    means = {"marked": marked, "auto": ours, "telea": inpainted, "better": better, "true": true}
    found = {"set": name, **{way: round(float(values.mean()), 2) for way, values in means.items()}}
    print(found, flush=True)
    return {
        **found,
        "wins, %": round(100 * float((ours > inpainted).mean())),
        "within 1.5, %": round(100 * float((ours > better - 1.5).mean())),
        "worst-telea": round(float((ours - inpainted).min()), 1),
        "alpha MAE": round(float(np.mean(errors)), 4),
        "IoU": round(float(np.mean(unions)), 3),
        "outside": outside,
        "left": left,
    }


def learned(seed: int, count: int) -> list[dict]:
    """Every kind of mark and set, each learned from the pictures that are then cleaned."""
    news = scenes.news_mark()
    sets = [
        (".3, q85", 0.3, {"mark": news}),
        (".5, q85", 0.5, {"mark": news}),
        (".7, q85", 0.7, {"mark": news}),
        (".9, q85", 0.9, {"mark": news}),
        (".5, q60", 0.5, {"mark": news, "quality": 60}),
        (".5, no JPEG", 0.5, {"mark": news, "quality": None}),
        (".5, moved by up to 1 px", 0.5, {"mark": news, "jitter": 1}),
        (".5, moved by up to 3 px", 0.5, {"mark": news, "jitter": 3}),
        (".5, red", 0.5, {"mark": scenes.news_mark(scenes.RED)}),
        (".5, black", 0.5, {"mark": scenes.news_mark(scenes.BLACK)}),
        (".5, top left", 0.5, {"mark": news, "place": "top left"}),
        (".5, wordmark in the centre", 0.5, {"mark": scenes.wordmark(), "place": "centre centre"}),
        (".8, wordmark", 0.8, {"mark": scenes.wordmark()}),
        (".5, letters on their shadow", 0.5, {"mark": scenes.shaded_mark()}),
        (".5, red disc, white letters", 0.5, {"mark": scenes.two_colours()}),
    ]
    rows = []
    for name, opacity, options in sets:
        pictures = scenes.marked(count, seed, opacity=opacity, **options)
        rows.append(row(f"N {count}, {name}", taught(pictures).watermark, pictures, opacity))
    many = scenes.marked(3 * count, seed, news, 0.5)
    rows.append(row(f"N {3 * count}, .5, q85", taught(many).watermark, many, 0.5))
    for opacity in (0.3, 0.5, 0.7):
        few = scenes.marked(5, seed, news, opacity)
        rows.append(row(f"N 5 in a masked corner, {opacity}", taught(few, CORNER).watermark, few, opacity))
    photographs = tuple(np.asarray(Image.open(path).convert("RGB")) for path in _wallpapers())
    for opacity in (0.3, 0.5, 0.7):
        pictures = scenes.marked(count, seed + 100, news, opacity, photographs=photographs)
        rows.append(row(f"N {count}, {opacity}, wallpapers", taught(pictures).watermark, pictures, opacity))
    return rows


def _wallpapers() -> list[Path]:
    return [path for path in text.wallpapers() if path.stat().st_size < 4_000_000][:40]


def unseen(seed: int, count: int) -> dict[str, list[dict]]:
    """A mark learned once, on pictures it never saw, of its own and of other sizes."""
    mark = taught(scenes.marked(count, seed, scenes.news_mark(), 0.5)).watermark
    own = row(f"unseen, learned from {count} others", mark, scenes.marked(10, seed + 77, scenes.news_mark(), 0.5), 0.5)
    sizes = []
    for factor in (0.5, 0.6, 0.7, 0.8, 0.9, 1.3, 1.6, 2.0):
        pictures = scenes.marked(10, seed + 77, scenes.news_mark(), 0.5, portal=factor)
        ours = row(f"{factor} x", mark, pictures, 0.5)["auto"]
        same = taught(scenes.marked(count, seed, scenes.news_mark(), 0.5, portal=factor)).watermark
        there = row(f"learned at {factor} x", same, pictures, 0.5)["auto"]
        sizes.append(
            {
                "size against the reference": factor,
                "learned at 1 x, dB": ours,
                "learned at that size, dB": there,
                "difference": round(ours - there, 2),
            }
        )
    return {"learned": [own], "sizes": sizes}


def unmarked(seed: int, count: int) -> dict:
    """What is seen where there is no mark."""
    found = changed = pictures = 0
    mark = taught(scenes.marked(count, seed, scenes.news_mark(), 0.5)).watermark
    for number in range(10):
        blank = scenes.marked(count, seed + 10 + number, None)
        try:
            taught(blank)
            found += 1
        except learn.NoMark:
            pass
        changed += sum(auto(truth.picture, mark)[1] is not None for truth in blank)
        pictures += len(blank)
    return {"sets without a mark": 10, "learned in": found, "pictures": pictures, "a learned mark seen in": changed}


def seconds(seed: int, count: int) -> dict:
    """What the work takes on one thread."""
    pictures = scenes.marked(count, seed, scenes.news_mark(), 0.5)
    # Idle threads of a pool count as work while they wait.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    start = time.process_time()
    mark = taught(pictures).watermark
    found = {"pictures": count, "learning them, CPU s": round(time.process_time() - start, 1)}
    for name, options in (("", {"size": (1224, 816)}), (" that was rescaled", {"portal": 1.8})):
        large = scenes.marked(8, seed, scenes.news_mark(), 0.5, **options)
        start = time.process_time()
        for truth in large:
            auto(truth.picture, mark)
        used = (time.process_time() - start) / len(large)
        found[f"cleaning one of 1.0 MP{name}, CPU s"] = round(used, 3)
    return found


def sheet(path: Path, seed: int) -> None:
    """A picture to look at: as the portal shows it, what comes out, and what inpainting with the true mask gives."""
    truths = scenes.marked(20, seed, scenes.news_mark(), 0.5)
    mark = taught(truths).watermark
    rows = []
    for truth in (truths[3], truths[8], truths[11], truths[0]):
        corner = np.s_[-130:, -300:]
        rows.append(np.hstack([one[corner] for one in (truth.picture, auto(truth.picture, mark)[0], telea(truth))]))
    Image.fromarray(np.vstack(rows)).save(path, quality=92)


def main(options: list[str]) -> dict[str, list[dict]] | None:
    parser = argparse.ArgumentParser(prog="watermark")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=20, help="pictures in a set")
    parser.add_argument("--picture", type=Path, help="only write a picture to look at")
    chosen = parser.parse_args(options)
    if chosen.picture:
        sheet(chosen.picture, chosen.seed)
        return None
    new = unseen(chosen.seed, chosen.count)
    rows = learned(chosen.seed, chosen.count) + new["learned"]
    return {
        "learned": [{"seed": chosen.seed, **found} for found in rows],
        "sizes": new["sizes"],
        "unmarked": [unmarked(chosen.seed, chosen.count)],
        "seconds": [seconds(chosen.seed, chosen.count)],
    }
