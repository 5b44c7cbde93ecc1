"""Can DiffSTE's path learn to spell? A tiny one is trained on rendered words, then writes words that it never saw.

`python -m benchmarks text_edit_words [--steps 2400]`. Words of four capitals out of ten stand in one typeface on shaded
grounds, in pictures of 128 px. The network has DiffSTE's layout at 1/250 of its weights, and starts from random ones;
the trainer is `text_edit_training.py`. The trained file is loaded as Load DiffSTE does and written with as Edit Text
in Image does; rapidocr, which had no part in training, reads the result; all on one thread. Pictures of it lie in
`out/text_edit_words.png`. In place of the VAE, whose training is another matter, stands a fixed linear code: each 8 x
8 px block in four numbers, its principal components.
"""

import argparse
import importlib.util
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..testing import comfy_host
from ..testing.models import diffste
from .kit.process import PACK

LETTERS, LENGTH = "ACEHLNOSTX", 4
SIDE, CELL = 128, 28
BATCH, RATE, TRAINED_WORDS, HELD_OUT = 16, 2e-3, 3000, 40
SIZES = {"channels": (32, 64, 64, 64), "text": 64, "vae": (32, 32, 32, 32)}


@dataclass(frozen=True)
class Scene:
    """A picture with a word."""

    picture: np.ndarray
    """`[128,128,3]` float32 in 0..1."""
    mask: np.ndarray
    """`[128,128]` bool."""


def scene(word: str, random: np.random.Generator, font) -> Scene:
    from PIL import Image, ImageDraw

    letters = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(letters)
    top = 8 * int(random.integers(2, 9))
    for place, letter in enumerate(word):
        draw.text((8 + CELL * place + CELL / 2, top + 24), letter, 255, font, anchor="mm")
    ink = np.asarray(letters, np.float32) / 255
    ramp = np.linspace(-0.1, 0.1, SIDE, dtype=np.float32)
    ground = random.uniform(0.6, 1.0) + ramp[:, None] * random.uniform(-1, 1) + ramp * random.uniform(-1, 1)
    grey = np.clip(ground, 0, 1) * (1 - ink) + random.uniform(0, 0.3) * ink
    mask = np.zeros((SIDE, SIDE), bool)
    mask[top : top + 48, 8 : 8 + CELL * LENGTH] = True
    return Scene(np.repeat(grey[..., None], 3, axis=2).astype(np.float32), mask)


def words(count: int, random: np.random.Generator, but: frozenset[str] = frozenset()) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        word = "".join(random.choice(list(LETTERS), LENGTH))
        if word not in but:
            found.add(word)
    return sorted(found)


class LinearCode:
    """Stands where the VAE stands: `[B,h,w,3]` in 0..1 to `[B,4,h/8,w/8]` of unit spread, and back."""

    def __init__(self, pictures) -> None:
        import torch

        self.first_stage_model = torch.nn.Identity()
        blocks = self._blocks(pictures).flatten(0, 2)
        self._mean = blocks.mean(dim=0)
        self._basis = torch.linalg.eigh((blocks - self._mean).T @ (blocks - self._mean))[1][:, -4:]
        self._spread = ((blocks - self._mean) @ self._basis).std(dim=0)

    @staticmethod
    def _blocks(pictures):
        import torch

        return torch.nn.functional.pixel_unshuffle(pictures.movedim(-1, 1) * 2 - 1, 8).movedim(1, -1)

    def encode(self, pictures):
        return (((self._blocks(pictures) - self._mean) @ self._basis) / self._spread).movedim(-1, 1)

    def decode(self, latent):
        import torch

        blocks = (latent.movedim(1, -1) * self._spread) @ self._basis.T + self._mean
        pictures = torch.nn.functional.pixel_shuffle(blocks.movedim(-1, 1), 8).movedim(1, -1)
        return (pictures / 2 + 0.5).clamp(0, 1)


@dataclass(frozen=True)
class Spelled:
    """What was written, and what a reader made of it."""

    exact: float
    """Share of words read exactly."""
    off: float
    """Letters off, mean over the words."""
    readings: list[str]
    pictures: list[np.ndarray]


def spelled(editor, scenes: list[Scene], texts: list[str], read) -> Spelled:
    """Every text written into its scene as Edit Text in Image does it."""
    import torch

    from ..nodes.text_edit import comfy_edit, placement, wording
    from ..nodes.text_edit.comfy_sampling import Settings

    manner = comfy_edit.Manner(Settings(20, 1.0, "ddim", "leading", 0.0), 1, 15.0, SIDE, 0)
    readings, pictures = [], []
    with torch.inference_mode():
        for number, (text, place) in enumerate(zip(texts, scenes, strict=True)):
            writer = comfy_edit.Writer(editor, manner, None, 1)
            result = torch.from_numpy(place.picture).clone()
            area = placement.whole(place.mask, "mask")
            writer.write(result, "picture", comfy_edit.prepared(editor, text, "", "", ""), area, number)
            pixels = np.round(result.numpy() * 255).astype(np.uint8)
            box = (area.left, area.top, area.left + area.width, area.top + area.height)
            readings.append(read(_smooth(pixels), box))
            pictures.append(pixels)
    off = [wording.distance(reading, text) for reading, text in zip(readings, texts, strict=True)]
    return Spelled(off.count(0) / len(off), sum(off) / len(off), readings, pictures)


