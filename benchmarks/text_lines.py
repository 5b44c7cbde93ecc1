"""Teach the network that tells lines of text from photographs, coins, windows and screentone.

`python -m benchmarks --try text_lines FOLDER [--draw KIND --seed S --count N] [--steps N] [--write]`: FOLDER keeps
drawn patches and the state of the training, so that it can be done in pieces; `--draw` adds boxes of some pictures of a
kind (`text_lines_drawn.py`), and what the text network takes for text on some of them; `--steps` goes on learning;
`--write` makes the network the pack's. It learns on every other wallpaper and half of the faces and coins;
`text_covers.py` measures with the rest.
"""

import argparse
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from ..nodes.text_mask.finding import line_network
from ..nodes.text_mask.marking.letter_network import standardised
from . import text_lines_drawn as drawn
from .text_letters import Normed, folded, varied

BATCH, RATE, PERIOD = 64, 2e-3, 1500
HELD_OUT = 7
"""One drawing in so many is not learnt from."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_lines")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draw", choices=drawn.KINDS)
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn; each its own patches")
    parser.add_argument("--count", type=int, default=20, help="pictures to draw")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of CPU; then learning ends, to go on")
    parser.add_argument("--write", action="store_true", help="the pack uses this network from now on")
    chosen = parser.parse_args(options)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.draw:
        return {"patches": [drawn.draw(chosen.folder, chosen.draw, chosen.seed, chosen.count)]}
    figures = learn(chosen.folder, chosen.steps, chosen.seconds) if chosen.steps else {}
    if chosen.write:
        save_file(folded(_restored(chosen.folder)[0]), line_network.WEIGHTS)
    return {"learning": [figures]}


class Learning(Normed, line_network.LineNetwork):
    """The network as it learns."""


def _restored(folder: Path) -> tuple[Learning, torch.optim.Optimizer, int]:
    torch.manual_seed(0)
    network, state = Learning(), folder / "state.pt"
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-2)
    if not state.exists():
        return network, optimizer, 0
    kept = torch.load(state, weights_only=True)
    network.load_state_dict(kept["network"])
    optimizer.load_state_dict(kept["optimizer"])
    return network, optimizer, kept["done"]


def _patches(folder: Path, is_held_out: bool) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """By their width `[N,h,w,3]` uint8 patches, and `[N]` bool whether they are text."""
    paths = sorted(folder.glob("*.npz"))
    files = [
        np.load(path) for path in paths if (int(path.stem.split("_")[1]) % HELD_OUT == HELD_OUT - 1) == is_held_out
    ]
    found = {}
    for width in line_network.WIDTHS:
        wide = f"{width + 2 * drawn.SPARE}"
        mine = [file for file in files if f"truth{wide}" in file]
        if mine:
            found[width] = tuple(
                np.concatenate([file[f"{name}{wide}"] for file in mine]) for name in ("pictures", "truth")
            )
    return found


def learn(folder: Path, steps: int, seconds: float) -> dict:
    """Go on learning for `steps` steps, or so many seconds of CPU."""
    known = _patches(folder, False)
    network, optimizer, done = _restored(folder)
    rng = np.random.Generator(np.random.PCG64(done))
    counts = np.array([len(truth) for _, truth in known.values()])
    network.train()
    step, end = done, min(done + steps, PERIOD)
    while step < end and time.process_time() < seconds:
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(0.02, (1 + math.cos(math.pi * step / PERIOD)) / 2) * min(1, (step + 1) / 100)
        width = list(known)[rng.choice(len(counts), p=counts / counts.sum())]
        pictures, truth = known[width]
        # Both classes alike, or what is frequent would be right whatever it looks like.
        half = [rng.choice(np.flatnonzero(truth == is_text), BATCH // 2) for is_text in (False, True)]
        chosen = np.concatenate(half)
        odds = network(standardised(_moved(rng, varied(rng, pictures[chosen]))))
        target = torch.from_numpy(truth[chosen]).float() * 0.98 + 0.01
        loss = functional.binary_cross_entropy_with_logits(odds, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(step, round(loss.item(), 4), round(time.process_time()), flush=True)
        step += 1
    kept = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "done": step}
    torch.save(kept, folder / "state.pt")
    return {"patches": int(counts.sum()), "steps": step, **held_out(network.eval(), folder)}


def _moved(rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
    """Shifted by a few px, and turned over: what is mirrored stays what it is."""
    down, across = rng.integers(0, 2 * drawn.SPARE + 1, 2)
    height, width = (side - 2 * drawn.SPARE for side in pictures.shape[1:3])
    moved = pictures[:, down : down + height, across : across + width]
    return moved[:, :: rng.choice([-1, 1]), :: rng.choice([-1, 1])]


def held_out(network: nn.Module, folder: Path) -> dict:
    odds, truth = [], []
    for pictures, is_text in _patches(folder, True).values():
        middle = pictures[:, drawn.SPARE : -drawn.SPARE, drawn.SPARE : -drawn.SPARE]
        with torch.inference_mode():
            odds += [network(standardised(piece)) for piece in np.array_split(middle, max(1, len(middle) // 64))]
        truth.append(is_text)
    seen, is_text = torch.cat(odds).numpy(), np.concatenate(truth)
    return {
        f"held out: {name} above {least}": round(float((seen[is_text == value] > least).mean()), 4)
        for least in (-2, -1, 0, 1)
        for name, value in (("text", True), ("rest", False))
    }
