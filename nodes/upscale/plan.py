"""How to reach a size: which passes, in which order, and what is cropped or padded at the end."""

import math
from dataclasses import dataclass

from .rows import PAPER

Size = tuple[int, int]
"""(width, height) in px."""


@dataclass(frozen=True)
class Step:
    """One pass over the whole picture."""

    kind: str
    """"model" multiplies the size by the model's scale, "resample" is antialiased bicubic to `size`."""
    size: Size
    """The size after it."""


@dataclass(frozen=True)
class Route:
    """From a picture's size to the asked one."""

    source: Size
    scaled: Size
    """The size of the picture in the result, before cropping or padding."""
    inner: Size
    """What the picture has to fill: the target without the bleed that is made of its edges."""
    target: Size
    bleed: str
    """What the rest of the target is filled with: "mirror" or "extend"."""
    steps: tuple[Step, ...]

    @property
    def made(self) -> Size:
        """The size after the last step."""
        return self.steps[-1].size if self.steps else self.source

    @property
    def rows(self) -> list[int]:
        """Per row of the target the row that the steps made, or PAPER."""
        return positions(self.made[1], self.scaled[1], self.inner[1], self.target[1], self.bleed)

    @property
    def columns(self) -> list[int]:
        return positions(self.made[0], self.scaled[0], self.inner[0], self.target[0], self.bleed)

    @property
    def model_inputs(self) -> list[Size]:
        """The size of the picture before each pass of the model."""
        sizes = [self.source, *(step.size for step in self.steps)]
        return [size for size, step in zip(sizes, self.steps, strict=False) if step.kind == "model"]


def route(source: Size, target: Size, inner: Size, scale: int, mode: str, fit: str, bleed: str) -> Route:
    """The way to `target`; arguments as in `passes`, `fitted` and `positions`."""
    scaled = fitted(source, inner, fit)
    return Route(source, scaled, inner, target, bleed, tuple(passes(source, scaled, scale, mode)))


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


def positions(made: int, scaled: int, inner: int, target: int, bleed: str) -> list[int]:
    """Along one axis: which pixel of what the passes made stands at each pixel of the target.

    Args:
        made: px that the passes made; `scaled` of them, from the middle, are the picture.
        inner: px that the picture is to fill, cropped or padded around its middle.
        target: px in all; what lies outside of `inner` is bleed.
        bleed: "mirror" or "extend" for what is put there.

    Returns:
        `target` indices from 0 to `made - 1`, PAPER where there is no picture.
    """
    offset = (scaled - inner) // 2 if scaled >= inner else -((inner - scaled) // 2)
    inside = [index + offset for index in range(inner)]
    margin = (made - scaled) // 2
    inside = [index + margin if 0 <= index < scaled else PAPER for index in inside]
    before = (target - inner) // 2
    return [inside[beyond(index - before, inner, bleed)] for index in range(target)]


def beyond(index: int, length: int, bleed: str) -> int:
    """Which of `length` pixels stands at `index`, also outside of them: mirrored again and again, or the last one."""
    if bleed == "extend":
        return min(max(index, 0), length - 1)
    index %= 2 * length
    return index if index < length else 2 * length - 1 - index


def _model_passes(size: Size, scale: int, count: int) -> list[Step]:
    return [Step("model", (size[0] * scale**n, size[1] * scale**n)) for n in range(1, count + 1)]
