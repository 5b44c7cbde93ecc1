"""What is left of an agency's mark: learned and un-blended, against inpainting.

    python benchmarks/watermark.py [--seed 0]

Sets of pictures from `watermark_scenes.py`; every figure is dB inside the mark against the picture without it.
"telea" is OpenCV's inpainting with the true mask, which nobody has in practice; "better" is, picture by picture, the
better of it and of plain un-blending with what was learned; "true" is un-blending with the true mark.
"""

import argparse
import runpy
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import watermark_scenes as scenes
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
runpy.run_path(str(ROOT / "runner" / "__main__.py"))["load_pack"]()

from dancheong.nodes.erase.opencv import inpaint  # noqa: E402
from dancheong.nodes.watermark.learning import learn  # noqa: E402
from dancheong.nodes.watermark.mark import ANCHORS, Watermark  # noqa: E402
from dancheong.nodes.watermark.removing import clean  # noqa: E402

CORNER = (340 / 640, 350 / 480, 1.0, 1.0)
"""The 300 x 130 px that a user masks when there are few pictures."""
HEAD = (
    "set",
    "marked",
    "**auto**",
    "telea",
    "better",
    "true",
    "wins",
    "within 1.5",
    "worst-telea",
    "MAE",
    "IoU",
    "outside",
)


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


def row(name: str, mark: Watermark, pictures: list[scenes.Marked], opacity: float) -> float:
    """Print one line of the table; returns the mean of auto."""
    values, outside, errors, unions = [], 0, [], []
    for truth in pictures:
        cleaned, over = auto(truth.picture, mark)
        assert over is not None, f"{name}: the mark was not found again"
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
    cells = [f"{marked.mean():.2f}", f"**{ours.mean():.2f}**", f"{inpainted.mean():.2f}", f"{better.mean():.2f}"]
    cells += [f"{true.mean():.2f}", f"{(ours > inpainted).mean():.0%}", f"{(ours > better - 1.5).mean():.0%}"]
    cells += [f"{(ours - inpainted).min():+.1f}", f"{np.mean(errors):.4f}", f"{np.mean(unions):.3f}", str(outside)]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)
    return float(ours.mean())


def table(seed: int) -> None:
    news = scenes.news_mark()
    sets = [
        ("N 20, .3, q85", 0.3, {"mark": news}),
        ("N 20, .5, q85", 0.5, {"mark": news}),
        ("N 20, .7, q85", 0.7, {"mark": news}),
        ("N 20, .9, q85", 0.9, {"mark": news}),
        ("N 20, .5, q60", 0.5, {"mark": news, "quality": 60}),
        ("N 20, .5, no JPEG", 0.5, {"mark": news, "quality": None}),
        ("N 20, .5, moved by up to 1 px", 0.5, {"mark": news, "jitter": 1}),
        ("N 20, .5, moved by up to 3 px", 0.5, {"mark": news, "jitter": 3}),
        ("N 20, .5, red", 0.5, {"mark": scenes.news_mark(scenes.RED)}),
        ("N 20, .5, black", 0.5, {"mark": scenes.news_mark(scenes.BLACK)}),
        ("N 20, .5, top left", 0.5, {"mark": news, "place": "top left"}),
        ("N 20, .5, wordmark in the centre", 0.5, {"mark": scenes.wordmark(), "place": "centre centre"}),
        ("N 20, .8, wordmark", 0.8, {"mark": scenes.wordmark()}),
        ("N 20, .5, letters on their shadow", 0.5, {"mark": scenes.shaded_mark()}),
        ("N 20, .5, red disc, white letters", 0.5, {"mark": scenes.two_colours()}),
    ]
    for name, opacity, options in sets:
        pictures = scenes.marked(20, seed, opacity=opacity, **options)
        row(name, taught(pictures).watermark, pictures, opacity)
    many = scenes.marked(60, seed, news, 0.5)
    row("N 60, .5, q85", taught(many).watermark, many, 0.5)
    for opacity in (0.3, 0.5, 0.7):
        few = scenes.marked(5, seed, news, opacity)
        row(f"N 5 in a masked corner, {opacity}", taught(few, CORNER).watermark, few, opacity)
    photographs = tuple(np.asarray(Image.open(path).convert("RGB")) for path in _wallpapers())
    for opacity in (0.3, 0.5, 0.7):
        pictures = scenes.marked(20, seed + 100, news, opacity, photographs=photographs)
        row(f"N 20, {opacity}, wallpapers", taught(pictures).watermark, pictures, opacity)


