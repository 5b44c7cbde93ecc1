"""The order of passes, in numbers."""

import pytest
from dancheong.nodes.upscale.plan import fitted, passes

A4 = (2480, 3508)


def work(source, steps):
    """Input pixels of all model passes: what they cost."""
    sizes = [source, *(step.size for step in steps)]
    return sum(before[0] * before[1] for before, step in zip(sizes, steps, strict=False) if step.kind == "model")


def kinds(steps):
    return [(step.kind, step.size) for step in steps]


def test_a4_from_256_lands_on_the_grid_for_less_than_half():
    source = (256, 362)
    balanced = passes(source, A4, 4, "balanced")
    assert kinds(balanced) == [("model", (1024, 1448)), ("resample", (620, 877)), ("model", A4)]
    assert work(source, balanced) <= 0.45 * work(source, passes(source, A4, 4, "max"))


def test_modes():
    source = (256, 362)
    assert kinds(passes(source, A4, 4, "fast")) == [("model", (1024, 1448)), ("resample", A4)]
    assert kinds(passes(source, A4, 4, "max")) == [("model", (1024, 1448)), ("model", (4096, 5792)), ("resample", A4)]


@pytest.mark.parametrize("mode", ["fast", "balanced", "max"])
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("source", [(1, 1), (7, 13), (256, 362), (2480, 3508), (5000, 300)])
@pytest.mark.parametrize("target", [(1, 1), A4, (1866, 2728), (100, 3000)])
def test_every_plan_ends_at_the_target_or_less_than_a_scale_beyond(mode, scale, source, target):
    steps = passes(source, target, scale, mode)
    width, height = steps[-1].size if steps else source
    assert 0 <= width - target[0] < scale and 0 <= height - target[1] < scale
    size = source
    for step in steps:
        if step.kind == "model":
            assert step.size == (size[0] * scale, size[1] * scale)
        size = step.size


def test_no_model_pass_for_a_smaller_target():
    assert kinds(passes(A4, (248, 351), 4, "max")) == [("resample", (248, 351))]
    assert passes(A4, A4, 4, "balanced") == []


def test_one_pass_is_enough_for_its_factor():
    assert kinds(passes((100, 100), (400, 400), 4, "balanced")) == [("model", (400, 400))]
    assert kinds(passes((100, 100), (300, 300), 4, "balanced")) == [("model", (400, 400)), ("resample", (300, 300))]


@pytest.mark.parametrize(
    ("source", "fit", "size"),
    [
        ((100, 200), "cover", (100, 200)),
        ((100, 100), "cover", (200, 200)),
        ((100, 100), "contain", (100, 100)),
        ((50, 50), "contain", (100, 100)),
        ((50, 50), "stretch", (100, 200)),
    ],
)
def test_fit(source, fit, size):
    assert fitted(source, (100, 200), fit) == size


@pytest.mark.parametrize("source", [(1, 1), (1, 997), (768, 1120), (333, 777), (4000, 11)])
@pytest.mark.parametrize("target", [(1866, 2728), (2480, 3508), (1, 1), (13, 7)])
def test_cover_covers_and_contain_is_contained(source, target):
    cover, contain = fitted(source, target, "cover"), fitted(source, target, "contain")
    assert cover[0] >= target[0] and cover[1] >= target[1] and (cover[0] == target[0] or cover[1] == target[1])
    assert contain[0] <= target[0] and contain[1] <= target[1] and (contain[0] == target[0] or contain[1] == target[1])
    assert min(contain) >= 1
