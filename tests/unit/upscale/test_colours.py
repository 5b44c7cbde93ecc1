"""Which colours count: what lies unseen under transparency does not, and grey is grey in any number of channels."""

import pytest
import torch
from dancheong.nodes.upscale.colours import Kind, spread
from dancheong.nodes.upscale.flow import flow
from dancheong.nodes.upscale.plan import Wanted, route
from dancheong.nodes.upscale.rows import resample

LEVEL = 1 / 255


def noise(height, width, channels, seed=0):
    return torch.rand(height, width, channels, generator=torch.Generator().manual_seed(seed))


def disc(size, colour, hidden, soft=1.0):
    """A disc of one colour cut out with alpha, `soft` px at its rim; `hidden` lies under full transparency."""
    axis = torch.arange(size) - (size - 1) / 2
    distance = (axis[:, None] ** 2 + axis**2).sqrt()
    alpha = ((size / 3 - distance) / soft + 0.5).clamp(0, 1)[..., None]
    colours = torch.where(alpha > 0, torch.tensor(colour), torch.tensor(hidden))
    return torch.cat((colours, alpha), -1)


def enlarged(picture, size, enlarge=None, alpha_by_model=False):
    """Colours and presence of `size` (width, height); a model is one of factor 4."""
    source = (picture.shape[1], picture.shape[0])
    found = route(source, Wanted(size=size, fit="stretch"), 1 if enlarge is None else 4)
    blocks = list(flow(picture, Kind.of(picture), found, enlarge, alpha_by_model))
    return torch.cat([block[0] for block in blocks]), torch.cat([block[1] for block in blocks])


def sharpening(picture):
    """A network of factor 4 that is not linear: enlarged, then steeper around the middle."""
    wide = resample(picture, (picture.shape[1] * 4, picture.shape[0] * 4))
    yield ((wide - 0.5) * 1.5 + 0.5).clamp(0, 1)


@pytest.mark.parametrize("size", [(48, 48), (20, 15), (7, 100), (192, 192), (65, 66)])
@pytest.mark.parametrize("enlarge", [None, sharpening])
@pytest.mark.parametrize("colour", [(1.0, 1.0, 1.0), (0.9, 0.2, 0.1), (0.0, 0.0, 0.0)])
def test_what_lies_under_transparency_draws_no_rim(size, enlarge, colour):
    alone, _ = enlarged(torch.tensor(colour).expand(24, 24, 3), size, enlarge)
    for hidden in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 1.0, 0.0)):
        for soft in (0.01, 1.0, 5.0):
            colours, presence = enlarged(disc(24, colour, hidden, soft), size, enlarge)
            assert 0 < (presence > 0.5).sum() < presence.numel(), (hidden, soft)
            assert (colours - alone).abs().max() <= 0.01 * LEVEL, (hidden, soft)


@pytest.mark.parametrize("size", [(97, 61), (20, 15), (15, 90)])
def test_resampling_is_that_of_premultiplied_colours(size):
    """Against torch in double precision, on colours and alpha of which nothing is alike."""
    source = noise(33, 41, 4)
    source[..., 3] = resample(noise(6, 7, 1), (41, 33))[..., 0] * 1.6 - 0.3
    source[..., 3].clamp_(0, 1)
    assert (source[..., 3] == 0).any() and (source[..., 3] == 1).any()
    alpha = source[..., 3:].double()
    planes = torch.cat((source[..., :3] * alpha, alpha), -1).movedim(-1, 0)[None]
    scaled = torch.nn.functional.interpolate(planes, size=size[::-1], mode="bicubic", antialias=True)[0].movedim(0, -1)
    colours, presence = enlarged(source, size)
    assert (presence - scaled[..., 3].clamp(0, 1)).abs().max() <= 1e-5
    seen = scaled[..., 3] > 4 * LEVEL
    expected = (scaled[..., :3] / scaled[..., 3:]).clamp(0, 1)
    assert (colours - expected)[seen].abs().max() <= 1e-4
    straight = resample(source[..., :3], size)
    assert (straight - expected)[seen].abs().max() > 0.1


