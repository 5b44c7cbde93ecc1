"""Fill the masked area of one picture by any method; what lies outside of the mask keeps its bits."""

import numpy as np
import torch

from ..ground import UserError
from ..host import images
from ..host.progress import interruptibly
from .comfy_exemplar import fill_by_copies
from .comfy_lama import InpaintModel
from .filling import Tick
from .holes import Hole, holes
from .lama import MARGIN as MODEL_MARGIN
from .opacity import shown
from .opencv import MARGIN, inpaint

AUTO, TELEA, LAMA = "auto", "telea", "lama"
METHODS = (AUTO, TELEA, "ns", LAMA)
NEAREST, FARTHEST = 64, 192
"""px of surroundings that copies are taken from: twice the way from the middle of a hole to its rim, within these."""


def check_filling(method: str, model: InpaintModel | None) -> None:
    """Refuse a choice that cannot work.

    Raises:
        UserError: the method needs a model and has none.
    """
    if method == LAMA and model is None:
        raise UserError(
            "The method lama needs a model: connect Load Inpaint Model with big-lama (`dancheong models get lama`), or "
            "choose auto, telea or ns."
        )


def fill_masked(
    result: torch.Tensor,
    picture: torch.Tensor,
    strength: torch.Tensor,
    method: str,
    model: InpaintModel | None,
    tick: Tick = lambda _: None,
) -> None:
    """Fill `result` in place. What is transparent has no colour to fill from; alpha stays but for letters it shows.

    Args:
        result: `[H,W,C]` float32 with C of 1, 3 or 4: the very values of the picture.
        picture: `[H,W,C]`: the same in 0..1, to be looked at.
        strength: `[H,W]` in 0..1: how much of the filling shows; 0 is outside.
        model: for the method "lama".
        tick: is told the share of the work that was done since the last call.

    Raises:
        UserError: nothing is left to fill from.
    """
    mask = (strength > 0).numpy()
    if mask.all():
        raise UserError(
            "The mask covers the whole picture, so nothing is left to fill it from: expected at least one "
            "unmasked pixel; check whether the mask is inverted or grown too far."
        )
    seen = images.rgb(picture)
    has_alpha = picture.shape[-1] == 4
    total = max(1, int(mask.sum()))
    for hole in holes(mask, _margin(method, mask)):
        place = (hole.rows, hole.columns)
        part = int(hole.own.sum()) / total
        clear = (picture[place][..., 3] <= 0).numpy() if has_alpha else np.zeros_like(hole.own)
        weight = (strength[place] * torch.from_numpy(hole.own))[..., None]
        if not (hole.every | clear).all():
            filled = _filled(seen[place], hole, clear, method, model, lambda done, part=part: tick(part * done))
            _blend(result[place][..., :3], picture[place][..., :3], filled, weight)
        if has_alpha:
            alpha = picture[place][..., 3:]
            letters = torch.from_numpy(shown(alpha[..., 0].numpy(), hole.own, hole.every))[..., None]
            if letters.any():
                plain = TELEA if method == LAMA else method
                filled = _filled(images.rgb(alpha), hole, np.zeros_like(clear), plain, None, lambda _: None)
                _blend(result[place][..., 3:], alpha, filled, weight * letters)


def _filled(
    picture: torch.Tensor, hole: Hole, clear: np.ndarray, method: str, model: InpaintModel | None, tick: Tick
) -> torch.Tensor:
    """`[h,w,3]`: the window filled, without a look at what is masked or clear, `[h,w]` bool."""
    every, own = hole.every | clear, hole.own
    if method == AUTO:
        return fill_by_copies(picture, torch.from_numpy(own), torch.from_numpy(every & ~own), tick)
    if method == LAMA:
        assert model is not None
        return model.fill(picture, torch.from_numpy(every))
    # Another group's holes lie beyond the reach of these methods: they need not be filled twice.
    return images.from_bytes(interruptibly(inpaint, images.to_bytes(picture), own | clear, method))


def _blend(target: torch.Tensor, before: torch.Tensor, filled: torch.Tensor, weight: torch.Tensor) -> None:
    if target.shape[-1] == 1:
        filled = filled.mean(-1, keepdim=True)
    target.copy_(torch.where(weight > 0, torch.lerp(before, filled, weight), target))


def _margin(method: str, mask: np.ndarray) -> int:
    if method != AUTO:
        return MODEL_MARGIN if method == LAMA else MARGIN
    import cv2

    widest = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3).max()
    return int(np.clip(2 * widest, NEAREST, FARTHEST))
