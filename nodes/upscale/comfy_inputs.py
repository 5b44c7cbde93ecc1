"""What a size is asked with, the same for a picture and for a file."""

from ..host.api import io
from ..host.wires import TRIM


def size_inputs() -> list[io.Input]:
    """Picture, model and size."""
    return [
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
            "height", default=3508, min=1, max=32768, tooltip="Height in pixels; a connected trim goes before it."
        ),
        TRIM.Input(
            "trim", optional=True, tooltip="A page from Book Trim Size: its pixels, bleed included, are the size."
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
    ]


def work_inputs() -> list[io.Input]:
    """How the work is done; optional, as workflows of older releases do not have them."""
    return [
        io.Int.Input(
            "memory_limit_mb",
            optional=True,
            default=0,
            min=0,
            max=1048576,
            advanced=True,
            tooltip="For the work on one tile, beside model and pictures. 0 takes what the device can spare.",
        ),
        io.Combo.Input(
            "alpha",
            optional=True,
            options=["resample", "model"],
            advanced=True,
            tooltip="Transparency is resampled, or goes through the model as well, which takes twice as long.",
        ),
        io.Combo.Input(
            "bleed",
            optional=True,
            options=["picture", "mirror", "extend"],
            tooltip="With a trim: picture fills the bleed too; mirror and extend fill the trim, its edges the bleed.",
        ),
        io.Int.Input(
            "halo",
            optional=True,
            default=0,
            min=0,
            max=512,
            advanced=True,
            tooltip="Pixels of surroundings that each tile sees. 0 goes by the model; Test Upscale Seams measures it.",
        ),
        io.Combo.Input(
            "precision",
            optional=True,
            options=["auto", "float32", "float16"],
            advanced=True,
            tooltip="auto is float16 where ComfyUI would use it; what is too wide for it is done again in float32.",
        ),
    ]
