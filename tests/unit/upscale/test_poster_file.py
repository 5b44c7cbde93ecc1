"""A picture that goes into its file by rows, and the small one that is kept of it."""

import numpy as np
import pytest
import torch
from dancheong.nodes.page import colour_profile
from dancheong.nodes.upscale import poster_file, row_files
from PIL import Image


def picture(height, width):
    return torch.rand(height, width, 4, generator=torch.Generator().manual_seed(0))


def saved(path, source, channels, longest, rows=128):
    form = row_files.Form(source.shape[1], source.shape[0], channels, 8, 300, colour_profile.srgb())
    blocks = ((block[..., :3], block[..., 3]) for block in source.split(rows))
    return poster_file.save(path, "png", form, blocks, longest)


@pytest.mark.parametrize("channels", [3, 4])
def test_the_file_holds_every_value_rounded(tmp_path, channels):
    source = picture(300, 70)
    saved(tmp_path / "a.png", source, channels, 1024)
    pixels = np.asarray(Image.open(tmp_path / "a.png"))
    assert pixels.shape == (300, 70, channels)
    assert abs(pixels - source[..., :channels].double().numpy() * 255).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("rows", [1, 50, 128])
def test_the_small_picture_is_the_mean_of_what_it_stands_for(tmp_path, rows):
    """Against torch at once, where every small pixel stands for 4 x 4."""
    source = picture(400, 280)
    small = saved(tmp_path / "a.png", source, 3, 100, rows)
    planes = source[..., :3].movedim(-1, 0)[None]
    at_once = torch.nn.functional.interpolate(planes, size=(100, 70), mode="area")[0].movedim(0, -1)
    assert small.shape == (100, 70, 3)
    assert (small - at_once).abs().max() <= 1e-6


@pytest.mark.parametrize(("size", "expected"), [((301, 77), (100, 26)), ((50, 40), (50, 40)), ((900, 2), (100, 1))])
def test_its_longer_side_is_as_asked_and_it_is_never_enlarged(tmp_path, size, expected):
    small = saved(tmp_path / "a.png", picture(*size), 3, 100)
    assert small.shape == (*expected, 3) and torch.isfinite(small).all()


def test_work_that_fails_leaves_no_file(tmp_path):
    form = row_files.Form(70, 300, 3, 8, 300, colour_profile.srgb())

    def blocks():
        yield torch.zeros(128, 70, 3), torch.ones(128, 70)
        raise KeyError("out of work")

    with pytest.raises(KeyError):
        poster_file.save(tmp_path / "a.png", "png", form, blocks(), 100)
    assert list(tmp_path.iterdir()) == []
