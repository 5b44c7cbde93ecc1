"""The face of lettering."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..host import images
from ..host.api import io
from ..host.progress import interruptibly
from ..host.wires import TRIM, TYPE
from ..page.colour import colour_of
from ..page.lettered import Lettered
from . import comfy_fonts, fonts
from .breaks import SYLLABLE_WISE, WORD_WISE
from .choice import OWN, SAME, faces_of
from .comfy_place_title import PlaceTitle as PlaceTitle
from .comfy_reletter import Reletter as Reletter
from .ink import Paint
from .layer import lay
from .letters import HORIZONTAL, TURNED, VERTICAL
from .margins import margins
from .text import clean
from .typeset import JUSTIFIED, Style, Words, is_spine, typeset


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
                    options=[fonts.AUTO, *comfy_fonts.known()],
                    tooltip="A font file of models/fonts or of this machine. auto takes the first with every letter.",
                ),
                io.Combo.Input(
                    "layout",
                    options=[HORIZONTAL, VERTICAL, TURNED],
                    tooltip="vertical sets columns from right to left, Latin words on their side; turned lays all so. "
                    "On a spine both set all in one line.",
                ),
                io.Combo.Input("position", options=["top", "centre", "bottom"], tooltip="Where the title stands."),
                io.Combo.Input(
                    "align",
                    options=["centre", "left", "right", JUSTIFIED],
                    tooltip="To which side it is set; justified fills every line but the last of a paragraph.",
                ),
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
                    tooltip="Free space all round in percent of the shorter side; without trim, count the bleed in.",
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
                TRIM.Input(
                    "trim",
                    optional=True,
                    tooltip="From Book Trim Size: the margin counts from the trim line, at least 3 mm from the knife.",
                ),
                io.Int.Input(
                    "weight",
                    default=0,
                    min=0,
                    max=1000,
                    optional=True,
                    tooltip="Of a variable font or a collection: 100 thin, 400 regular, 900 black; 0 = as it is.",
                ),
                io.Int.Input(
                    "width",
                    default=100,
                    min=25,
                    max=200,
                    optional=True,
                    advanced=True,
                    tooltip="Of a variable font, in percent: less is condensed, more is wide.",
                ),
                *(
                    io.Combo.Input(
                        f"{script}_font",
                        options=[SAME, fonts.AUTO, *comfy_fonts.known()],
                        optional=True,
                        advanced=True,
                        tooltip=f"For {name}, matched in size and baseline. auto: another only where font lacks some.",
                    )
                    for script, name in (("hanja", "Hanja"), ("latin", "Latin letters"), ("numerals", "numerals"))
                ),
                io.Float.Input(
                    "tracking",
                    default=0.0,
                    min=-20.0,
                    max=200.0,
                    step=0.5,
                    optional=True,
                    tooltip="Between letters, in percent of their height; less than 0 draws them together.",
                ),
                io.Float.Input(
                    "leading",
                    default=130.0,
                    min=70.0,
                    max=400.0,
                    step=1.0,
                    optional=True,
                    tooltip="From line to line, in percent of the letters' height.",
                ),
                io.Combo.Input(
                    "breaking",
                    options=[WORD_WISE, SYLLABLE_WISE],
                    optional=True,
                    tooltip="word-wise keeps words whole that fit a line; syllable-wise breaks between any syllables.",
                ),
                io.Boolean.Input(
                    "hanging",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="Brackets, commas and full stops at the ends of lines hang in the margin.",
                ),
                io.Float.Input(
                    "shadow",
                    default=0.0,
                    min=0.0,
                    max=50.0,
                    step=0.5,
                    optional=True,
                    tooltip="How far a soft shadow falls to the lower right, percent of the title's height; 0 = none.",
                ),
                io.String.Input(
                    "shadow_colour", default="#000000", optional=True, tooltip="Of the shadow: #rrggbb or a CSS name."
                ),
                io.Float.Input(
                    "plate",
                    default=0.0,
                    min=0.0,
                    max=200.0,
                    step=1.0,
                    optional=True,
                    tooltip="How far a plate reaches around the words, in percent of the title's height; 0 = none.",
                ),
                io.String.Input(
                    "plate_colour", default="#000000", optional=True, tooltip="Of the plate: #rrggbb or a CSS name."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with the text on it."),
                io.Image.Output(display_name="text_layer", tooltip="The text alone, with alpha."),
                io.Mask.Output(display_name="mask", tooltip="1 on the letters and their outline."),
                io.String.Output(display_name="report", tooltip="Which font was used, where it came from, which size."),
                TYPE.Output(
                    display_name="type", tooltip="The letters as outlines, for Save for Print or Compose Cover Flat."
                ),
            ],
        )

    @classmethod
    def execute(
        cls, image, title, subtitle, author, font, layout, position, align, title_size, margin, colour,
        outline_colour, outline, trim=None, weight=0, width=100, hanja_font=SAME, latin_font=SAME,
        numerals_font=SAME, tracking=0.0, leading=130.0, breaking=WORD_WISE, hanging=False, shadow=0.0,
        shadow_colour="#000000", plate=0.0, plate_colour="#000000",
    ) -> io.NodeOutput:  # fmt: skip
        pictures = images.pictures(image)
        across, high = pictures.shape[2], pictures.shape[1]
        words = Words(*map(clean, (title, subtitle, author)))
        colours = {
            name: colour_of(name, value)
            for name, value in (
                ("colour", colour), ("outline_colour", outline_colour),
                ("shadow_colour", shadow_colour), ("plate_colour", plate_colour),
            )
        }  # fmt: skip
        spine = is_spine(across, high, layout)
        free = margins(across, high, margin, trim, spine)
        own = dict(zip(OWN, (hanja_font, latin_font, numerals_font), strict=True))
        text = "\n".join((words.title, words.subtitle, words.author))
        faces, told = interruptibly(faces_of, comfy_fonts.known(), font, own, text, weight, width)
        style = Style(
            faces, layout, position, align, title_size, outline, tracking, leading, breaking, hanging
        )  # fmt: skip
        ink, size = interruptibly(typeset, across, high, words, style, free)
        paint = Paint(
            colours["colour"], colours["outline_colour"], size * shadow / 100, colours["shadow_colour"],
            size * plate / 100, colours["plate_colour"],
        )  # fmt: skip
        layer = images.from_bytes(ink.paint(paint))
        result = images.working_copy(image)
        lay(result, pictures, layer)
        report = f"{told}; letters {size} px, {100 * size / high:.1f} % of the height"
        shrunk = size < round(high * title_size / 100)
        report += f" instead of {title_size:g} % so that the text fits." if shrunk else "."
        if spine:
            report += " A spine: all words stand in one line."
        count = len(pictures)
        return io.NodeOutput(
            images.to_host(result),
            images.to_host(layer.expand(count, *layer.shape)),
            images.to_host(layer[..., 3].expand(count, *layer.shape[:2])),
            report,
            Lettered(pictures, images.from_bytes(ink.shade(paint)), layer, ink.shapes(paint)),
        )

    @classmethod
    def fingerprint_inputs(cls, font, hanja_font=SAME, latin_font=SAME, numerals_font=SAME, **_) -> str:
        return comfy_fonts.stamped(font, hanja_font, latin_font, numerals_font)
