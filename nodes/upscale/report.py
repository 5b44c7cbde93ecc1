"""What was done to a picture, in words for the person who prints it."""

from .network import Network, UpscaleModel
from .plan import Route, Size
from .tiles import Grid


def route(found: Route, model: UpscaleModel | None) -> list[str]:
    """Sizes, passes, and what was cropped, added or stretched."""
    lines = [f"{_size(found.target)} px.", _how(found, model)]
    path = " -> ".join([_size(found.source), *(f"{_size(step.size)} ({step.kind})" for step in found.steps)])
    lines.append(f"Passes: {path}.")
    scaled, inner, source = found.scaled, found.inner, found.source
    if scaled[0] > inner[0] or scaled[1] > inner[1]:
        lines.append(f"Cropped from {_size(scaled)}: {1 - inner[0] * inner[1] / (scaled[0] * scaled[1]):.1%} of it.")
    if scaled[0] < inner[0] or scaled[1] < inner[1]:
        lines.append(f"White paper added around {_size(scaled)}.")
    stretch = scaled[0] * source[1] / (scaled[1] * source[0])
    if abs(stretch - 1) > 0.01:
        lines.append(f"Proportions were changed: it is {stretch:.3f} times as wide for its height.")
    return lines


def resolution(found: Route, dpi: float) -> str:
    """What the source alone would have given in print."""
    across = found.source[0] / (found.scaled[0] / dpi)
    return f"At {dpi:g} dpi; the picture that came had {across:.0f} dpi at this size."


def bleed(found: Route, bleed_mm: float) -> str:
    if found.inner == found.target:
        return f"The outer {bleed_mm:g} mm of the picture on each side are bleed and will be cut off."
    how = "mirrored from" if found.bleed == "mirror" else "extended from"
    return f"The picture fills the trim; the {bleed_mm:g} mm of bleed around it are {how} its edges."


def tiling(cut: Grid, network: Network, operations: float, precision: str) -> list[str]:
    """Of the last model pass; `operations` of all passes."""
    width, height = cut.tile
    pieces = cut.columns * cut.rows
    work = f"Work: {operations / 1e12:.3g} TFLOP in {precision}, halos included."
    if pieces == 1:
        return ["Last pass: One tile.", work]
    kind = "all that the model sees" if network.exact else "Test Upscale Seams measures whether your model needs more"
    lines = [f"Last pass: {pieces} tiles of {width} x {height} px, {cut.halo} px around each: {kind}.", work]
    if network.model.tiling.name == "DISCOURAGED":
        lines.append(
            "Models of this architecture look at much of the picture: fewer tiles, with more memory, are safer."
        )
    return lines


def _how(found: Route, model: UpscaleModel | None) -> str:
    if model is None:
        return "No upscale model: antialiased bicubic resampling, which adds no detail."
    unused = "" if found.model_inputs else " It was not used: the target is not larger than the picture."
    return f"Model {model.architecture.name} x{model.scale}.{unused}"


def _size(size: Size) -> str:
    return f"{size[0]} x {size[1]}"


def seams(found: list[tuple[int, float]], halo: int, exact: bool) -> str:
    """Halo and largest difference in 1/255, of every halo that was tried."""
    lines = [f"Halo {size} px: up to {error:.4f} of 1/255." for size, error in found]
    least = next((size for size, error in found if error <= 1), None)
    own = "its reach, so only rounding is left" if exact else "by default"
    lines.append(f"This model gets {halo} px, {own}.")
    if least is None:
        lines.append(
            "No halo stayed within 1/255: this model looks at the whole picture; give it more memory, fewer tiles."
        )
    else:
        lines.append(f"{least} px are enough for at most 1/255 on this picture.")
    return "\n".join(lines)
