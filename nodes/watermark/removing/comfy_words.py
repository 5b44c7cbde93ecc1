"""One picture's marks removed by what they say, and a sentence of what was done."""

from typing import Any

import numpy as np
import torch

from ...erase.comfy import fill_masked
from ...host import images
from ...host.progress import Progress
from ...text_mask.comfy import TextSearch
from . import captions
from .agency import AgencyMarks
from .comfy_removal import NOTHING, Removed, fill_method

ENGINE, SHAPE, GROW = "auto", "polygon", 12.0
"""How text is looked for and masked: a mark's shadow and ringing reach beyond its letters."""


class TextRemoval:
    """Removes marks that are known by their words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._search = TextSearch(ENGINE, AgencyMarks(words), SHAPE, GROW)
        self.by_place = not self._search.reads_hangul
        if self.by_place:
            self._search = TextSearch(ENGINE, AgencyMarks(words, by_place=True), SHAPE, GROW)
        self._names = AgencyMarks(words)

    def steps(self, height: int, width: int) -> int:
        """Steps that the progress of one picture takes."""
        return self._search.steps(height, width)

    def remove(
        self, result: torch.Tensor, picture: torch.Tensor, method: str, model: Any, progress: Progress
    ) -> Removed:
        """Remove such marks from `result` `[H,W,C]` in place; `picture` is the same in 0..1."""
        pixels = images.to_bytes(images.rgb(picture))
        free = np.ones(pixels.shape[:2], np.uint8)
        bars = captions.bars(pixels)
        for bar in bars:
            free[bar] = 0
        found = self._search.find(pixels, progress, free)
        left = "; a caption bar was left as it is" if bars else ""
        mask = (found.mask > 0) & (free > 0)
        if not mask.any():
            return Removed(mask, NOTHING + left)
        chosen = [region for region, masked in zip(found.regions, found.masked, strict=True) if masked]
        names = tuple(sorted({self._names.name(region.text) or "" for region in chosen}))
        method = fill_method(method, model)
        fill_masked(result, picture, torch.from_numpy(mask).float(), method, model)
        said = ", ".join(f"{region.text!r}" if region.text else "unread text" for region in chosen)
        sentence = f"{len(chosen)} marks were removed by their words ({said}; filled by {method})"
        return Removed(mask, sentence + left, names, f"filled by {method}")
