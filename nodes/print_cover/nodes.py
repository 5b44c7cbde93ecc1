"""The face of the printed cover."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from functools import partial

from ..ground import UserError
from ..ground.whole_file import write_whole
from ..host import images
from ..host.api import io
from ..host.models import ModelFolder, listed
from ..host.progress import Progress, check_interrupt, interruptibly
from ..host.saved import Results, metadata
from ..host.wires import TRIM, TYPE
from ..lettering import outlined
from ..page import colour_profile
from ..page.drawing import Shape
from ..page.trim import PRESETS, Trim
from . import print_files
from .pdf_standard import BOXES, STANDARDS
from .slug import slug

PROFILES = ModelFolder("icc", "colour profile", "put your printer's there")
CUSTOM = "custom"
SRGB = "sRGB"
SHOWN = ("png", "jpeg")
"""Formats that a browser shows."""
FONTS = "fonts"
PREVIEW = 1024
"""px, of what is shown of the others."""


class TrimSize(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongTrimSize",
            display_name="Book Trim Size",
            category="dancheong/print",
            description="A printed page: trim size, bleed, resolution, and the size to generate a picture for it at.",
            search_aliases=["book size", "page size", "bleed", "dpi", "a4", "a5", "paper size"],
            inputs=[
                io.Combo.Input(
                    "preset",
                    options=[*PRESETS, CUSTOM],
                    tooltip="Korean trim sizes. Printers differ by a millimetre or two: check yours, or take custom.",
                ),
                io.Float.Input(
                    "width_mm", default=152.0, min=10.0, max=2000.0, step=0.1, tooltip="Trimmed width, for custom."
                ),
                io.Float.Input(
                    "height_mm", default=225.0, min=10.0, max=2000.0, step=0.1, tooltip="Trimmed height, for custom."
                ),
                io.Float.Input(
                    "bleed_mm",
                    default=3.0,
                    min=0.0,
                    max=50.0,
                    step=0.1,
                    tooltip="Picture beyond the trim on every side, which the knife cuts away.",
                ),
                io.Int.Input("dpi", default=300, min=36, max=2400, tooltip="Pixels per inch in print."),
                io.Float.Input(
                    "generate_megapixels",
                    default=0.4,
                    min=0.05,
                    max=16.0,
                    step=0.05,
                    tooltip="How large to generate, in 1024 x 1024 px: about 0.4 for SD 1.5, 1.0 for SDXL.",
                ),
            ],
            outputs=[
                TRIM.Output(display_name="trim", tooltip="For Upscale to Size and Save for Print."),
                io.Int.Output(display_name="width", tooltip="Width to generate at, in pixels."),
                io.Int.Output(display_name="height", tooltip="Height to generate at, in pixels."),
                io.String.Output(display_name="report", tooltip="Millimetres and pixels."),
            ],
        )

    @classmethod
    def execute(cls, preset, width_mm, height_mm, bleed_mm, dpi, generate_megapixels) -> io.NodeOutput:
        if preset != CUSTOM:
            width_mm, height_mm = PRESETS[preset]["mm"]
        page = Trim(width_mm, height_mm, bleed_mm, dpi)
        generate = page.generate_size(generate_megapixels)
        return io.NodeOutput(page, *generate, page.report(generate))


class SavePrint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongSavePrint",
            display_name="Save for Print",
            category="dancheong/print",
            description="Write pictures as print files: exact size and resolution, sRGB inside, PDF with its boxes.",
            search_aliases=["export pdf", "save tiff", "save image", "dpi", "trimbox", "prepress"],
            is_output_node=True,
            inputs=[
                io.Image.Input("image", tooltip="Exactly as many pixels as the trim asks for; one file per picture."),
                TRIM.Input("trim", tooltip="From Book Trim Size."),
                io.Combo.Input(
                    "format",
                    options=list(print_files.ENDINGS),
                    tooltip="pdf has TrimBox and BleedBox; png, tiff and psd keep alpha; jpeg and pdf get white "
                    "paper. psd has picture and type as layers.",
                ),
                io.String.Input(
                    "filename_prefix", default="dancheong/cover", tooltip="Folder and name under ComfyUI's output."
                ),
                io.Combo.Input(
                    "icc_profile",
                    optional=True,
                    options=[SRGB, *PROFILES.names()],
                    tooltip="Your printer's profile in models/icc, RGB or CMYK: the colours are converted to it.",
                ),
                TYPE.Input(
                    "type",
                    optional=True,
                    tooltip="From the node that set the words, beside its image: a PDF has them as outlines.",
                ),
                io.Combo.Input(
                    "standard",
                    options=list(STANDARDS),
                    optional=True,
                    tooltip="Of a PDF: PDF/X-4 or PDF/X-1a names the press that it is made for, by your CMYK profile.",
                ),
                io.Float.Input(
                    "ink_limit",
                    default=0.0,
                    min=0.0,
                    max=400.0,
                    step=5.0,
                    optional=True,
                    tooltip="Percent of all four inks together that the paper takes; 0 = as your profile separates.",
                ),
                io.Boolean.Input(
                    "marks",
                    default=False,
                    optional=True,
                    tooltip="Crop, fold and registration marks and a line that names the sheet, in 12 mm all round.",
                ),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The same pictures, unchanged."),
                io.String.Output(display_name="path", tooltip="The written files, one line each."),
                io.String.Output(display_name="report", tooltip="Inks, type and marks, as they were written."),
            ],
        )

    @classmethod
    def validate_inputs(cls, format=None, icc_profile=SRGB) -> bool | str:
        # Naming an input switches ComfyUI's own check of it off, so all is done here, before any work begins.
        if icc_profile != SRGB and (answer := PROFILES.check(icc_profile)) is not True:
            return answer
        if format is None:  # it comes by a link, or is missing, which ComfyUI says
            return True
        if format not in print_files.ENDINGS:
            return f"Expected one of {', '.join(print_files.ENDINGS)}, got {format!r}."
        return print_files.missing_libraries(format) or True

    @classmethod
    def fingerprint_inputs(cls, icc_profile=SRGB, **_) -> str:
        return PROFILES.stamp(icc_profile)

    @classmethod
    def execute(
        cls, image, trim, format, filename_prefix, icc_profile=SRGB, type=None, standard=BOXES, ink_limit=0.0,
        marks=False,
    ) -> io.NodeOutput:  # fmt: skip
        pictures = images.pictures(image)
        profile = None if icc_profile == SRGB else colour_profile.read(PROFILES.path(icc_profile))
        print_files.check(format, profile, print_files.Press(standard, ink_limit, marks))
        shapes, words, told = (), None, []
        if type is not None:
            ground = type.beneath("image", pictures)
            if format in print_files.OUTLINED:
                pictures, shapes = type.shaded(), type.shapes
            elif format in print_files.LAYERED:
                pictures, words = ground, images.to_bytes(type.layer)
            told.append(_type_told(type.shapes, format))
        elif format in print_files.LAYERED:
            told.append("One layer, as there is no type: connect it beside the image.")
        results = Results(filename_prefix, pictures.shape[2], pictures.shape[1])
        texts = metadata(cls.hidden.prompt, cls.hidden.extra_pnginfo)
        title = filename_prefix.replace("\\", "/").rsplit("/", 1)[-1]
        below, marks_told = _slug(trim, title, standard, icc_profile) if marks else ((), "")
        press = print_files.Press(standard, ink_limit, marks, below)
        progress = Progress(len(pictures))
        for picture in pictures:
            check_interrupt()
            pixels = images.to_bytes(picture if picture.shape[-1] == 4 else images.rgb(picture))
            file = interruptibly(print_files.encode, pixels, format, trim, texts, profile, press, shapes, title, words)
            with results.writing(print_files.ENDINGS[format]) as path:
                write_whole(path, file.data)
            told += filter(None, [file.report])
            progress.step()
        if marks:
            told.append(marks_told)
        preview = None if format in SHOWN else images.thumbnails(images.pictures(image), PREVIEW)
        return io.NodeOutput(image, results.lines(), "\n".join(told), ui=results.shown(preview))


def _slug(trim: Trim, title: str, standard: str, icc_profile: str) -> tuple[tuple[Shape, ...], str]:
    """The line for the printer below the marks, and a word about both."""
    told = f"Marks of {len(trim.folds_mm)} folds, of the trim and for registration, outside the bleed"
    press = icc_profile if standard == BOXES else f"{standard}, {icc_profile}"
    try:
        line = interruptibly(slug, trim, title, press, partial(outlined, model_fonts=listed(FONTS)))
    except UserError as error:  # marks need no font, and must not fail for the want of one
        return (), f"{told}; no line with name and size below them: {error}"
    return tuple(line), f"{told}, and a line with name and size below."


def _type_told(shapes, file_format: str) -> str:
    if file_format in print_files.OUTLINED:
        return f"Type: {len(shapes)} outlines."
    if file_format in print_files.LAYERED:
        return "Type: a layer of its own, in pixels."
    return f"Type: pixels, as {file_format} has no outlines; take pdf for them."
