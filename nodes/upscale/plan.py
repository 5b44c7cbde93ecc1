"""How to reach a size: which passes, in which order, and what is cropped or padded at the end."""

import math
from dataclasses import dataclass

from ..page.trim import Trim
from .rows import PAPER

Size = tuple[int, int]
"""(width, height) in px."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a picture shall become.

    >>> page = Trim(width_mm=148, height_mm=210, bleed_mm=3, dpi=300)
    >>> Wanted(size=(1000, 1000), trim=page).target
    (1819, 2551)
    >>> Wanted(size=(1000, 1000), trim=page, bleed="mirror").inner
    (1748, 2480)
    """

    size: Size
    """px, where there is no trim."""
    trim: Trim | None = None
    """A page; its pixels, bleed included, go before the size."""
    mode: str = "balanced"
    """How often the model runs; see `passes`."""
    fit: str = "cover"
    """What happens to other proportions; see `fitted`."""
    bleed: str = "picture"
    """What lies in the bleed of a trim: the "picture" itself, or its edges by "mirror" or "extend"."""
    alpha: str = "resample"
    """A fourth channel is resampled, or takes the way of the colours: "model"."""

    @property
    def target(self) -> Size:
        """The size of the result."""
        return self.size if self.trim is None else self.trim.pixels

    @property
    def inner(self) -> Size:
        """What the picture has to fill: the target without the bleed that is made of its edges."""
        return self.target if self.trim is None or self.bleed == "picture" else self.trim.inner_pixels


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
    """What it has to fill; see `Wanted.inner`."""
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
        """The same per column."""
        return positions(self.made[0], self.scaled[0], self.inner[0], self.target[0], self.bleed)

    @property
    def model_inputs(self) -> list[Size]:
        """The size of the picture before each pass of the model."""
        sizes = [self.source, *(step.size for step in self.steps)]
        return [size for size, step in zip(sizes, self.steps, strict=False) if step.kind == "model"]


def route(source: Size, wanted: Wanted, scale: int) -> Route:
    """The way from a size to what is wanted, with a model of factor `scale`; 1 = there is no model.

    A4 at 300 dpi: brought to a quarter before the last pass, and cropped to its middle after it:

    >>> a4 = route((256, 362), Wanted(size=(2480, 3508)), scale=4)
    >>> [(step.kind, step.size) for step in a4.steps]
    [('model', (1024, 1448)), ('resample', (621, 877)), ('model', (2484, 3508))]
    >>> (a4.columns[0], a4.columns[-1])
    (1, 2480)
    """
    target, inner = wanted.target, wanted.inner
    scaled = fitted(source, inner, wanted.fit)
    return Route(source, scaled, inner, target, wanted.bleed, tuple(passes(source, scaled, scale, wanted.mode)))


def fitted(source: Size, target: Size, fit: str) -> Size:
    """The size to scale to before cropping ("cover") or padding ("contain"); "stretch" is the target itself.

    >>> [fitted((50, 50), (100, 200), fit) for fit in ("cover", "contain", "stretch")]
    [(200, 200), (100, 100), (100, 200)]
    """
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

    >>> for step in passes((100, 100), (630, 630), scale=4, mode="balanced"):
    ...     print(step.kind, step.size)
    model (400, 400)
    resample (158, 158)
    model (632, 632)
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

    >>> positions(made=8, scaled=8, inner=4, target=4, bleed="picture")  # cropped
    [2, 3, 4, 5]
    >>> positions(made=4, scaled=4, inner=6, target=6, bleed="picture")  # on paper
    [-1, 0, 1, 2, 3, -1]
    >>> positions(made=4, scaled=4, inner=4, target=8, bleed="mirror")
    [1, 0, 0, 1, 2, 3, 3, 2]
    """
    offset = (scaled - inner) // 2 if scaled >= inner else -((inner - scaled) // 2)
    inside = [index + offset for index in range(inner)]
    margin = (made - scaled) // 2
    inside = [index + margin if 0 <= index < scaled else PAPER for index in inside]
    before = (target - inner) // 2
    return [inside[beyond(index - before, inner, bleed)] for index in range(target)]


def beyond(index: int, length: int, bleed: str) -> int:
    """Which of `length` pixels stands at `index`, also outside of them: mirrored again and again, or the last one.

    >>> [beyond(index, 3, "mirror") for index in range(-3, 6)]
    [2, 1, 0, 0, 1, 2, 2, 1, 0]
    >>> [beyond(index, 3, "extend") for index in range(-3, 6)]
    [0, 0, 0, 0, 1, 2, 2, 2, 2]
    """
    if bleed == "extend":
        return min(max(index, 0), length - 1)
    index %= 2 * length
    return index if index < length else 2 * length - 1 - index


def _model_passes(size: Size, scale: int, count: int) -> list[Step]:
    return [Step("model", (size[0] * scale**n, size[1] * scale**n)) for n in range(1, count + 1)]
