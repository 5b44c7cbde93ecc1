"""Teach the network that tells letters from their ground.

`python -m benchmarks --try text_letters FOLDER [--draw N --seed S] [--steps N] [--write]`: FOLDER keeps drawn patches
and the state of the training, so that it can be done in pieces; `--draw` adds patches, `--steps` goes on learning,
`--write` makes the network the pack's. It learns on covers and pages of `testing/scenes`, drawn over every other
wallpaper; `text_covers.py` measures with the rest.
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from ..nodes.text_mask.marking import letter_network
from ..testing.scenes import covers, pages, text

HEIGHT, WIDTH = 96, 224
LETTERS = (20, 64)
"""px of a patch: how high letters stand in it."""
BATCH, RATE = 16, 2e-3
PERIOD = 800
"""Steps over which the rate falls to nothing; then learning has ended."""
PER_SCENE = 6
HELD_OUT = 160


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_letters")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draw", type=int, default=0, help="scenes of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn; each its own patches")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="the pack uses this network from now on")
    chosen = parser.parse_args(options)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.draw:
        drawn = [np.stack(column) for column in zip(*patches(chosen.draw, chosen.seed), strict=True)]
        np.savez(chosen.folder / f"patches_{chosen.seed}.npz", pictures=drawn[0], ink=drawn[1])
    figures = learn(chosen.folder, chosen.steps) if chosen.steps else {}
    if chosen.write:
        write(chosen.folder)
    return {"learning": [figures]}


def patches(count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pieces `[96,224,3]` uint8 of drawn scenes, with their ink `[96,224]` uint8."""
    rng = np.random.Generator(np.random.PCG64(seed + 50_000))
    grounds = text.wallpapers()[::2]
    pictures = pages.Pictures(grounds, 0)
    for number in range(count):
        scene = covers.cover(rng, *text.SIZES[number % len(text.SIZES)], grounds)
        yield from _around_words(rng, scene)
        yield from _anywhere(rng, scene.picture, scene.ink, 1)
        if number % 2:
            plain = text.photograph(rng, *text.SIZES[0]) if number % 4 == 1 else text.procedural(rng, *text.SIZES[0])
            yield from _around_words(rng, text.lettered(rng, plain, (14, 120)))
            page = pages.without_text(rng, pictures)
            yield from _anywhere(rng, page, np.zeros(page.shape[:2], bool), 4)
        if number % 8 == 0:
            page = pages.newspaper(rng, pictures)
            yield from _anywhere(rng, page.picture, page.ink, 3, 14.0)


