"""How well a picture shows what its headline says, by any CLIP pair that ComfyUI has loaded."""

from typing import Any

import torch

from ..ground import UserError
from ..ground.prompt_text import literal
from ..host import images
from ..host.progress import Progress


def score(pictures: list[torch.Tensor], titles: list[str], clip: Any, clip_vision: Any) -> list[float]:
    """Cosine of picture and title, -1..1, per pair (Radford et al. 2021; CLIPScore without its factor 2.5).

    Args:
        pictures: `[1,H,W,C]` each.
        titles: one a picture.
        clip, clip_vision: ComfyUI's CLIP and CLIP_VISION of one and the same CLIP: both halves must have been trained
            together.

    Raises:
        UserError: the halves give vectors of different length.
    """
    progress = Progress(len(pictures))
    scores = []
    for picture, title in zip(pictures, titles, strict=True):
        shown = clip_vision.encode_image(images.rgb(picture))["image_embeds"].float().cpu().reshape(1, -1)
        said = _text(clip, title)
        if shown.shape != said.shape:
            raise UserError(
                f"The CLIP gives {said.shape[1]} numbers and the CLIP_VISION {shown.shape[1]}: expected the two halves "
                "of one model, such as text encoder and vision model of one Korean CLIP."
            )
        scores.append(float(torch.nn.functional.cosine_similarity(shown, said)))
        progress.step()
    return scores


def _text(clip: Any, title: str) -> torch.Tensor:
    """`[1,D]`: the title where both halves meet."""
    pooled = clip.encode_from_tokens(clip.tokenize(literal(title)), return_pooled=True)[1]
    name = getattr(clip.cond_stage_model, "clip", None)
    if not isinstance(name, str):
        raise UserError("Expected a CLIP of one encoder, as Load Korean CLIP gives it; this one combines several.")
    model = getattr(clip.cond_stage_model, name)
    # Stable Diffusion 1's CLIP hands out what lies before the projection.
    if not model.return_projected_pooled:
        pooled = pooled.float().to(model.transformer.text_projection.weight.device)
        pooled = torch.nn.functional.linear(pooled, model.transformer.text_projection.weight.float())
    return pooled.float().cpu().reshape(1, -1)