def _smooth(pixels: np.ndarray) -> np.ndarray:
    """Four numbers a block leave stairs, which are no part of the question."""
    import cv2

    return cv2.GaussianBlur(pixels, (0, 0), 2)


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_edit_words")
    parser.add_argument("--steps", type=int, default=2400, help="of training")
    steps = parser.parse_args(options).steps
    with tempfile.TemporaryDirectory() as temporary:
        comfy_host.start(Path(temporary))
        return learn(Path(temporary) / "models" / "diffste", steps)


def learn(folder: Path, steps: int) -> dict[str, list[dict]]:
    """
    Args:
        folder: for the file that training begins with, and for the trained one.
    """
    import torch
    from PIL import ImageFont

    from ..nodes.host import folders
    from ..nodes.text_edit import comfy_encode, comfy_load, wording
    from ..nodes.text_mask.comfy import line_reader
    from ..nodes.training import Outcome, train
    from . import text_edit_training as training

    torch.set_num_threads(1)
    folders.register()
    source = diffste.tensors(diffste.Size(**SIZES))
    begun = diffste.lightning(folder / "begun.ckpt", source, scale=1.0)
    package = importlib.util.find_spec("koreanize_matplotlib")
    font = ImageFont.truetype(str(Path(package.origin).parent / "fonts" / "NanumGothicExtraBold.ttf"), 40)
    random = np.random.default_rng(0)
    held_out = words(HELD_OUT, random)
    taught = words(TRAINED_WORDS, random, frozenset(held_out))
    tests = [scene(text[::-1], random, font) for text in held_out]  # another word stands there

    editor = comfy_load.load(begun, torch.float32)
    first = torch.from_numpy(np.stack([scene(word, random, font).picture for word in taught[:400]]))
    editor = replace(editor, vae=LinearCode(first))
    training.quiet(editor.model.model.diffusion_model)
    read = line_reader()
    untrained = spelled(editor, tests, held_out, read)

    with torch.no_grad():
        told = [
            comfy_encode.context(editor, comfy_encode.instruction_ids(editor, f'Write "{word}"')[0], word).text[0]
            for word in taught
        ]

    def examples(chance: torch.Generator) -> training.Examples:
        seeded = np.random.default_rng(int(torch.randint(2**31, (), generator=chance)))
        chosen = seeded.integers(0, len(taught), BATCH)
        drawn = [scene(taught[number], seeded, font) for number in chosen]
        pictures = torch.from_numpy(np.stack([one.picture for one in drawn]))
        masks = torch.from_numpy(np.stack([one.mask for one in drawn]))
        ids = torch.tensor([wording.characters(taught[number], editor.sizes.length) for number in chosen])
        grey = torch.where(masks[..., None], torch.tensor(0.5), pictures)
        cells = masks[:, None, ::8, ::8].float()
        text = torch.stack([told[number] for number in chosen])
        return training.Examples(editor.vae.encode(pictures), editor.vae.encode(grey), cells, text, ids)

    started = time.process_time()

    def report(outcome: Outcome) -> None:
        if outcome.figures[-1]["step"] == outcome.step:
            loss = outcome.figures[-1]["loss"]
            print(f"step {outcome.step}, loss {loss:.3f}, {time.process_time() - started:.0f} CPU s", flush=True)

    trained = training.Editing(editor, examples)
    train(trained, training.plan(steps, RATE), on_step=report)
    trained.network.requires_grad_(False).eval()
    seconds = time.process_time() - started
    path = folder / "trained.safetensors"
    training.save(editor, trained, source, path)
    loaded = replace(comfy_load.load(path, torch.float32), vae=editor.vae)
    written = spelled(loaded, tests, held_out, read)
    print(", ".join(f"{text}: {reading}" for text, reading in list(zip(held_out, written.readings, strict=True))[:10]))
    show(written.pictures)
    return {"spelling": [row(untrained, 0, 0.0), row(written, steps, seconds)]}


def row(result: Spelled, steps: int, seconds: float) -> dict[str, float]:
    return {
        "steps of training": steps,
        "CPU s": round(seconds),
        f"read exactly, % of {HELD_OUT}": round(100 * result.exact),
        f"letters off, of {LENGTH}": round(result.off, 2),
    }


def show(pictures: list[np.ndarray]) -> None:
    """Write a sheet of them to look at."""
    from PIL import Image

    sheet = np.concatenate([np.concatenate(pictures[start : start + 8], axis=1) for start in range(0, 32, 8)])
    (PACK / "out").mkdir(exist_ok=True)
    Image.fromarray(sheet).save(PACK / "out" / "text_edit_words.png")