def _wallpapers() -> list[Path]:
    from text_scenes import wallpapers

    return [path for path in wallpapers() if path.stat().st_size < 4_000_000][:40]


def reuse(seed: int) -> None:
    """A mark learned once, on pictures it never saw, of its own and of other sizes."""
    mark = taught(scenes.marked(20, seed, scenes.news_mark(), 0.5)).watermark
    row("unseen, learned from 20 others", mark, scenes.marked(10, seed + 77, scenes.news_mark(), 0.5), 0.5)
    for factor in (0.5, 0.6, 0.7, 0.8, 0.9, 1.3, 1.6, 2.0):
        pictures = scenes.marked(10, seed + 77, scenes.news_mark(), 0.5, portal=factor)
        ours = row(f"unseen, {factor} x", mark, pictures, 0.5)
        same = scenes.marked(20, seed, scenes.news_mark(), 0.5, portal=factor)
        learned = row(f"the same, learned at {factor} x", taught(same).watermark, pictures, 0.5)
        print(f"|   difference | | {ours - learned:+.2f} |", flush=True)


def unmarked(seed: int) -> None:
    found = 0
    mark = taught(scenes.marked(20, seed, scenes.news_mark(), 0.5)).watermark
    changed = pictures = 0
    for number in range(10):
        blank = scenes.marked(20, seed + 10 + number, None)
        try:
            taught(blank)
            found += 1
        except learn.NoMark:
            pass
        changed += sum(auto(truth.picture, mark)[1] is not None for truth in blank)
        pictures += len(blank)
    print(
        f"\n10 sets of 20 pictures without a mark: learned in {found}; a learned mark seen in {changed} of {pictures}."
    )


def seconds(seed: int) -> None:
    pictures = scenes.marked(20, seed, scenes.news_mark(), 0.5)
    # Idle threads of a pool count as work while they wait.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    start = time.process_time()
    mark = taught(pictures).watermark
    learning = time.process_time() - start
    print(f"\nLearning 20 pictures: {learning:.1f} CPU s.", end=" ")
    for name, options in (("", {"size": (1224, 816)}), (" that was rescaled", {"portal": 1.8})):
        large = scenes.marked(8, seed, scenes.news_mark(), 0.5, **options)
        start = time.process_time()
        for truth in large:
            auto(truth.picture, mark)
        used = (time.process_time() - start) / len(large)
        print(f"Cleaning a picture of 1.0 MP{name}: {used:.3f} CPU s.", end=" ")


def sheet(path: Path, seed: int) -> None:
    """A picture to look at: as the portal shows it, what comes out, and what inpainting with the true mask gives."""
    truths = scenes.marked(20, seed, scenes.news_mark(), 0.5)
    mark = taught(truths).watermark
    rows = []
    for truth in (truths[3], truths[8], truths[11], truths[0]):
        corner = np.s_[-130:, -300:]
        rows.append(np.hstack([one[corner] for one in (truth.picture, auto(truth.picture, mark)[0], telea(truth))]))
    Image.fromarray(np.vstack(rows)).save(path, quality=92)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="only write a picture to look at")
    options = parser.parse_args()
    if options.picture:
        return sheet(options.picture, options.seed)
    seed = options.seed
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD))
    table(seed)
    reuse(seed)
    unmarked(seed)
    seconds(seed)


if __name__ == "__main__":
    main()
