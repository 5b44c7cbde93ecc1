"""The face of the upscaler."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import folders, images
from ..host.api import io
from ..host.models import ModelFolder
from ..host.saved import Results, metadata
from ..page import colour_profile
from . import comfy_load, comfy_seams, ncnn_pair, poster_file, row_files, seams
from .comfy_enlargement import Enlargement
from .comfy_enlarger import Enlarger, Limits
from .comfy_inputs import size_inputs, work_inputs
from .plan import Wanted
from .report import Work

MODELS = ModelFolder(
    "upscale_models",
    "upscale model",
    "run `dancheong models get realesr-animevideov3` (light) or `... realesrgan-x4plus`, or put a file there",
    endings=frozenset({ncnn_pair.LAYERS}),
    parts=ncnn_pair.parts,
)
NO_MODEL = "none"
PREVIEW = 1024
"""px, of what the editor shows of a file."""


class LoadUpscaleModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        names = MODELS.names()
        return io.Schema(
            node_id="DancheongLoadUpscaleModel",
            display_name="Load Upscale Model with Denoise",
            category="dancheong/print",
            description="Load a Real-ESRGAN or any other upscale model, with the denoise strength of general-x4v3.",
            search_aliases=["esrgan loader", "real-esrgan", "general-x4v3", "denoise strength", "dni", "wdn"],
            inputs=[
                io.Combo.Input(
                    "model_name",
                    options=names,
                    tooltip="A file of models/upscale_models; either file stands for an ncnn pair.",
                ),
                io.Combo.Input(
                    "noise_model",
                    options=[NO_MODEL, *names],
                    tooltip="The twin that keeps noise: realesr-general-wdn-x4v3 for realesr-general-x4v3. Else none.",
                ),
                io.Float.Input(
                    "denoise",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="1 is the first model alone, which smooths most; 0 is the twin alone, which keeps grain.",
                ),
            ],
            outputs=[
                io.UpscaleModel.Output(
                    display_name="upscale_model",
                    tooltip="For Upscale to Size, and for every node that upscales with a model.",
                ),
                io.String.Output(display_name="report", tooltip="Architecture, factor, blend."),
            ],
        )

    @classmethod
    def execute(cls, model_name, noise_model, denoise) -> io.NodeOutput:
        twin = None if noise_model == NO_MODEL else MODELS.path(noise_model)
        loaded = comfy_load.load(MODELS.path(model_name), twin, denoise)
        model = loaded.model
        blend = "" if twin is None else f" Blended: {denoise:g} of it, {1 - denoise:g} of {noise_model}."
        kind = f"{model.architecture.name} x{model.scale} ({', '.join(model.tags)})"
        return io.NodeOutput(model, " ".join([f"{model_name}: {kind}.{blend}", *loaded.notes]))

    @classmethod
    def validate_inputs(cls, model_name=None, noise_model=None) -> bool | str:
        answer = MODELS.check(model_name)
        if answer is not True or noise_model == NO_MODEL:
            return answer
        return MODELS.check(noise_model)

    @classmethod
    def fingerprint_inputs(cls, model_name, noise_model, denoise) -> str:
        return MODELS.stamp(model_name, noise_model)


class UpscaleToSize(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongUpscaleToSize",
            display_name="Upscale to Size",
            category="dancheong/print",
            description="Bring pictures to an exact pixel size, with an upscale model or, without one, by resampling.",
            search_aliases=["esrgan", "super resolution", "resize", "enlarge", "print size", "300 dpi", "a4"],
            inputs=[*size_inputs(), *work_inputs()],
            outputs=[
                io.Image.Output(
                    display_name="image", tooltip="The pictures, exactly of the asked size, without alpha."
                ),
                io.Mask.Output(display_name="mask", tooltip="1 where there is no picture: transparent or added paper."),
                io.String.Output(display_name="report", tooltip="Passes, tiles, work, crop, size and resolution."),
            ],
        )

    @classmethod
    def execute(
        cls, image, width, height, mode, fit, upscale_model=None, trim=None, memory_limit_mb=0, alpha="resample",
        bleed="picture", halo=0, precision="auto",
    ) -> io.NodeOutput:  # fmt: skip
        wanted = Wanted(size=(width, height), trim=trim, mode=mode, fit=fit, bleed=bleed, alpha=alpha)
        limits = Limits(memory_mb=memory_limit_mb, halo=halo, precision=precision)
        enlargement = Enlargement(image, wanted, upscale_model, limits)
        work = Work()
        pictures, missing = enlargement.whole(work)
        return io.NodeOutput(images.to_host(pictures), images.to_host(missing), enlargement.report(work))


class UpscaleToFile(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongUpscaleToFile",
            display_name="Upscale to File",
            category="dancheong/print",
            description="As Upscale to Size, straight into a file: posters of any size in little memory, 8 or 16 bit.",
            search_aliases=["esrgan", "poster", "large format", "16 bit", "save tiff", "save png", "10000"],
            is_output_node=True,
            inputs=[
                *size_inputs(),
                io.Combo.Input(
                    "format", options=list(row_files.ENDINGS), tooltip="Both keep every value and the alpha channel."
                ),
                io.Combo.Input("bits", options=["8", "16"], tooltip="Per value; 16 leaves room for later grading."),
                io.Int.Input(
                    "dpi",
                    default=300,
                    min=1,
                    max=4800,
                    tooltip="Pixels per inch, written into the file; a trim goes before it.",
                ),
                io.String.Input(
                    "profile_of",
                    default="",
                    tooltip=(
                        "A picture of ComfyUI's input folder, as Load Image shows it, whose colour profile the file "
                        "keeps. Empty: sRGB."
                    ),
                ),
                io.String.Input(
                    "filename_prefix", default="dancheong/poster", tooltip="Folder and name under ComfyUI's output."
                ),
                *work_inputs(),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo],
            outputs=[
                io.String.Output(display_name="path", tooltip="The written files, one line each."),
                io.Image.Output(display_name="preview", tooltip="The pictures, reduced to 1024 px."),
                io.String.Output(display_name="report", tooltip="Passes, tiles, work, crop, size and resolution."),
            ],
        )

    @classmethod
    def validate_inputs(cls, format=None) -> bool | str:
        # Naming an input switches ComfyUI's own check of it off, so both are done here, before any work begins.
        if format is None:  # it comes by a link, or is missing, which ComfyUI says
            return True
        if format not in row_files.ENDINGS:
            return f"Expected one of {', '.join(row_files.ENDINGS)}, got {format!r}."
        return row_files.missing_library(format) or True

    @classmethod
    def execute(
        cls, image, width, height, mode, fit, format, bits, dpi, profile_of, filename_prefix, upscale_model=None,
        trim=None, memory_limit_mb=0, alpha="resample", bleed="picture", halo=0, precision="auto",
    ) -> io.NodeOutput:  # fmt: skip
        profile = colour_profile.srgb()
        if profile_of.strip():
            profile = colour_profile.embedded(folders.input_file(profile_of))
        wanted = Wanted(size=(width, height), trim=trim, mode=mode, fit=fit, bleed=bleed, alpha=alpha)
        limits = Limits(memory_mb=memory_limit_mb, halo=halo, precision=precision)
        enlargement = Enlargement(image, wanted, upscale_model, limits)
        form = row_files.Form(
            *wanted.target, enlargement.channels, int(bits), dpi if trim is None else trim.dpi, profile,
            metadata(cls.hidden.prompt, cls.hidden.extra_pnginfo),
        )  # fmt: skip
        results, work, previews = Results(filename_prefix, *wanted.target), Work(), []
        for number in range(enlargement.count):
            with results.writing(row_files.ENDINGS[format]) as path:
                previews.append(poster_file.save(path, format, form, enlargement.blocks(number, work), PREVIEW))
        preview = images.to_host(torch.stack(previews))
        return io.NodeOutput(results.lines(), preview, enlargement.report(work, form.dpi), ui=results.shown(preview))


class TestSeams(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongTestSeams",
            display_name="Test Upscale Seams",
            category="dancheong/print",
            description="Measure on your own model and picture how far tiles differ from the whole, per halo.",
            search_aliases=["tile overlap", "halo", "seam", "receptive field", "tile artifacts"],
            inputs=[
                io.Image.Input("image", tooltip="What you will enlarge; a strip from its middle is used."),
                io.UpscaleModel.Input("upscale_model", tooltip="The model you will enlarge it with."),
                io.Int.Input(
                    "strip_width",
                    default=192,
                    min=48,
                    max=4096,
                    tooltip="Pixels, half as tall; larger strips test larger halos and take longer.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="report", tooltip="The largest difference per halo, in 1/255."),
                io.Image.Output(display_name="difference", tooltip="With the model's own halo, 255 times as strong."),
                io.Float.Output(
                    display_name="error", tooltip="The largest difference with the model's halo, in 1/255."
                ),
            ],
        )

    @classmethod
    def execute(cls, image, upscale_model, strip_width) -> io.NodeOutput:
        enlarger = Enlarger(upscale_model, Limits(precision="float32"))
        network = enlarger.network
        found = comfy_seams.measured(enlarger, image, strip_width)
        own = next(seam for seam in found if seam.halo == network.halo)
        visible = images.rgb((own.difference * 255).clamp(0.0, 1.0)[None])
        return io.NodeOutput(seams.report(found, network.halo, network.exact), images.to_host(visible), own.error)
