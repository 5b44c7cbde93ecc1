"""The seam test on a loaded model."""

import torch

from ..host import images
from . import seams
from .comfy_display import Display
from .comfy_enlarger import Enlarger
from .report import Work


def measured(enlarger: Enlarger, image: torch.Tensor, width: int) -> list[seams.Seam]:
    """The seams of each halo in a strip of the first picture.

    Args:
        image: `[B,H,W,C]` in 0..1.
        width: px of the strip.

    Raises:
        UserError: the strip or the picture is too narrow to show anything of the model's own halo.
    """
    network = enlarger.network
    strip = seams.strip(images.rgb(images.pictures(image)[0])[..., : network.channels], width)
    rows, columns = strip.shape[:2]
    halos = seams.halos(columns, network.halo, network.multiple)
    display = Display(columns * rows * (len(halos) + 1))
    display.start(strip)
    return list(
        seams.measure(
            lambda cut: enlarger.run(strip, cut, Work(), display.finished), columns, rows, network.multiple, halos
        )
    )
