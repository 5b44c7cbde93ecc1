"""Seams of the trained networks at the halo that they get."""

import numpy as np
import pytest
import torch
from dancheong.testing.models import real_upscale
from PIL import Image, ImageDraw, ImageFont

HEIGHT, UNSEEN = 32, 40
"""px of a strip, and of its end that a tile with the network's own halo does not see."""


def drawing(width, seed):
    """`[HEIGHT,width,3]` with text, circles and lines, edges in all directions."""
    rng = np.random.default_rng(seed)
    sheet = Image.new("RGB", (width, HEIGHT), (250, 244, 230))
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for _ in range(9):
        x, y, radius = (int(rng.integers(0, limit)) for limit in (width, HEIGHT, 14))
        place = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(place, fill=tuple(int(level) for level in rng.integers(30, 230, 3)), outline="black")
    for top in (1, 16):
        pen.text((2, top), "The quick brown fox jumps over the lazy dog 0123456789 and on", "black", font)
    return torch.from_numpy(np.asarray(sheet, np.float32) / 255)


@pytest.mark.parametrize("name", real_upscale.NAMES)
def test_a_tile_takes_less_than_a_level_from_beyond_its_halo(comfy, name):
    """Columns of a tile that lie a halo away from its end, against the same in a longer strip."""
    model = comfy.module("nodes.upscale.comfy_load").load(real_upscale.pair(name), None, 1.0).model
    network = comfy.module("nodes.upscale.network").network_of(model)
    strip = drawing(network.halo + 2 * UNSEEN, seed=1).movedim(-1, 0)[None]
    with torch.inference_mode():
        whole = network.run(strip, (0, 0, HEIGHT, strip.shape[3])).clamp(0, 1)
        tile = network.run(strip[..., :-UNSEEN], (0, 0, HEIGHT, strip.shape[3] - UNSEEN)).clamp(0, 1)
    by_column = 255 * (whole[..., : tile.shape[3]] - tile).abs().amax((0, 1, 2))
    assert by_column[: UNSEEN * 4].max() <= (0.01 if network.exact else 0.7)
    # The same strip shows what fewer px would leave: a larger halo would be waste, a smaller one is seen.
    assert by_column[UNSEEN * 4 + network.halo * 2 :].max() > 1
    if not network.exact:
        assert by_column[(UNSEEN + network.halo - 32) * 4 :].max() > 1
