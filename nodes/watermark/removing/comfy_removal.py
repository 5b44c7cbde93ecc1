"""One picture's mark removed, by what was learned of it or by what it says; and a sentence of what was done."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...erase.comfy import MODEL_MARGIN, fill_masked
from ...host import images
from ...host.progress import Progress, interruptibly
from ...text_mask.comfy import TextSearch
from ..mark import Watermark
from . import captions
from .agency import AgencyMarks
from .clean import Overlay
from .learned import Filling, remove

AUTO, UNBLEND, TELEA, NS, LAMA = METHODS = ("auto", "unblend", "telea", "ns", "lama")
ENGINE, SHAPE, GROW = "auto", "polygon", 12.0
"""How text is looked for and masked: a mark's shadow and ringing reach beyond its letters."""
NOTHING = "no mark was found, and nothing changed"


@dataclass(frozen=True)
class Removed:
    """What happened to one picture."""

    mask: np.ndarray
    """`[H,W]` bool: where it changed."""
    sentence: str
    agencies: tuple[str, ...] = ()
    """Whose marks were removed; "" where it is not known."""
    method: str = ""


def remove_learned(result: torch.Tensor, picture: torch.Tensor, mark: Watermark, method: str, model: Any) -> Removed:
    """Remove a learned mark from `result` `[H,W,C]` in place; `picture` is the same in 0..1."""
    pixels = images.to_bytes(images.rgb(picture))
    changed = np.zeros(pixels.shape[:2], bool)
    filler = _filler(method, model)
    filling = None if method == UNBLEND else Filling(filler, lambda over: _filled(picture, over, filler, model))
    removal = remove(pixels, mark, filling, method in (AUTO, UNBLEND), interruptibly)
    if removal is None:
        return Removed(changed, NOTHING)
    place = (removal.over.rows, removal.over.columns)
    changed[place] = removal.over.touched
    _put(result[place], torch.from_numpy(removal.restored) / 255, removal.over.touched)
    whose = mark.agency or "the learned agency"
    size = "" if removal.at.scale == 1 else f", {removal.at.scale:.2f} times the learned size"
    sentence = f"the mark of {whose} was removed ({removal.how}; certainty {removal.at.certainty:.1f}{size})"
    return Removed(changed, sentence, (mark.agency,), removal.how)


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
        method = _filler(method, model)
        fill_masked(result, picture, torch.from_numpy(mask).float(), method, model)
        said = ", ".join(f"{region.text!r}" if region.text else "unread text" for region in chosen)
        sentence = f"{len(chosen)} marks were removed by their words ({said}; filled by {method})"
        return Removed(mask, sentence + left, names, f"filled by {method}")


def _filler(method: str, model: Any) -> str:
    """What fills, where the method does not say it itself."""
    return method if method in (TELEA, NS, LAMA) else LAMA if model else TELEA


def _filled(picture: torch.Tensor, over: Overlay, method: str, model: Any) -> np.ndarray:
    """The overlay's window, `[h,w,3]` in 0..255, with the touched pixels filled."""
    height, width = picture.shape[:2]
    rows = slice(max(0, over.rows.start - MODEL_MARGIN), min(height, over.rows.stop + MODEL_MARGIN))
    columns = slice(max(0, over.columns.start - MODEL_MARGIN), min(width, over.columns.stop + MODEL_MARGIN))
    inside = (
        slice(over.rows.start - rows.start, over.rows.stop - rows.start),
        slice(over.columns.start - columns.start, over.columns.stop - columns.start),
    )
    around = picture[rows, columns]
    mask = torch.zeros(around.shape[:2])
    mask[inside] = torch.from_numpy(over.touched).float()
    inpainted = around.clone()
    fill_masked(inpainted, around, mask, method, model)
    return images.rgb(inpainted[inside]).numpy() * 255


def _put(target: torch.Tensor, restored: torch.Tensor, where: np.ndarray) -> None:
    colours = target[..., :3]
    if colours.shape[-1] == 1:
        restored = restored.mean(-1, keepdim=True)
    colours[torch.from_numpy(where)] = restored[torch.from_numpy(where)]
