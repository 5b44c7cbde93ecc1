"""Filling without a model: what repeats goes on, what is smooth stays smooth, and nothing hidden is looked at."""

import sys

import numpy as np
import pytest
import torch
from dancheong.nodes.erase.filling import fill, ground

SIZE = (120, 160)
ROWS, COLUMNS = np.mgrid[: SIZE[0], : SIZE[1]].astype(np.float32)
POISON = torch.tensor([1.0, 0.0, 1.0])[:, None, None]


def silent(_):
    pass


def planes(*channels):
    return torch.from_numpy(np.stack([np.broadcast_to(channel, SIZE) for channel in channels]).astype(np.float32))


def block(top=40, bottom=80, left=50, right=110):
    hole = torch.zeros(SIZE, dtype=torch.bool)
    hole[top:bottom, left:right] = True
    return hole


def holed(picture, hole):
    return torch.where(hole, POISON, picture)


def error(filled, picture, hole):
    return float((filled - picture)[:, hole].abs().mean())


RAMP = planes(0.2 + COLUMNS / 400, 0.7 - ROWS / 300, 0.5 + ROWS / 500)
CHECKS = planes(*[0.2 + 0.6 * ((ROWS // 6 + COLUMNS // 6) % 2)] * 3)
BAR = planes(np.where(abs(ROWS - 60) < 7, 0.9, 0.2), np.where(abs(ROWS - 60) < 7, 0.5, 0.3), 0.25)
EDGE = planes(*[np.where(COLUMNS > 80, 0.8, 0.2)] * 3)


@pytest.mark.parametrize(
    ("picture", "most"),
    [(RAMP, 1.5 / 255), (CHECKS, 0.03), (BAR, 0.01), (EDGE, 0.01)],
    ids=["gradient", "checks", "bar", "edge"],
)
def test_what_is_around_goes_on_in_the_hole(picture, most):
    hole = block()
    filled = fill(holed(picture, hole), hole, silent)
    assert error(filled, picture, hole) <= most
    assert torch.equal(filled[:, ~hole], picture[:, ~hole])


def test_texture_keeps_its_life():
    """A mean of what is around would have next to no differences between neighbours."""
    noise = np.random.default_rng(3).normal(size=SIZE)
    rough = planes(*[0.5 + 0.12 * (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1))] * 3).clamp(0, 1)
    hole = block()
    filled = fill(holed(rough, hole), hole, silent)

    def life(picture):
        return float(picture[:, 41:79, 51:109].diff(dim=2).square().mean())

    assert 0.4 <= life(filled) / life(rough) <= 1.15


@pytest.mark.parametrize(("deviation", "least", "most"), [(1.5, 1.3, 1.7), (3, 2, 2.8), (5, 2.4, 3.6)])
def test_smooth_ground_keeps_its_grain_fine_grain_whole_and_strong_grain_calmer(deviation, least, most):
    """Copied grain is wrong by its own strength: strong grain, whole, would lie farther from the truth than none."""
    rng = np.random.default_rng(5)
    grainy = RAMP + torch.from_numpy(rng.normal(0, deviation / 255, (3, *SIZE)).astype(np.float32))
    hole = block()
    filled = fill(holed(grainy, hole), hole, silent)
    assert least <= (filled - RAMP)[:, hole].std() * 255 <= most


def test_the_same_seed_gives_the_same_pixels_and_another_one_others():
    noise = planes(*[np.random.default_rng(7).uniform(size=SIZE)] * 3)
    hole = block(50, 70, 70, 90)
    one, again, other = (fill(noise, hole, silent, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_neither_the_hole_nor_what_is_unseen_is_looked_at():
    hole, unseen = block(), torch.zeros(SIZE, dtype=torch.bool)
    unseen[5:30, 5:60] = True
    looks = [torch.where(hole | unseen, colour, CHECKS) for colour in (0.0, 1.0)]
    black, white = (fill(picture, hole, silent, unseen=unseen) for picture in looks)
    assert torch.equal(black[:, hole], white[:, hole])
    assert torch.equal(white[:, unseen], looks[1][:, unseen])


@pytest.mark.parametrize("top", [20, ground.ROWS - 8, 2 * ground.ROWS + 40])
def test_a_halo_is_seen_wherever_it_lies_in_a_tall_picture(top):
    """Strips meet without a seam: what touches the hole is compared with the ground beyond its own strip."""
    tall = 3 * ground.ROWS
    lit = torch.linspace(0.3, 0.7, tall)[None, :, None].expand(3, tall, 64).clone()
    hole = torch.zeros(tall, 64, dtype=torch.bool)
    hole[top : top + 16, 20:40] = True
    assert not ground.has_halo(lit, hole, hole)
    lit[:, top - 1 : top + 17, 19:41] += 0.1
    assert ground.has_halo(lit, hole, hole)


def test_a_halo_around_letters_does_not_light_the_hole():
    """What a mask leaves of a letter's soft edge is neither copied nor taken for the colour of the rim."""
    hole = block()
    wide = torch.nn.functional.max_pool2d(hole[None].float(), 3, 1, 1)[0] > 0
    picture = torch.where(wide, 1.0, CHECKS * 0.5)
    filled = fill(picture, hole, silent)
    assert error(filled, CHECKS * 0.5, hole) <= 0.05


def test_hardly_anything_around_is_enough():
    hole = torch.ones(40, 50, dtype=torch.bool)
    hole[0, 0] = False
    filled = fill(torch.full((3, 40, 50), 0.25), hole, silent)
    assert torch.allclose(filled, torch.full((3, 40, 50), 0.25), atol=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (7, 7), (5, 40)], ids=str)
def test_tiny_pictures_are_filled(size):
    hole = torch.zeros(size, dtype=torch.bool)
    hole[0, -1] = size != (1, 1)
    filled = fill(torch.full((3, *size), 0.5), hole, silent)
    assert torch.allclose(filled, torch.full((3, *size), 0.5), atol=1e-4)


def test_a_large_picture_is_filled_in_tiles_that_agree(monkeypatch):
    room = sys.modules["dancheong.nodes.erase.filling.fill"]
    for name, value in {"WHOLE": 5000, "TILE": 64, "MARGIN": 40, "OVERLAP": 8}.items():
        monkeypatch.setattr(room, name, value)
    hole, done = block(30, 90, 60, 100), []
    filled = fill(holed(EDGE, hole), hole, done.append)
    assert error(filled, EDGE, hole) <= 0.03
    assert torch.equal(filled[:, ~hole], EDGE[:, ~hole])
    assert sum(done) == pytest.approx(1, abs=0.01)


def test_an_interrupt_ends_it():
    class Stop(Exception):
        pass

    calls = []

    def tick(_):
        calls.append(1)
        if len(calls) == 5:
            raise Stop

    with pytest.raises(Stop):
        fill(CHECKS, block(), tick)
    assert len(calls) == 5
