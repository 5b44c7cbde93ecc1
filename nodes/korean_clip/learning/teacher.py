"""What a teacher says of the sentences of a corpus: asked once each, where they come again, and kept on the disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from ...ground import UserError
from .corpus import Corpus
from .encoder import Said, TextEncoder

TOGETHER = 64
"""Sentences asked at once for what is kept; always the same ones, as their number changes the last bits."""
MOST = 8_000_000_000
"""Bytes of the disk that answers may take; sentences beyond are asked each time."""
AGAIN = 2
"""How often a sentence must come on average to be worth keeping."""


class Teacher:
    """A frozen encoder and the sentences that it is asked."""

    def __init__(self, encoder: TextEncoder, corpus: Corpus, layer: str, half: bool, whole: bool = True) -> None:
        """
        Args:
            layer: which states are learned, of `encoder.LAYERS`.
            whole: whether states are learned at all; else `say` gives none, and the pooled vectors alone are kept.
        """
        self.encoder, self._corpus, self._layer, self._half = encoder, corpus, layer, half
        self._states = encoder.positions if whole else 0
        encoder.model.requires_grad_(False).eval()
        self._kept = np.zeros((0, 0), np.float16)

    def keep(self, path: Path, asked: int, tell: Callable[[int, int], None]) -> None:
        """Ask for all that will come several times, or go on where that was stopped.

        Args:
            asked: sentences that a run will ask for in all.
            tell: is told how many are done, of how many.

        Raises:
            UserError: the disk is full.
        """
        row = (self._states + 1) * self.encoder.width
        count = min(len(self._corpus.seen), MOST // (2 * row))
        if asked < AGAIN * len(self._corpus.seen):
            return
        if not path.exists() or path.stat().st_size != 2 * row * count:
            self._write(path, count, row, tell)
        self._kept = np.memmap(path, np.float16, "r", shape=(count, row))

    def _write(self, path: Path, count: int, row: int, tell: Callable[[int, int], None]) -> None:
        piece = 2 * row * TOGETHER
        done = path.stat().st_size // piece if path.exists() else 0
        try:
            with open(path, "r+b" if done else "wb") as file:
                file.truncate(done * piece)
                file.seek(0, 2)
                for begin in range(done * TOGETHER, count, TOGETHER):
                    said = self._ask(np.arange(begin, min(begin + TOGETHER, count)))
                    flat = torch.cat([said.states.flatten(1), said.pooled], 1)
                    file.write(flat.half().cpu().numpy().tobytes())
                    tell(min(begin + TOGETHER, count), count)
        except OSError as error:
            raise UserError(
                f"The teacher's states could not be kept in {path} ({error.strerror}): free "
                f"{2 * row * count / 1e9:.1f} GB; the same command goes on."
            ) from error

    def say(self, places: np.ndarray) -> Said:
        """Of sentences of the corpus by their places in `seen`."""
        known = places < len(self._kept)
        if not known.any():
            return self._ask(places)
        positions, width = self.encoder.positions, self.encoder.width
        rows = torch.from_numpy(np.where(known[:, None], self._kept[np.where(known, places, 0)], 0)).float()
        states, pooled = rows[:, :-width].unflatten(1, (self._states, width)), rows[:, -width:]
        if not known.all():
            said = self._ask(places[~known])
            beyond = torch.from_numpy(~known)
            states[beyond], pooled[beyond] = said.states.cpu(), said.pooled.cpu()
        device = self.encoder.model.device
        lengths = [len(self._corpus.meant[int(row)]) for row in self._corpus.seen[places]]
        ends = torch.tensor(lengths).clamp(max=positions) - 1
        return Said(states.to(device), pooled.to(device), ends.to(device))

    def held_out(self, rows: np.ndarray) -> Said:
        """Of sentences of the corpus by their rows, with all states."""
        return self._said(self._meant(rows))

    def nothing(self) -> Said:
        """Of the empty prompt, with as many states as `say` gives."""
        return self._cut(self._said([np.array(self.encoder.ids(""))]))

    def _ask(self, places: np.ndarray) -> Said:
        return self._cut(self._said(self._meant(self._corpus.seen[places]), bool(self._states)))

    def _meant(self, rows: np.ndarray) -> list[np.ndarray]:
        return [self._corpus.meant[int(row)] for row in rows]

    def _cut(self, said: Said) -> Said:
        return Said(said.states[:, : self._states], said.pooled, said.ends)

    @torch.no_grad()
    def _said(self, ids: list[np.ndarray], whole: bool = True) -> Said:
        return self.encoder.say(self.encoder.padded(ids, whole), self._layer, self._half)