def test_a_faint_pixel_counts_little_beside_an_opaque_one():
    """White, then black of a tenth: premultiplied, the network's way sees little of the black."""
    source = torch.zeros(8, 20, 4)
    source[:, :10] = 1
    source[:, 10, 3] = 0.1
    assert spread(source[..., :3], source[..., 3:])[:, 10].min() >= 0.75


def test_what_is_evenly_transparent_keeps_its_colours():
    colours = noise(20, 30, 3)
    for alpha in (0.02, 0.5, 1.0):
        assert torch.equal(spread(colours, torch.full((20, 30, 1), alpha)), colours)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (5, 64), (33, 31)])
def test_nothing_seen_keeps_what_is_there(size):
    colours = noise(*size, 3)
    assert torch.equal(spread(colours, torch.zeros(*size, 1)), colours)


@pytest.mark.parametrize("size", [(1, 2), (9, 1), (50, 301), (33, 31)])
def test_one_seen_pixel_colours_everything(size):
    colours, alpha = noise(*size, 3), torch.zeros(*size, 1)
    alpha[-1, -1] = 0.3
    assert (spread(colours, alpha) - colours[-1, -1]).abs().max() <= 1e-6


@pytest.mark.parametrize("enlarge", [None, sharpening])
@pytest.mark.parametrize("size", [(120, 80), (30, 20), (15, 11)])
def test_an_opaque_picture_is_what_it_is_without_alpha(enlarge, size):
    source = noise(20, 30, 3)
    with_alpha = torch.cat((source, torch.ones(20, 30, 1)), -1)
    assert torch.equal(enlarged(with_alpha, size, enlarge)[0], enlarged(source, size, enlarge)[0])


def test_a_picture_of_its_own_size_is_left_as_it_is():
    source = disc(48, (0.9, 0.2, 0.1), (0.0, 1.0, 0.0))
    colours, presence = enlarged(source, (48, 48))
    assert torch.equal(torch.cat((colours, presence[..., None]), -1), source)


def test_kinds():
    grey, coloured = noise(20, 30, 1).expand(-1, -1, 3), noise(20, 30, 3)
    nearly = grey + torch.tensor([0.0, 0.2, 0.4]) * LEVEL
    tinted = grey.clone()
    tinted[7, 7, 0] += LEVEL
    assert Kind.of(grey[..., :1]).grey and Kind.of(grey).grey and Kind.of(nearly).grey
    assert not Kind.of(coloured).grey and not Kind.of(tinted).grey
    hidden = torch.cat((tinted, torch.ones(20, 30, 1)), -1)
    assert not Kind.of(hidden).transparent and not Kind.of(hidden).grey
    hidden[7, 7, 3] = 0
    assert Kind.of(hidden).transparent and Kind.of(hidden).grey


def tinting(picture):
    """A network of factor 4 that gives each picture of three channels a cast."""
    wide = resample(picture, (picture.shape[1] * 4, picture.shape[0] * 4))
    yield (wide * torch.tensor([1.0, 0.7, 0.8])).clamp(0, 1) if picture.shape[2] == 3 else wide


@pytest.mark.parametrize("size", [(120, 80), (100, 70), (300, 200)])
def test_grey_in_three_channels_is_shown_to_the_model_as_one(size):
    grey = noise(20, 30, 1)
    one = enlarged(grey, size, tinting)[0]
    assert torch.equal(enlarged(grey.expand(-1, -1, 3), size, tinting)[0], one)
    opaque = torch.cat((grey.expand(-1, -1, 3), torch.ones(20, 30, 1)), -1)
    assert torch.equal(enlarged(opaque, size, tinting)[0], one)
    assert (one.amax(-1) == one.amin(-1)).all()


def test_coloured_pictures_are_shown_in_colour():
    source = noise(20, 30, 3)
    assert torch.equal(enlarged(source, (120, 80), tinting)[0], next(tinting(source)))
