"""Kept weights: a byte each, and what comes back is what was there but for half a step of its own row."""

import torch
from dancheong.testing.world.packed import pack, unpack


def test_a_weight_comes_back_within_half_a_step_of_its_row():
    rows = torch.tensor([1e-6, 1e-3, 1.0, 50.0])
    kernel = torch.randn(4, 3, 3, 3, generator=torch.Generator().manual_seed(0)) * rows[:, None, None, None]
    packed = pack({"kernel": kernel, "bias": rows})
    assert packed["kernel"].dtype == torch.int8
    back = unpack(packed)
    assert set(back) == {"kernel", "bias"}
    step = kernel.flatten(1).abs().amax(1) / 127
    assert ((back["kernel"] - kernel).abs().flatten(1).amax(1) <= 0.5001 * step).all()
    assert torch.equal(back["bias"], rows.half().float())


def test_a_row_of_nothing_stays_nothing():
    matrix = torch.tensor([[0.0, 0.0], [1.0, -1.0]])
    assert torch.equal(unpack(pack({"matrix": matrix}))["matrix"], matrix)
