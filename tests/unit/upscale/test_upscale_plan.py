"""The order of passes, in numbers."""

import pytest
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.upscale.plan import Wanted, beyond, fitted, passes, positions, route
from dancheong.nodes.upscale.rows import PAPER

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
def test_every_plan_ends_at_the_target_or_less_than_a_scale_beyond(mode, scale):
    for source in ((1, 1), (7, 13), (256, 362), (2480, 3508), (5000, 300)):
        for target in ((1, 1), A4, (1866, 2728), (100, 3000)):
            steps = passes(source, target, scale, mode)
            width, height = steps[-1].size if steps else source
            assert 0 <= width - target[0] < scale and 0 <= height - target[1] < scale, (source, target)
            size = source
            for step in steps:
                if step.kind == "model":
                    assert step.size == (size[0] * scale, size[1] * scale), (source, target)
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


def test_positions_crop_and_pad_around_the_middle():
    assert positions(8, 8, 4, 4, "picture") == [2, 3, 4, 5]
    assert positions(4, 4, 6, 6, "picture") == [PAPER, 0, 1, 2, 3, PAPER]
    # Of 7 that the passes made, 4 in the middle are the picture; the others are not.
    assert positions(7, 4, 6, 6, "picture") == [PAPER, 1, 2, 3, 4, PAPER]


def test_bleed_is_made_outside_of_the_trim():
    assert positions(4, 4, 4, 8, "extend") == [0, 0, 0, 1, 2, 3, 3, 3]
    assert positions(4, 4, 4, 8, "mirror") == [1, 0, 0, 1, 2, 3, 3, 2]
    assert positions(2, 2, 2, 9, "mirror") == [1, 1, 0, 0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("index", "expected"), [(-1, 0), (-3, 2), (-4, 2), (-6, 0), (-7, 0), (2, 2), (3, 2), (5, 0), (6, 0)]
)
def test_mirrored_again_and_again(index, expected):
    assert beyond(index, 3, "mirror") == expected


def test_a_route_of_a4_with_bleed():
    """638 x 895 is a quarter of 2551 x 3579 rounded up: the last pass is at most 3 px too large, and cropped."""
    page = Trim(width_mm=210, height_mm=297, bleed_mm=3, dpi=300)
    found = route((256, 362), Wanted(size=(1, 1), trim=page, fit="stretch"), scale=4)
    assert found.target == found.inner == (2551, 3579)
    assert [step.size for step in found.steps] == [(1024, 1448), (638, 895), (2552, 3580)]
    assert found.model_inputs == [(256, 362), (638, 895)]
    assert (len(found.columns), len(found.rows)) == (2551, 3579)
    assert (found.columns[0], found.columns[-1]) == (0, 2550)


def test_a_route_whose_bleed_is_mirrored_fills_the_trim():
    page = Trim(width_mm=20, height_mm=10, bleed_mm=1, dpi=254)
    found = route((100, 100), Wanted(size=(1, 1), trim=page, fit="stretch", bleed="mirror"), scale=4)
    assert (found.target, found.inner, found.scaled) == ((220, 120), (200, 100), (200, 100))
    assert found.columns[:12] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 1]
    assert found.rows[-12:] == [98, 99, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90]
