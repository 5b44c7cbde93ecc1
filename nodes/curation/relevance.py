"""How well a picture shows what its headline says, by a CLIP in transformers' layout and outside of ComfyUI."""

from pathlib import Path

import numpy as np

from ..retrieval import FolderClip


class Relevance:
    """A CLIP of both halves; loaded once, from the disk only."""

    def __init__(self, folder: Path) -> None:
        """Load a CLIP.

        Raises:
            UserError: no CLIP with its tokenizer is there.
        """
        self._clip = FolderClip(folder)

    def score(self, picture: np.ndarray, title: str) -> float:
        """Cosine of picture (`[H,W,3]` uint8) and title, -1..1."""
        return float(self._clip.picture(picture) @ self._clip.texts([title])[0])
