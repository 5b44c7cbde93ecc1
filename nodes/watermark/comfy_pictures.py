"""The graph's pictures and masks as learning takes them, and a learned mark as the graph's mask."""

import numpy as np
import torch

from ..ground import UserError
from ..host.images import pictures, rgb, to_bytes, to_host
from .mark import Watermark
from .removing import clean

HALF = 0.5


def pixels(batches: list[torch.Tensor]) -> list[np.ndarray]:
    """Every picture of a list of batches `[B,H,W,C]` as `[H,W,3]` uint8."""
    return [to_bytes(rgb(picture)) for batch in batches for picture in pictures(batch)]


def box_of(masks: list[torch.Tensor] | None) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of what the first mask `[H,W]` or `[B,H,W]` covers, as shares of the picture.

    Raises:
        UserError: no mask, or an empty one.
    """
    if not masks or not (masks[0] > HALF).any():
        raise UserError("The region mask needs a mask: connect one that covers the area of the mark, or choose auto.")
    field = masks[0].reshape(-1, *masks[0].shape[-2:]).amax(0).cpu() > HALF
    rows, columns = field.any(1).nonzero().flatten(), field.any(0).nonzero().flatten()
    height, width = field.shape
    return (
        columns[0].item() / width,
        rows[0].item() / height,
        (columns[-1].item() + 1) / width,
        (rows[-1].item() + 1) / height,
    )


def mask_of(mark: Watermark) -> torch.Tensor:
    """`[1,H,W]`: where a mark, and the others of its collection, lie in a picture of its reference size."""
    width, height = mark.reference
    blank = np.zeros((height, width, 3), np.uint8)
    mask = torch.zeros(1, height, width)
    for one in mark.every:
        x, y = one.place(mark.reference, 1.0)
        over = clean.lay(blank, one, clean.Sighting(x, y, 1.0, 0.0))
        mask[0, over.rows, over.columns] += torch.from_numpy(over.touched).float()
    return to_host(mask.clamp(max=1))
