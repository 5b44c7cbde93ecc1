"""A small network that tells a line of text from what a text network takes for one: a photograph inset in a page, a row
of windows, a coin, screentone.

It sees a region upright with a little of what lies around it, as a reader's glance does, and answers once.
`lines.safetensors` holds what `benchmarks/text_lines.py` taught it on drawn covers and pages.
"""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ...ground.tensor_file import read_tensors
from ..marking.letter_network import standardised
from ..marking.upright import upright
from ..regions import Region

LETTER_HEIGHT, MARGIN = 32, 8
"""px of a patch: how high a line stands in it, and what is seen above and below it."""
WIDTHS = (48, 80, 128, 224)
"""px: how wide patches are; a line has the narrowest that holds it, and only the middle of a longer one is seen."""
STEM, CHANNELS = 16, (32, 48, 64)
"""At 1/2, and at 1/4, 1/8 and 1/16 of the patch's size."""
TOGETHER = 32
"""Patches that are looked at at once."""
WEIGHTS = Path(__file__).with_name("lines.safetensors")


class LineNetwork(nn.Module):
    """`[B,3,48,w]` standardised RGB -> `[B]` log-odds of text."""

    def __init__(self) -> None:
        super().__init__()
        convolutions: dict[str, nn.Conv2d] = {"stem": nn.Conv2d(3, STEM, 4, 2, 1)}
        before = STEM
        for level, channels in enumerate(CHANNELS):
            convolutions[f"down{level}a"] = nn.Conv2d(before, channels, 3, 2, 1)
            convolutions[f"down{level}b"] = nn.Conv2d(channels, channels, 3, 1, 1)
            before = channels
        self.convolutions = nn.ModuleDict(convolutions)
        self.last = nn.Linear(2 * before, 1)

    def step(self, name: str, planes: torch.Tensor) -> torch.Tensor:
        """One convolution and what follows it."""
        return functional.relu(self.convolutions[name](planes))

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        """As torch calls it; shapes as above."""
        planes = self.step("stem", patches)
        for level in range(len(CHANNELS)):
            planes = self.step(f"down{level}b", self.step(f"down{level}a", planes))
        return self.last(torch.cat([planes.mean((2, 3)), planes.amax((2, 3))], 1))[:, 0]


def patch(picture: np.ndarray, region: Region, spare: int = 0) -> np.ndarray:
    """`[48,w,3]` uint8 RGB: a region upright, text that stands upright laid on its side.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        spare: px more on every side.
    """
    across, down = (max(1, round(side * LETTER_HEIGHT / max(region.height, 1.0))) for side in region.sides)
    is_down = down > across
    long = max(across, down)
    beside = MARGIN + spare
    width = next((width for width in WIDTHS if width >= long + 2 * MARGIN), WIDTHS[-1]) + 2 * spare
    along = max(0, -(-(width - long) // 2))
    # More than is needed where a line is longer than what is seen of it.
    seen = upright(picture, _middle(region, WIDTHS[-1] / long), LETTER_HEIGHT, float("inf"),
                   (beside, along) if is_down else (along, beside)).pixels  # fmt: skip
    seen = np.ascontiguousarray(seen.transpose(1, 0, 2)) if is_down else seen
    height = LETTER_HEIGHT + 2 * beside
    top, left = max(0, (seen.shape[0] - height) // 2), max(0, (seen.shape[1] - width) // 2)
    seen = seen[top : top + height, left : left + width]
    return np.pad(seen, ((0, height - seen.shape[0]), (0, width - seen.shape[1]), (0, 0)), "edge")


def odds(picture: np.ndarray, regions: list[Region]) -> np.ndarray:
    """`[N]` log-odds that regions of a picture `[H,W,3]` uint8 RGB are text."""
    result = np.zeros(len(regions), np.float32)
    waiting: dict[int, list[tuple[int, np.ndarray]]] = {}
    for number, region in enumerate(regions):
        seen = patch(picture, region)
        group = waiting.setdefault(seen.shape[1], [])
        group.append((number, seen))
        if len(group) == TOGETHER:
            _answer(result, waiting.pop(seen.shape[1]))
    for group in waiting.values():
        _answer(result, group)
    return result


def _answer(result: np.ndarray, group: list[tuple[int, np.ndarray]]) -> None:
    numbers, patches = zip(*group, strict=True)
    with torch.inference_mode():
        result[list(numbers)] = _network()(standardised(np.stack(patches))).numpy()


def _middle(region: Region, share: float) -> Region:
    """The middle of a region that is longer than what is seen of it."""
    if share >= 1:
        return region
    corners = region.polygon
    across = region.sides[0] >= region.sides[1]
    middle = (corners + corners[[1, 0, 3, 2] if across else [3, 2, 1, 0]]) / 2
    return Region((middle + (corners - middle) * share).astype(np.float32), region.score)


@cache
def _network() -> LineNetwork:
    network = LineNetwork()
    network.load_state_dict({name: tensor.float() for name, tensor in read_tensors(WEIGHTS)[0].items()})
    return network.eval()
