"""One picture's mark removed by what was learned of it, and a sentence of what was done."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...erase.comfy import MODEL_MARGIN, fill_masked
from ...host import images
from ...host.progress import interruptibly
from ..mark import Watermark
from .clean import Overlay
from .learned import Filling, Removal, remove

AUTO, UNBLEND, TELEA, NS, LAMA = METHODS = ("auto", "unblend", "telea", "ns", "lama")
NOTHING = "no mark was found, and nothing changed"
NOTHING_SURE = "no mark is sure, and nothing changed"


@dataclass(frozen=True)
class Removed:
    """What happened to one picture."""

    mask: np.ndarray
    """`[H,W]` bool: where it changed."""
    sentence: str
    agencies: tuple[str, ...] = ()
    """Whose marks were removed; "" where it is not known."""
    method: str = ""
    doubts: tuple[str, ...] = ()
    """What looked like a mark and was left, and why."""


def remove_learned(result: torch.Tensor, picture: torch.Tensor, mark: Watermark, method: str, model: Any) -> Removed:
    """Remove a learned mark, and others of its collection, from `result` `[H,W,C]` in place.

    Args:
        picture: the same, in 0..1.
    """
    pixels = images.to_bytes(images.rgb(picture))
    changed = np.zeros(pixels.shape[:2], bool)
    filler = fill_method(method, model)
    filling = None if method == UNBLEND else Filling(filler, lambda over: _filled(picture, over, filler, model))
    outcome = remove(pixels, mark.every, filling, method in (AUTO, UNBLEND), interruptibly)
    if not outcome.removals:
        nothing = (NOTHING_SURE if outcome.doubts else NOTHING) + outcome.left
        return Removed(changed, nothing, doubts=outcome.doubts)
    for removal in outcome.removals:
        place = (removal.over.rows, removal.over.columns)
        changed[place] |= removal.over.touched
        _put(result[place], torch.from_numpy(removal.restored) / 255, removal.over.touched)
    whose = tuple(dict.fromkeys(removal.mark.agency for removal in outcome.removals))
    sentence = "; ".join(_told([one for one in outcome.removals if one.mark.agency == name]) for name in whose)
    return Removed(changed, sentence + outcome.left, whose, outcome.removals[0].how, outcome.doubts)


def _told(removals: list[Removal]) -> str:
    """One agency's marks that were removed from a picture."""
    first, *others = removals
    places = f" at {len(removals)} places" if others else ""
    size = "" if first.at.scale == 1 else f", {first.at.scale:.2f} times the learned size"
    whose = first.mark.agency or "the learned agency"
    return f"the mark of {whose} was removed{places} ({first.how}; certainty {first.at.certainty:.1f}{size})"


def fill_method(method: str, model: Any) -> str:
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
