"""Linear layers are quick where they can be, say the same, and are left alone elsewhere."""

import pytest
import torch
from dancheong.nodes.ground import quick_linear
from dancheong.nodes.ground.quick_linear import QuickLinear
from torch.utils._python_dispatch import TorchDispatchMode

QUICK = "mkldnn._linear_pointwise.default"


class Seen(TorchDispatchMode):
    """The operations that torch is asked for."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.add(str(func))
        return func(*args, **(kwargs or {}))


def layer(*, bias=True, dtype=torch.float32):
    torch.manual_seed(0)
    return torch.nn.Linear(96, 32, bias=bias, dtype=dtype)


def asked(work):
    """What a piece of work gives, and the operations that it took."""
    with Seen() as seen, QuickLinear():
        found = work()
    return found, seen.names


@pytest.mark.skipif(not quick_linear.is_there(), reason="torch has but one way here")
@pytest.mark.parametrize("shape", [(1, 96), (77, 96), (8, 77, 96), (0, 96)])
@pytest.mark.parametrize("bias", [True, False])
def test_quick_layers_say_the_same(shape, bias):
    one, given = layer(bias=bias), torch.randn(shape)
    with torch.inference_mode():
        found, names = asked(lambda: one(given))
        assert QUICK in names
        torch.testing.assert_close(found, one(given), atol=1e-5, rtol=1e-5)
        turned = torch.randn(*shape[:-1], 32)
        found, names = asked(lambda: torch.nn.functional.linear(turned, one.weight.T))
        assert QUICK in names
        torch.testing.assert_close(found, turned @ one.weight, atol=1e-5, rtol=1e-5)


def test_what_learns_is_left_alone():
    one = layer()
    found, names = asked(lambda: one(torch.ones(2, 96)))
    found.sum().backward()
    assert QUICK not in names and one.weight.grad is not None and float(one.weight.grad.abs().max()) > 0


@pytest.mark.parametrize(
    "given", [torch.ones(2, 96, dtype=torch.float64), torch.ones(2, 96, dtype=torch.bfloat16), torch.ones(96)]
)
def test_what_is_no_table_of_float32_is_left_alone(given):
    one = layer(dtype=given.dtype)
    with torch.inference_mode():
        found, names = asked(lambda: one(given))
        assert QUICK not in names and torch.equal(found, one(given))


def test_a_torch_that_calls_it_otherwise_is_left_alone(monkeypatch):
    def moved(*_):
        raise RuntimeError("expected at most 2 arguments")

    monkeypatch.setattr(quick_linear, "_quick", moved)
    quick_linear.is_there.cache_clear()
    one, given = layer(), torch.randn(3, 96)
    with torch.inference_mode(), QuickLinear():
        assert torch.equal(one(given), torch.nn.functional.linear(given, one.weight, one.bias))
    quick_linear.is_there.cache_clear()
