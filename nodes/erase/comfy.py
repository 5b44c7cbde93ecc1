"""Fill the masked area of one picture by any method; what lies outside of the mask keeps its bits."""

import torch

from ..ground import UserError
from ..host import images
from ..host.progress import interruptibly
from .comfy_lama import MARGIN as MODEL_MARGIN
from .comfy_lama import InpaintModel
from .holes import holes
from .opencv import MARGIN, inpaint

LAMA = "lama"
METHODS = ("telea", "ns", LAMA)


def check_filling(method: str, model: InpaintModel | None) -> None:
    """Refuse a choice that cannot work.

    Raises:
        UserError: the method needs a model and has none.
    """
    if method == LAMA and model is None:
        raise UserError(
            "The method lama needs a model: connect Load Inpaint Model with big-lama (`dancheong models get lama`), or "
            "choose telea or ns."
        )


def fill_masked(
    result: torch.Tensor, picture: torch.Tensor, strength: torch.Tensor, method: str, model: InpaintModel | None
) -> None:
    """Fill `result` in place.

    Args:
        result: `[H,W,C]` float32 with C of 1, 3 or 4: the very values of the picture; alpha stays.
        picture: `[H,W,C]`: the same in 0..1, to be looked at.
        strength: `[H,W]` in 0..1: how much of the filling shows; 0 is outside.
        model: for the method "lama".

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
    for hole in holes(mask, MODEL_MARGIN if method == LAMA else MARGIN):
        place = (hole.rows, hole.columns)
        if method == LAMA:
            assert model is not None
            filled = model.fill(seen[place], torch.from_numpy(hole.every))
        else:
            # Another group's holes lie beyond the reach of these methods: they need not be filled twice.
            pixels = images.to_bytes(seen[place])
            filled = images.from_bytes(interruptibly(inpaint, pixels, hole.own, method))
        weight = (strength[place] * torch.from_numpy(hole.own))[..., None]
        colours, before = result[place][..., :3], picture[place][..., :3]
        if colours.shape[-1] == 1:
            filled = filled.mean(-1, keepdim=True)
        colours.copy_(torch.where(weight > 0, torch.lerp(before, filled, weight), colours))
