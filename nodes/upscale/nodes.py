"""The face of the upscaler."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from typing import TYPE_CHECKING, Any

import torch

from ..host import images, memory
from ..host.api import io
from ..host.progress import Progress, interruptible_layers
from . import plan, tiles
from .resample import place, resample

if TYPE_CHECKING:
    from ..print_cover import Trim

UpscaleModel = Any
"""spandrel's ImageModelDescriptor with the `patcher` that ComfyUI's loader adds."""
PAPER = 1.0


class UpscaleToSize(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongUpscaleToSize",
            display_name="Upscale to Size",
            category="dancheong/print",
            description="Bring pictures to an exact pixel size, with an upscale model or, without one, by resampling.",
            search_aliases=["esrgan", "super resolution", "resize", "enlarge", "print size", "300 dpi", "a4"],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to bring to size; each is worked on alone."),
                io.UpscaleModel.Input(
                    "upscale_model",
                    optional=True,
                    tooltip="From Load Upscale Model. Without it the picture is resampled and the report says so.",
                ),
                io.Int.Input(
                    "width", default=2480, min=1, max=32768, tooltip="Width in pixels; a connected trim goes before it."
                ),
                io.Int.Input(
                    "height",
                    default=3508,
                    min=1,
                    max=32768,
                    tooltip="Height in pixels; a connected trim goes before it.",
                ),
                io.Custom("DANCHEONG_TRIM").Input(
                    "trim",
                    optional=True,
                    tooltip="A page from Book Trim Size: its pixels, bleed included, are the size.",
                ),
                io.Combo.Input(
                    "mode",
                    options=["balanced", "fast", "max"],
                    tooltip=(
                        "How often the model runs. fast: once, the rest is resampled. balanced: as often as needed, "
                        "brought to size before the last pass. max: every pass in full, then reduced."
                    ),
                ),
                io.Combo.Input(
                    "fit",
                    options=["cover", "contain", "stretch"],
                    tooltip="cover crops what sticks out, contain adds white paper, stretch distorts.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    display_name="image", tooltip="The pictures, exactly of the asked size, without alpha."
                ),
                io.Mask.Output(display_name="mask", tooltip="1 where there is no picture: transparent or added paper."),
                io.String.Output(display_name="report", tooltip="Passes, model, crop and size."),
            ],
        )

    @classmethod
    def execute(cls, image, width, height, mode, fit, upscale_model=None, trim=None) -> io.NodeOutput:
        pictures = images.pictures(image)
        target = trim.pixels if trim is not None else (width, height)
        source = (pictures.shape[2], pictures.shape[1])
        scale = 1 if upscale_model is None else _scale_of(upscale_model)
        scaled = plan.fitted(source, target, fit)
        steps = plan.passes(source, scaled, scale, mode)
        progress = Progress(len(pictures) * sum(_pixels_before(source, steps)))
        results, missing = [], []
        for picture in pictures:
            colours = images.rgb(picture)
            for step in steps:
                if step.kind == "model":
                    colours = _run_model(upscale_model, colours, progress)
                else:
                    progress.step(colours.shape[0] * colours.shape[1])
                    colours = resample(colours, step.size)
            results.append(place(place(colours, scaled, PAPER), target, PAPER))
            missing.append(_without_picture(picture, scaled, target))
        text = _report(source, target, scaled, steps, upscale_model, trim)
        return io.NodeOutput(images.to_host(torch.stack(results)), images.to_host(torch.stack(missing)), text)


def _scale_of(model: UpscaleModel) -> int:
    if (model.input_channels, model.output_channels) != (3, 3):
        raise ValueError(
            f"Expected an upscale model for colour pictures (3 channels in, 3 out), got {model.input_channels} in, "
            f"{model.output_channels} out: choose another in Load Upscale Model."
        )
    if model.scale < 2:
        raise ValueError("Expected an upscale model that enlarges, got one of scale 1: choose another.")
    return model.scale


def _run_model(model: UpscaleModel, picture: torch.Tensor, progress: Progress) -> torch.Tensor:
    tile_pixels = min(picture.shape[0] * picture.shape[1], (tiles.TILE + 2 * tiles.HALO) ** 2)
    # ComfyUI's own estimate for upscale models: 384 values per output pixel and channel.
    device = memory.load(model.patcher, tile_pixels * 3 * 4 * max(model.scale, 1) * 384)

    def out_of_memory(error: Exception) -> bool:
        if not memory.is_out_of_memory(error):
            return False
        memory.release()
        return True

    with interruptible_layers(model.model):
        return tiles.upscale(
            model,
            picture,
            model.scale,
            device,
            out_of_memory,
            lambda tile: progress.step(tile.width * tile.height),
        )


def _without_picture(picture: torch.Tensor, scaled: plan.Size, target: plan.Size) -> torch.Tensor:
    """`[h,w]`: the alpha channel brought along and turned round, 1 on added paper."""
    if picture.shape[-1] == 4:
        alpha = resample(picture[..., 3:], scaled)
    else:
        alpha = picture.new_ones(scaled[1], scaled[0], 1)
    return 1.0 - place(alpha, target, 0.0)[..., 0]


def _pixels_before(source: plan.Size, steps: list[plan.Step]) -> list[int]:
    sizes = [source, *(step.size for step in steps)]
    return [width * height for width, height in sizes[: len(steps)]]


def _report(
    source: plan.Size,
    target: plan.Size,
    scaled: plan.Size,
    steps: list[plan.Step],
    model: UpscaleModel | None,
    trim: "Trim | None",
) -> str:
    def text(size: plan.Size) -> str:
        return f"{size[0]} x {size[1]}"

    if model is None:
        how = "No upscale model: antialiased bicubic resampling, which adds no detail."
    else:
        how = f"Model {model.architecture.name} x{model.scale}."
        if not any(step.kind == "model" for step in steps):
            how += " It was not used: the target is not larger than the picture."
    path = " -> ".join([text(source), *(f"{text(step.size)} ({step.kind})" for step in steps)])
    lines = [f"{text(target)} px.", how, f"Passes: {path}."]
    if scaled[0] > target[0] or scaled[1] > target[1]:
        lines.append(f"Cropped from {text(scaled)}: {1 - target[0] * target[1] / (scaled[0] * scaled[1]):.1%} of it.")
    if scaled[0] < target[0] or scaled[1] < target[1]:
        lines.append(f"White paper added around {text(scaled)}.")
    if (
        scaled[0] * source[1] != scaled[1] * source[0]
        and abs(scaled[0] * source[1] / (scaled[1] * source[0]) - 1) > 0.01
    ):
        lines.append("Proportions were changed.")
    if trim is not None:
        lines.append(f"The outer {trim.bleed_mm:g} mm on each side are bleed and will be cut off.")
    return "\n".join(lines)
