"""Rewrite words in a picture, one after the other, each in a small square around it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..ground import UserError
from ..host.ddim import Steps
from ..host.progress import check_interrupt, interruptible_layers
from . import crop, wording
from .comfy_encode import Context, context, instruction_ids, null_context
from .comfy_load import TextEditor
from .comfy_sampling import Settings, sample
from .placement import Area

GREY = 0.5
LARGE, LOW = 0.6, 20 / 256
SEEDS = 1 << 64
Read = Callable[[np.ndarray, tuple[int, int, int, int]], str]


@dataclass(frozen=True)
class Word:
    """One word to be written."""

    text: str
    ids: list[int]
    """The instruction's tokens."""
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Manner:
    """How words are written."""

    settings: Settings
    samples: int
    context: float
    """Surface of the square, in boxes of the word."""
    resolution: int
    """px of the square as the network sees it."""
    feather: int

    def look(self, area: Area, size: tuple[int, int]) -> tuple[crop.Square, np.ndarray]:
        """The square around an area of a picture of `size` (width, height), and the area in it as the network sees it.

        Raises:
            UserError: the area is too small for the network to see.
        """
        square = crop.around(area, size, self.context)
        return square, crop.mask_of(area, square, self.resolution)


def prepared(editor: TextEditor, text: str, font: str, colour: str, instruction: str) -> Word:
    """A word and its instruction, checked before any work is done.

    Raises:
        UserError: a word that cannot be written.
    """
    warnings = wording.check(text, editor.sizes.length)
    warnings += wording.untold(font, colour, instruction) or wording.unlearned(font, colour)
    ids, cut = instruction_ids(editor, instruction or wording.instruction(text, font, colour))
    if cut:
        warnings.append(f"the instruction is longer than {editor.sizes.length - 2} tokens; cut off: {cut!r}")
    return Word(text, ids, tuple(warnings))


class Writer:
    """Writes words into pictures; `candidates` and `lines` of the report grow with every word."""

    def __init__(self, editor: TextEditor, manner: Manner, read: Read | None, words: int) -> None:
        """
        Args:
            read: what tells the text in (picture uint8, box left, top, right, bottom); None chooses the first sample.
            words: how many will be written, for the progress bar.
        """
        self._editor, self._manner, self._read = editor, manner, read
        self._null = self._known(lambda: null_context(editor))
        self._steps = Steps(editor.model, words, manner.settings.steps)
        self.candidates: list[torch.Tensor] = []
        self.lines: list[str] = []

    def write(self, result: torch.Tensor, place: str, word: Word, area: Area, seed: int) -> None:
        """Write a word into `result` `[H,W,C]` in place, and nothing outside of the area."""
        check_interrupt()
        pixels = result.numpy()
        square, mask = self._manner.look(area, (pixels.shape[1], pixels.shape[0]))
        colours = np.broadcast_to(pixels, (*pixels.shape[:2], 3)) if pixels.shape[2] == 1 else pixels[..., :3]
        drawn = self._draw(crop.cut(colours, square, self._manner.resolution), mask, word, seed)
        chosen, readings = self._choose(drawn, mask, word.text)
        room = crop.paste(pixels, drawn[chosen], area, square, self._manner.feather)
        self.candidates.append(torch.from_numpy(drawn))
        self.lines += self._report(place, word, area, square, mask, seed, chosen, readings)
        if not room:
            self.lines.append(
                f"  Note: parts of the area are thinner than 4 x {self._manner.feather + 1} px; the edit fades in over "
                "less there, so that the old word is replaced."
            )

    def _known(self, make: Callable[[], Context]) -> Context:
        with interruptible_layers(self._editor.clip.cond_stage_model):
            return make()

    def _draw(self, seen: np.ndarray, mask: np.ndarray, word: Word, seed: int) -> np.ndarray:
        """Candidates `[samples,resolution,resolution,3]` in 0..1."""
        editor, manner = self._editor, self._manner
        networks: Any = (editor.model.model.diffusion_model, editor.vae.first_stage_model)
        told = self._known(lambda: context(editor, word.ids, word.text))
        grey = torch.from_numpy(np.where(mask[..., None] > 0, np.float32(GREY), seen))[None]
        cells = torch.from_numpy(mask)[None, None, :: crop.LATENT_CELL, :: crop.LATENT_CELL]
        with ExitStack() as stack:
            for network in networks:
                stack.enter_context(interruptible_layers(network))
            hole = editor.vae.encode(grey)
            latent = sample(
                editor, told, self._null, hole, cells, seed, manner.samples, manner.settings, self._steps.callback
            )
            self._steps.next()
            drawn = editor.vae.decode(latent).cpu().float().numpy()
        if not np.isfinite(drawn).all():
            raise UserError(
                "DiffSTE's result is not a number everywhere, as happens when float16 is too narrow for it: load it "
                "with dtype float32."
            )
        return drawn

    def _choose(self, drawn: np.ndarray, mask: np.ndarray, text: str) -> tuple[int, list[str]]:
        """The candidate that reads most like the word, the first of equals; without a reader the first."""
        if self._read is None:
            return 0, []
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        readings = [self._read(np.round(picture * 255).astype(np.uint8), box) for picture in drawn]
        distances = [wording.distance(reading, text) for reading in readings]
        return distances.index(min(distances)), readings

    def _report(
        self, place: str, word: Word, area: Area, square: crop.Square, mask: np.ndarray, seed: int, chosen: int,
        readings: list[str],
    ) -> list[str]:  # fmt: skip
        lines = [
            f"{place}, {word.text!r}: area {area.width} x {area.height} px, square of {square.side} px at "
            f"({square.left}, {square.top}) seen at {self._manner.resolution} px, seed {seed}."
        ]
        if readings:
            read = ", ".join(
                f"{number}. {reading!r} ({wording.distance(reading, word.text)} off)"
                for number, reading in enumerate(readings, 1)
            )
            lines.append(f"  Candidate {chosen + 1} of {len(readings)} taken; they read {read}.")
        warnings = list(word.warnings)
        if area.height / square.side < LOW:
            warnings.append("the word is lower than 20 px of 256 in its square; a smaller context shows it larger")
        if mask.mean() > LARGE:
            warnings.append(f"the mask fills {mask.mean():.0%} of the square, so little is seen of the picture's style")
        return [*lines, *(f"  Note: {warning}." for warning in warnings)]
