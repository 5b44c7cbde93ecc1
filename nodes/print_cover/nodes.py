"""The face of the printed cover."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import unicodedata

from ..ground.whole_file import write_whole
from ..host import images
from ..host.api import io
from ..host.models import ModelFolder, listed, stamp
from ..host.progress import Progress, check_interrupt, interruptibly
from ..host.saved import Results, metadata
from ..host.wires import TRIM
from ..page import colour_profile
from ..page.colour import colour_of
from ..page.trim import PRESETS, Trim
from . import fonts, print_files
from .layer import lay
from .typeset import Style, Words, typeset

FONTS = "fonts"
PROFILES = ModelFolder("icc", "colour profile", "put your printer's there")
CUSTOM = "custom"
SRGB = "sRGB"
SHOWN = ("png", "jpeg")
"""Formats that a browser shows."""
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


class TypesetTitle(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongTypesetTitle",
            display_name="Typeset Title",
            category="dancheong/print",
            description="Set a title, subtitle and author in a real font, Korean or Latin, on a picture.",
            search_aliases=["text overlay", "draw text", "add text", "typography", "caption", "font", "book title"],
            inputs=[
                io.Image.Input("image", tooltip="The cover; best at its print size, so that the letters are sharp."),
                io.String.Input(
                    "title", default="", multiline=True, tooltip="The title; long lines wrap, your line ends stay."
                ),
                io.String.Input("subtitle", default="", tooltip="A smaller line with the title; may be empty."),
                io.String.Input("author", default="", tooltip="Set at the other end of the cover; may be empty."),
                io.Combo.Input(
                    "font",
                    options=[fonts.AUTO, *_fonts()],
                    tooltip="A font file of models/fonts or of this machine. auto takes the first with every letter.",
                ),
                io.Combo.Input(
                    "layout",
                    options=["horizontal", "vertical"],
                    tooltip="vertical sets columns from right to left; Latin words lie on their side.",
                ),
                io.Combo.Input("position", options=["top", "centre", "bottom"], tooltip="Where the title stands."),
                io.Combo.Input("align", options=["centre", "left", "right"], tooltip="To which side it is set."),
                io.Float.Input(
                    "title_size",
                    default=8.0,
                    min=0.5,
                    max=60.0,
                    step=0.5,
                    tooltip="Height of the title's letters in percent of the picture's height; it shrinks to fit.",
                ),
                io.Float.Input(
                    "margin",
                    default=9.0,
                    min=0.0,
                    max=45.0,
                    step=0.5,
                    tooltip="Free space all round in percent of the shorter side; count the bleed in.",
                ),
                io.String.Input("colour", default="#ffffff", tooltip="Of the letters: #rrggbb or a CSS colour name."),
                io.String.Input("outline_colour", default="#1d3557", tooltip="Of the outline: #rrggbb or a CSS name."),
                io.Float.Input(
                    "outline",
                    default=4.0,
                    min=0.0,
                    max=30.0,
                    step=0.5,
                    tooltip="Width of the outline in percent of the letters' height; 0 = none.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with the text on it."),
                io.Image.Output(display_name="text_layer", tooltip="The text alone, with alpha."),
                io.Mask.Output(display_name="mask", tooltip="1 on the letters and their outline."),
                io.String.Output(display_name="report", tooltip="Which font was used, where it came from, which size."),
            ],
        )

    @classmethod
    def execute(
        cls, image, title, subtitle, author, font, layout, position, align, title_size, margin, colour,
        outline_colour, outline,
    ) -> io.NodeOutput:  # fmt: skip
        pictures = images.pictures(image)
        words = Words(*(unicodedata.normalize("NFC", text).strip() for text in (title, subtitle, author)))
        face = fonts.choose(_fonts(), font, words.title + words.subtitle + words.author)
        style = Style(
            str(face.path), layout, position, align, title_size, margin, outline,
            colour_of("colour", colour), colour_of("outline_colour", outline_colour),
        )  # fmt: skip
        pixels, size = interruptibly(typeset, pictures.shape[2], pictures.shape[1], words, style)
        layer = images.from_bytes(pixels)
        result = images.working_copy(image)
        lay(result, pictures, layer)
        height = pictures.shape[1]
        report = f"Font {face.name} from {face.source}; letters {size} px, {100 * size / height:.1f} % of the height"
        shrunk = size < round(height * title_size / 100)
        report += f" instead of {title_size:g} % so that the text fits." if shrunk else "."
        count = len(pictures)
        return io.NodeOutput(
            images.to_host(result),
            images.to_host(layer.expand(count, *layer.shape)),
            images.to_host(layer[..., 3].expand(count, *layer.shape[:2])),
            report,
        )

    @classmethod
    def fingerprint_inputs(cls, font, **_) -> str:
        # What auto finds depends on models/fonts; the machine's own fonts stay while ComfyUI runs.
        chosen = _fonts().get(font)
        return stamp(*listed(FONTS)) if chosen is None else stamp(chosen.path)


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
                    tooltip="pdf has TrimBox and BleedBox; png and tiff keep alpha; jpeg and pdf get white paper.",
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
            ],
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The same pictures, unchanged."),
                io.String.Output(display_name="path", tooltip="The written files, one line each."),
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
    def execute(cls, image, trim, format, filename_prefix, icc_profile=SRGB) -> io.NodeOutput:
        pictures = images.pictures(image)
        profile = None if icc_profile == SRGB else colour_profile.read(PROFILES.path(icc_profile))
        results = Results(filename_prefix, pictures.shape[2], pictures.shape[1])
        texts = metadata(cls.hidden.prompt, cls.hidden.extra_pnginfo)
        progress = Progress(len(pictures))
        for picture in pictures:
            check_interrupt()
            pixels = images.to_bytes(picture if picture.shape[-1] == 4 else images.rgb(picture))
            data = interruptibly(print_files.encode, pixels, format, trim, texts, profile)
            with results.writing(print_files.ENDINGS[format]) as path:
                write_whole(path, data)
            progress.step()
        preview = None if format in SHOWN else images.thumbnails(pictures, PREVIEW)
        return io.NodeOutput(image, results.lines(), ui=results.shown(preview))


def _fonts() -> dict[str, fonts.Font]:
    return fonts.available(listed(FONTS))
