"""Seams of the trained networks at the halo that they get."""

import numpy as np
import pytest
import torch
from dancheong.testing.models import real_upscale
from PIL import Image, ImageDraw, ImageFont
from spandrel import ModelLoader

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


@pytest.fixture(scope="module")
def network(comfy):
    """A trained network by name; `folded` gives it 2 x 2 px in place of each of its own, as x2plus sees them."""

    def load(name, folded=False):
        if not folded:
            model = comfy.module("nodes.upscale.comfy_load").load(real_upscale.pair(name), None, 1.0).model
        else:
            weights = dict(comfy.module("nodes.upscale.model_file").read(real_upscale.pair(name))[0])
            weights["conv_first.weight"] = (weights["conv_first.weight"] / 4).repeat_interleave(4, 1)
            model = ModelLoader().load_from_state_dict(weights).float().eval()
        return comfy.module("nodes.upscale.network").network_of(model)

    return load


def by_column(network, unseen):
    """Per px of a tile the largest difference in 1/255 to a longer strip, of which it does not see `unseen` px."""
    strip = drawing(network.halo + 2 * unseen, seed=1).movedim(-1, 0)[None]
    with torch.inference_mode():
        whole = network.run(strip, (0, 0, HEIGHT, strip.shape[3])).clamp(0, 1)
        tile = network.run(strip[..., :-unseen], (0, 0, HEIGHT, strip.shape[3] - unseen)).clamp(0, 1)
    wrong = 255 * (whole[..., : tile.shape[3]] - tile).abs().amax((0, 1, 2))
    return wrong.view(-1, network.scale).amax(1)


@pytest.mark.parametrize("name", real_upscale.NAMES)
def test_a_tile_takes_less_than_a_level_from_beyond_its_halo(network, name):
    """Columns of a tile that lie a halo away from its end, against the same in a longer strip."""
    found = network(name)
    wrong = by_column(found, UNSEEN)
    assert wrong[:UNSEEN].max() <= (0.01 if found.exact else 0.7)
    # The same strip shows what fewer px would leave: a larger halo would be waste, a smaller one is seen.
    assert wrong[UNSEEN + found.halo // 2 :].max() > 1
    if not found.exact:
        assert wrong[UNSEEN + found.halo - 32 :].max() > 1


def test_a_network_that_folds_pixels_sees_as_many_times_farther(network):
    found = network("realesrgan-x4plus-anime", folded=True)
    assert (found.scale, found.halo) == (2, 2 * network("realesrgan-x4plus-anime").halo)
    wrong = by_column(found, UNSEEN)
    assert wrong[:UNSEEN].max() <= 0.7 and wrong[UNSEEN + found.halo // 2 :].max() > 1
