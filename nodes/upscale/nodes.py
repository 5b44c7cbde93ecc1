"""The face of the upscaler."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..ground import UserError
from ..host import folders, images, memory
from ..host.api import io, ui
from ..page import colour_profile
from . import comfy_load, report, row_files, seams
from .comfy_file import save
from .comfy_inputs import size_inputs, work_inputs
from .comfy_job import Job
from .comfy_run import Display, Limits, Runner

NO_MODEL = "none"
PREVIEW = 1024
"""px, of what the editor shows of a file."""
BYTES_PER_PX = 16
"""Of a result: three colours and the mask, float32."""
STRIP = 2
"""A strip for the seam test is so many times as wide as it is tall."""


class LoadUpscaleModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        names = folders.names("upscale_models")
        return io.Schema(
            node_id="DancheongLoadUpscaleModel",
            display_name="Load Upscale Model with Denoise",
            category="dancheong/print",
            description="Load a Real-ESRGAN or any other upscale model, with the denoise strength of general-x4v3.",
            search_aliases=["esrgan loader", "real-esrgan", "general-x4v3", "denoise strength", "dni", "wdn"],
            inputs=[
                io.Combo.Input("model_name", options=names, tooltip="A file of models/upscale_models."),
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
        twin = None if noise_model == NO_MODEL else folders.model_file("upscale_models", noise_model)
        model = comfy_load.load(folders.model_file("upscale_models", model_name), twin, denoise)
        blend = "" if twin is None else f" Blended: {denoise:g} of it, {1 - denoise:g} of {noise_model}."
        kind = f"{model.architecture.name} x{model.scale} ({', '.join(model.tags)})"
        return io.NodeOutput(model, f"{model_name}: {kind}.{blend}")


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
        job = Job(image, (width, height), mode, fit, upscale_model, trim, alpha, bleed,
                   Limits(memory_limit_mb, halo, precision))  # fmt: skip
        columns, rows = job.route.target
        needed, there = job.count * rows * columns * BYTES_PER_PX, memory.free(torch.device("cpu"))
        if needed > there:
            raise UserError(
                f"Expected room for {job.count} x {columns} x {rows} px, which take {needed / memory.GB:.1f} GB, got "
                f"{there / memory.GB:.1f} GB: take Upscale to File, which needs little memory."
            )
        result, missing = torch.empty(job.count, rows, columns, 3), torch.empty(job.count, rows, columns)
        for number in range(job.count):
            row = 0
            for colours, presence in job.blocks(number):
                result[number, row : row + len(colours)] = colours
                missing[number, row : row + len(colours)] = 1.0 - presence
                row += len(colours)
        return io.NodeOutput(images.to_host(result), images.to_host(missing), job.report())


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
    def validate_inputs(cls, format) -> bool | str:
        # Naming an input switches ComfyUI's own check of it off, so both are done here, before any work begins.
        if format not in row_files.ENDINGS:
            return f"Expected one of {', '.join(row_files.ENDINGS)}, got {format!r}."
        return row_files.missing_library(format) or True

    @classmethod
    def execute(
        cls, image, width, height, mode, fit, format, bits, dpi, profile_of, filename_prefix, upscale_model=None,
        trim=None, memory_limit_mb=0, alpha="resample", bleed="picture", halo=0, precision="auto",
    ) -> io.NodeOutput:  # fmt: skip
        profile = (
            colour_profile.embedded(folders.input_file(profile_of)) if profile_of.strip() else colour_profile.srgb()
        )
        job = Job(image, (width, height), mode, fit, upscale_model, trim, alpha, bleed,
                   Limits(memory_limit_mb, halo, precision))  # fmt: skip
        columns, rows = job.route.target
        texts = folders.metadata(cls.hidden.prompt, cls.hidden.extra_pnginfo)
        form = row_files.Form(
            columns, rows, job.channels, int(bits), trim.dpi if trim is not None else dpi, profile, texts
        )
        folder, stem, subfolder, counter = folders.next_output(filename_prefix, columns, rows)
        paths, previews = [], []
        for number in range(job.count):
            path = folder / f"{stem}_{counter + number:05}_{row_files.ENDINGS[format]}"
            previews.append(save(path, format, form, job.blocks(number), PREVIEW))
            paths.append(path)
        preview = images.to_host(torch.stack(previews))
        files = [{"filename": path.name, "subfolder": subfolder, "type": "output"} for path in paths]
        shown = {**ui.PreviewImage(preview).as_dict(), "files": files}
        return io.NodeOutput("\n".join(map(str, paths)), preview, job.report(form.dpi), ui=shown)


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
        runner = Runner(upscale_model, Limits(precision="float32"))
        network = runner.network
        picture = images.pictures(image)[0]
        picture = images.rgb(picture)[..., : network.channels]
        width, height = min(strip_width, picture.shape[1]), min(max(1, strip_width // STRIP), picture.shape[0])
        top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
        strip = picture[top : top + height, left : left + width]
        needed = seams.least_width(network.halo, network.multiple)
        if width < needed:
            raise UserError(
                f"Expected a picture and a strip at least {needed} px wide to test a halo of {network.halo} px, got "
                f"{width} px: take a larger strip_width or a larger picture."
            )
        halos = [
            halo for halo in sorted({*seams.HALOS, network.halo}) if width >= seams.least_width(halo, network.multiple)
        ]
        display = Display(width * height * (len(halos) + 1))
        display.start(strip)
        found = {
            seam.halo: seam
            for seam in seams.measure(
                lambda cut: runner.run(strip, cut, display.finished), width, height, network.multiple, halos
            )
        }
        own = found[network.halo]
        difference = (own.difference * 255).clamp(0.0, 1.0)
        text = report.seams([(seam.halo, seam.error) for seam in found.values()], network.halo, network.exact)
        return io.NodeOutput(text, images.to_host(images.rgb(difference)[None]), own.error)
