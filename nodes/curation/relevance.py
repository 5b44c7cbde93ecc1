"""How well a picture shows what its headline says, by a CLIP in transformers' layout and outside of ComfyUI."""

from pathlib import Path

import numpy as np

from ..retrieval import FolderClip


class Relevance:
    """A CLIP of both halves; loaded once, from the disk only."""

    def __init__(self, folder: Path, on_gpu: bool = False) -> None:
        """Load a CLIP.

        Args:
            folder: in transformers' layout.
            on_gpu: into the GPU's memory, where PyTorch sees one; else one core does it, as others have work too.

        Raises:
            UserError: no CLIP with its tokenizer is there.
        """
        import torch

        torch.set_num_threads(1)
        self._clip = FolderClip(folder, "cuda" if on_gpu and torch.cuda.is_available() else "cpu")

    def score(self, picture: np.ndarray, title: str) -> float:
        """Cosine of picture (`[H,W,3]` uint8) and title, -1..1."""
        return float(self._clip.picture(picture) @ self._clip.texts([title])[0])
