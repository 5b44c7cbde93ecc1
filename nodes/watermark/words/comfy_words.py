"""One picture's marks removed by what they say, and a sentence of what was done and of what stays, and why."""

from typing import Any

import torch

from ...erase.comfy import fill_masked
from ...host import images
from ...host.progress import Progress, interruptibly
from ...text_mask.comfy import TextSearch
from ..removing.comfy_removal import NOTHING, Removed, fill_method
from . import captions
from .verdict import verdicts

ENGINE, SHAPE, GROW = "auto", "polygon", 12.0
"""How text is looked for and masked: a mark's shadow and ringing reach beyond its letters."""
TOLD = 6
"""Texts that stay and are named in a report, for each reason."""


class TextRemoval:
    """Removes marks that are known by their words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._search, self._words = TextSearch(ENGINE, None, SHAPE, GROW), words
        self.reads_hangul = self._search.reads_hangul

    def steps(self, height: int, width: int) -> int:
        """Steps that the progress of one picture takes."""
        return self._search.steps(height, width)

    def remove(
        self, result: torch.Tensor, picture: torch.Tensor, method: str, model: Any, progress: Progress
    ) -> Removed:
        """Remove such marks from `result` `[H,W,C]` in place; `picture` is the same in 0..1."""
        pixels = images.to_bytes(images.rgb(picture))
        found = self._search.regions(pixels, progress)
        bars = interruptibly(captions.bars, pixels)
        judged = interruptibly(verdicts, pixels, found, bars, self._words, self.reads_hangul)
        both = list(zip(found, judged, strict=True))
        marks = [(region, verdict) for region, verdict in both if verdict.agency is not None]
        mask = self._search.mask(pixels, [region for region, _ in marks]) > 0
        for bar in bars:
            mask[max(0, bar.start - captions.BLURRED) : bar.stop + captions.BLURRED] = False
        stays = _staying([(verdict.why, region.text) for region, verdict in both if verdict.agency is None])
        if not marks:
            return Removed(mask, NOTHING + stays)
        method = fill_method(method, model)
        fill_masked(result, picture, torch.from_numpy(mask).float(), method, model)
        said = ", ".join(_quoted(region.text, verdict.agency) for region, verdict in marks)
        sentence = f"{len(marks)} marks were removed by their words ({said}; filled by {method})"
        return Removed(
            mask, sentence + stays, tuple(sorted({verdict.agency or "" for _, verdict in marks})), f"filled by {method}"
        )


def _quoted(text: str | None, agency: str | None = None) -> str:
    """A text as it was read, and whose name it is where that is not plain from it."""
    read = repr(text) if text else "unread text"
    return f"{read} of {agency}" if agency and agency not in (text or "") else read


def _staying(texts: list[tuple[str, str | None]]) -> str:
    """What stays, by reason."""
    told = []
    for why in dict.fromkeys(why for why, _ in texts):
        some = [_quoted(text) for reason, text in texts if reason == why]
        more = f" and {len(some) - TOLD} more" if len(some) > TOLD else ""
        told.append(f"{', '.join(some[:TOLD])}{more} ({why})")
    return f"; what stays: {', '.join(told)}" if told else ""
