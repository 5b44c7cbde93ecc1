"""Pictures as latents in a file beside a journal of their rows: encoded once, and read one at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..ground import UserError
from ..ground.journal import Journal


class LatentStore(Sequence[torch.Tensor]):
    """The latents of a dataset, float32 [C, h, w] each, of any sizes; a killed run goes on behind the last whole row.

    Args:
        folder: for the store; it is made.
        settings: what decides the latents, as JSON.

    Raises:
        UserError: the folder holds something else.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self._path = folder / "latents.bin"
        self._journal = Journal(folder, settings)
        self._path.touch()
        self._places: list[tuple[int, tuple[int, ...]]] = []
        self._end = self.looked_at = 0
        self.titles: list[str] = []
        self.refused: list[tuple[str, str]] = []
        """Rows that cannot be learned from: what each is called, and why."""
        for line in self._journal:
            self._take(line)
        if self._path.stat().st_size < self._end:
            raise UserError(f"{self._path} is shorter than its journal says: remove {folder}; it is made anew.")

    def add(self, row: str, title: str, latent: torch.Tensor) -> None:
        """Keep a picture.

        Raises:
            UserError: no space is left.
        """
        try:
            with self._path.open("r+b") as file:
                # What a killed run left behind its last line is written over.
                file.seek(self._end)
                file.write(latent.numpy().tobytes())
        except OSError as error:
            raise UserError(
                f"{self._path} could not be written ({error.strerror}): free space; the same job goes on."
            ) from error
        self._note({"row": row, "title": title, "shape": list(latent.shape)})

    def refuse(self, row: str, reason: str) -> None:
        """Remember that a row cannot be learned from."""
        self._note({"row": row, "refused": reason})

    def close(self) -> None:
        """Nothing more is added; what is there can be read."""
        self._journal.close()

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> torch.Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        begin, shape = self._places[number]
        return torch.from_numpy(np.fromfile(self._path, np.float32, int(np.prod(shape)), offset=begin).reshape(shape))

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.add(line)
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        self.looked_at += 1
        if "refused" in line:
            self.refused.append((line["row"], line["refused"]))
            return
        shape = tuple(line["shape"])
        self._places.append((self._end, shape))
        self._end += int(np.prod(shape)) * np.dtype(np.float32).itemsize
        self.titles.append(line["title"])