def _around_words(rng: np.random.Generator, scene: text.Scene) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A window at each of some words, in which its letters have a height of `LETTERS`."""
    for word in rng.permutation(np.array(scene.words, object))[:PER_SCENE]:
        rows, columns = (np.flatnonzero(word.ink.any(axis=axis)) for axis in (1, 0))
        height = min(np.ptp(rows), np.ptp(columns)) + 1
        middle = rng.uniform(rows[0], rows[-1] + 1), rng.uniform(columns[0], columns[-1] + 1)
        yield _window(rng, scene.picture, scene.ink, middle, height)


def _anywhere(
    rng: np.random.Generator, picture: np.ndarray, ink: np.ndarray, count: int, height: float | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for _ in range(count):
        middle = rng.uniform(0, picture.shape[0]), rng.uniform(0, picture.shape[1])
        yield _window(rng, picture, ink, middle, height or np.exp(rng.uniform(np.log(14), np.log(min(ink.shape)))))


def _window(
    rng: np.random.Generator, picture: np.ndarray, ink: np.ndarray, middle: tuple[float, float], height: float
) -> tuple[np.ndarray, np.ndarray]:
    zoom = float(np.exp(rng.uniform(*np.log(LETTERS)))) / height
    shrunk = min(zoom, 1.0)
    size = tuple(max(1, round(side * shrunk)) for side in picture.shape[1::-1])
    small = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (picture, ink * np.uint8(255))]
    left, top = middle[1] * zoom - WIDTH / 2, middle[0] * zoom - rng.uniform(0.35, 0.65) * HEIGHT
    more = zoom / shrunk
    move = np.float64([[more, 0, -left], [0, more, -top]])
    frame = (WIDTH, HEIGHT)
    shown, covered = (cv2.warpAffine(plane, move, frame, borderMode=cv2.BORDER_REPLICATE) for plane in small)
    return shown, covered


class Normed(nn.Module):
    """Batch normalisation for a network whose base this stands before; `folded` folds it into the convolutions."""

    convolutions: nn.ModuleDict

    def __init__(self) -> None:
        super().__init__()
        norms = {name: nn.BatchNorm2d(layer.out_channels) for name, layer in self.convolutions.items()}
        self.norms = nn.ModuleDict(norms)

    def step(self, name: str, planes: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.norms[name](self.convolutions[name](planes)))


class Learning(Normed, letter_network.LetterNetwork):
    """The network as it learns."""


def learn(folder: Path, steps: int) -> dict:
    """Go on learning for `steps` steps."""
    files = [np.load(path) for path in sorted(folder.glob("patches_*.npz"))]
    pictures, ink = (np.concatenate([file[name] for file in files]) for name in ("pictures", "ink"))
    network, state = Learning(), folder / "state.pt"
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-4)
    done = 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["done"]
    rng = np.random.Generator(np.random.PCG64(done))
    network.train()
    end = min(done + steps, PERIOD)
    for step in range(done, end):
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(0.02, (1 + math.cos(math.pi * step / PERIOD)) / 2) * min(1, (step + 1) / 100)
        chosen = rng.integers(HELD_OUT, len(pictures), BATCH)
        loss = _loss(network(letter_network.standardised(varied(rng, pictures[chosen]))), ink[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            print(step, round(loss.item(), 4), flush=True)
    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "done": end}, state)
    return {"patches": len(pictures), "steps": end, **held_out(network.eval(), pictures, ink)}


def _loss(odds: torch.Tensor, ink: np.ndarray) -> torch.Tensor:
    """Cross-entropy, and the Dice loss of the batch, which keeps thin letters from being outvoted."""
    target = torch.from_numpy(ink).float() / 255
    sure = torch.sigmoid(odds)
    dice = 1 - (2 * (sure * target).sum() + 1) / (sure.sum() + target.sum() + 1)
    return functional.binary_cross_entropy_with_logits(odds, target) + 0.5 * dice


def varied(rng: np.random.Generator, pictures: np.ndarray) -> np.ndarray:
    """Other colours: channels in another order, inverted, darker or lighter."""
    other = pictures[..., rng.permutation(3)].astype(np.float32)
    if rng.random() < 0.5:
        other = 255 - other
    gain = rng.uniform(0.6, 1.3, (len(pictures), 1, 1, 3))
    other = other * gain + rng.uniform(-25, 25, gain.shape) + rng.normal(0, 2, other.shape)
    return other.clip(0, 255).astype(np.uint8)


def held_out(network: nn.Module, pictures: np.ndarray, ink: np.ndarray) -> dict:
    with torch.inference_mode():
        seen = torch.cat([network(letter_network.standardised(part)) for part in np.split(pictures[:HELD_OUT], 8)]) > 0
    truth = torch.from_numpy(ink[:HELD_OUT] > 76)
    empty = ~truth.flatten(1).any(1)
    return {
        "held out: recall": round(float((seen & truth).sum() / truth.sum()), 3),
        "held out: precision": round(float((seen & truth).sum() / seen.sum()), 3),
        "seen where nothing is, %": round(100 * float(seen[empty].float().mean()), 2),
    }


def write(folder: Path) -> None:
    network = Learning()
    network.load_state_dict(torch.load(folder / "state.pt", weights_only=True)["network"])
    save_file(folded(network), letter_network.WEIGHTS)


def folded(network: nn.Module) -> dict[str, torch.Tensor]:
    """The tensors of a network whose `norms` are folded into its `convolutions`, in half precision."""
    tensors = {f"last.{key}": value for key, value in network.last.state_dict().items()}
    for name, layer in network.convolutions.items():
        whole = torch.nn.utils.fuse_conv_bn_eval(layer.eval(), network.norms[name].eval())
        tensors |= {f"convolutions.{name}.{key}": value for key, value in whole.state_dict().items()}
    return {key: value.half().contiguous() for key, value in tensors.items()}
