"""What was done to a picture: the record of it, and words for the person who prints it."""

from dataclasses import dataclass

from .colours import Kind
from .network import Network
from .plan import Route, Size, Wanted
from .tiles import Grid


@dataclass
class Work:
    """What a model did; whoever runs it writes into it."""

    grid: Grid | None = None
    """How the picture of the last pass was cut; None = the model did not run."""
    operations: float = 0.0
    """Floating point operations of all passes, halos included."""
    precision: str = "float32"
    """What the last pass was computed in."""
    too_wide_for_half: bool = False
    """Whether float16 was begun with and given up."""


def enlargement(
    found: Route, wanted: Wanted, kinds: list[Kind], network: Network | None, work: Work, dpi: float | None
) -> str:
    """A line for each thing that was done or should be known.

    Args:
        kinds: of the pictures.
        network: of the upscale model, None without one.
        dpi: of the file, where no trim says it; None = nothing is known of the print.
    """
    lines = _route(found, network) + _colours(found, kinds)
    if wanted.trim is not None:
        lines.append(_resolution(found, wanted.trim.dpi))
        lines.append(_bleed(found, wanted.trim.bleed_mm))
    elif dpi is not None:
        lines.append(_resolution(found, dpi))
    if network is not None and work.grid is not None:
        lines += _tiling(work.grid, network, work)
    return "\n".join(lines)


def _route(found: Route, network: Network | None) -> list[str]:
    """Sizes, passes, and what was cropped, added or stretched."""
    lines = [f"{_size(found.target)} px.", _how(found, network)]
    passes = " -> ".join([_size(found.source), *(f"{_size(step.size)} ({step.kind})" for step in found.steps)])
    lines.append(f"Passes: {passes}.")
    scaled, inner, source = found.scaled, found.inner, found.source
    if scaled[0] > inner[0] or scaled[1] > inner[1]:
        lines.append(f"Cropped from {_size(scaled)}: {1 - inner[0] * inner[1] / (scaled[0] * scaled[1]):.1%} of it.")
    if scaled[0] < inner[0] or scaled[1] < inner[1]:
        lines.append(f"White paper added around {_size(scaled)}.")
    stretch = scaled[0] * source[1] / (scaled[1] * source[0])
    if abs(stretch - 1) > 0.01:
        lines.append(f"Proportions were changed: it is {stretch:.3f} times as wide for its height.")
    return lines


def _how(found: Route, network: Network | None) -> str:
    if network is None:
        return "No upscale model: antialiased bicubic resampling, which adds no detail."
    unused = "" if found.model_inputs else " It was not used: the target is not larger than the picture."
    return f"Model {network.model.architecture.name} x{network.scale}.{unused}"


def _colours(found: Route, kinds: list[Kind]) -> list[str]:
    """Where the colours of a result are not simply those of the passes."""
    lines: list[str] = []
    grey, transparent = sum(kind.grey for kind in kinds), any(kind.transparent for kind in kinds)
    if grey and found.model_inputs:
        which = "Grey stays grey" if grey == len(kinds) else f"{grey} of {len(kinds)} pictures are grey and stay so"
        lines.append(f"{which}: colour that the model adds is left out.")
    if transparent and found.steps:
        lines.append("Transparent parts have the colours of what is seen beside them, so that it gets no rim.")
    return lines


def _resolution(found: Route, dpi: float) -> str:
    """What the source alone would have given in print."""
    across = found.source[0] / (found.scaled[0] / dpi)
    return f"At {dpi:g} dpi; the picture that came had {across:.0f} dpi at this size."


def _bleed(found: Route, bleed_mm: float) -> str:
    if found.inner == found.target:
        return f"The outer {bleed_mm:g} mm of the picture on each side are bleed and will be cut off."
    how = "mirrored from" if found.bleed == "mirror" else "extended from"
    return f"The picture fills the trim; the {bleed_mm:g} mm of bleed around it are {how} its edges."


def _tiling(cut: Grid, network: Network, work: Work) -> list[str]:
    """How the last pass was cut, and what all passes cost."""
    width, height = cut.tile
    pieces = cut.columns * cut.rows
    lines = ["Last pass: One tile."]
    if pieces > 1:
        kind = (
            "all that the model sees" if network.exact else "Test Upscale Seams measures whether your model needs more"
        )
        lines = [f"Last pass: {pieces} tiles of {width} x {height} px, {cut.halo} px around each: {kind}."]
    lines.append(f"Work: {work.operations / 1e12:.3g} TFLOP in {work.precision}, halos included.")
    if pieces > 1 and network.model.tiling.name == "DISCOURAGED":
        lines.append(
            "Models of this architecture look at much of the picture: fewer tiles, with more memory, are safer."
        )
    if work.too_wide_for_half:
        lines.append("float16 was too narrow for this model: float32 was used instead.")
    return lines


def _size(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
