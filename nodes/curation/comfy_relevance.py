"""How well a picture shows what its headline says, by any CLIP pair that ComfyUI has loaded."""

from typing import Any

import torch

from ..host.progress import Progress
from ..retrieval.comfy import ClipSpace


def score(pictures: list[torch.Tensor], titles: list[str], clip: Any, clip_vision: Any) -> list[float]:
    """Cosine of picture and title, -1..1, per pair (Radford et al. 2021; CLIPScore without its factor 2.5).

    Args:
        pictures: `[1,H,W,C]` each.
        titles: one a picture.
        clip, clip_vision: ComfyUI's CLIP and CLIP_VISION of one and the same CLIP: both halves must have been trained
            together.

    Raises:
        UserError: they are no two halves of one CLIP.
    """
    space, progress = ClipSpace(clip, clip_vision), Progress(len(pictures))
    said = space.texts(titles)
    scores = []
    for picture, title in zip(pictures, said, strict=True):
        scores.append(float(space.pictures(picture)[0] @ title))
        progress.step()
    return scores
