"""How to reach a size: which passes, in which order, and what is cropped or padded at the end."""

import math
from dataclasses import dataclass

Size = tuple[int, int]
"""(width, height) in px."""


@dataclass(frozen=True)
class Step:
    """One pass over the whole picture."""

    kind: str
    """"model" multiplies the size by the model's scale, "resample" is antialiased bicubic to `size`."""
    size: Size
    """The size after it."""


def fitted(source: Size, target: Size, fit: str) -> Size:
    """The size to scale to before cropping ("cover") or padding ("contain"); "stretch" is the target itself."""
    if fit == "stretch":
        return target
    ratios = (target[0] / source[0], target[1] / source[1])
    ratio = max(ratios) if fit == "cover" else min(ratios)
    # The side that decides is exactly the target's; rounding may move only the other one.
    decided = ratios.index(ratio)
    sides = [max(1, round(side * ratio)) for side in source]
    sides[decided] = target[decided]
    if fit == "cover":
        sides[1 - decided] = max(sides[1 - decided], target[1 - decided])
    return (sides[0], sides[1])


def passes(source: Size, target: Size, scale: int, mode: str) -> list[Step]:
    """The cheapest order of passes that `mode` allows.

    A pass costs what its input has pixels, so a picture that needs two is brought to 1/scale of the target between
    them: the last pass then lands on the target, give or take `scale - 1` px, for less than half of the work of two
    full passes followed by a reduction.

    Args:
        source, target: sizes; the target may be smaller in one or both directions.
        scale: the model's factor; 1 = there is no model.
        mode: "fast" one model pass, "balanced" as above, "max" every full pass and then a reduction.

    Returns:
        Steps whose last size is the target, or up to `scale - 1` px larger in each direction.
    """
    factor = max(target[0] / source[0], target[1] / source[1])
    resample = Step("resample", target)
    if scale == 1 or factor <= 1:
        return [] if source == target else [resample]
    needed = max(1, math.ceil(math.log(factor, scale) - 1e-9))
    if mode == "fast" or needed == 1:
        steps = _model_passes(source, scale, 1)
    elif mode == "max":
        steps = _model_passes(source, scale, needed)
    else:
        steps = _model_passes(source, scale, needed - 1)
        quarter = (math.ceil(target[0] / scale), math.ceil(target[1] / scale))
        if steps[-1].size != quarter:
            steps.append(Step("resample", quarter))
        return steps + _model_passes(quarter, scale, 1)
    return steps if steps[-1].size == target else [*steps, resample]


def _model_passes(size: Size, scale: int, count: int) -> list[Step]:
    return [Step("model", (size[0] * scale**n, size[1] * scale**n)) for n in range(1, count + 1)]
