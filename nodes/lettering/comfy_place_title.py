"""The face of placing."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..cover_prompt import GENRES
from ..host.api import io
from ..host.wires import FLAT, TRIM, TYPE
from . import comfy_fonts, fonts
from .wishes import FRONT, PANELS

MOST = 6


class PlaceTitle(io.ComfyNode):
    """Where a title reads best."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongPlaceTitle",
            display_name="Place Title",
            category="dancheong/print",
            description="Find where a title reads best in this picture, clear of faces, and set it as its genre does.",
            search_aliases=["title layout", "auto layout", "text placement", "book cover design", "typography", "wcag"],
            inputs=[
                io.Image.Input("image", tooltip="The cover without letters; best at its print size."),
                TRIM.Input(
                    "trim",
                    optional=True,
                    tooltip="From Book Trim Size: words stay inside what the knife cannot reach; lengths in mm.",
                ),
                io.String.Input(
                    "title", default="", multiline=True, tooltip="Breaks by sense in even lines; your line ends stay."
                ),
                io.String.Input(
                    "subtitle",
                    default="",
                    tooltip="Smaller, with the title; may be empty. Words such as novel or poems tell auto the genre.",
                ),
                io.String.Input("author", default="", tooltip="Smaller still; may be empty."),
                io.Combo.Input(
                    "genre",
                    options=[fonts.AUTO, *GENRES],
                    default=fonts.AUTO,
                    tooltip="Its conventions: typeface, weight, size, place. auto goes by subtitle and author, if they "
                    "name one.",
                ),
                io.Int.Input(
                    "layouts", default=3, min=1, max=MOST, tooltip="How many different layouts, the best first."
                ),
                io.Combo.Input(
                    "font",
                    options=[fonts.AUTO, *comfy_fonts.known()],
                    optional=True,
                    tooltip="For all words in place of the genre's typefaces; auto takes the genre's.",
                ),
                FLAT.Input(
                    "flat",
                    optional=True,
                    tooltip="Where the image is the whole sheet of Compose Cover Flat: words go on one of its panels.",
                ),
                io.Combo.Input(
                    "panel",
                    options=list(PANELS),
                    optional=True,
                    tooltip="Of the flat. For another one too, put another Place Title after this one.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="Every picture in its best layout."),
                io.Image.Output(display_name="candidates", tooltip="Every layout, the best of each picture first."),
                io.Image.Output(
                    display_name="text_layer", tooltip="The best layout's letters and veils alone, with alpha."
                ),
                io.String.Output(display_name="report", tooltip="Places, contrasts, faces, conventions, and why."),
                io.Image.Output(display_name="candidate_layers", tooltip="The text layer of every candidate."),
                TYPE.Output(
                    display_name="type",
                    tooltip="The best layout's letters as outlines, for Save for Print and Compose Cover Flat.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls, image, title, subtitle, author, genre, layouts, trim=None, font=fonts.AUTO, flat=None, panel=FRONT
    ) -> io.NodeOutput:
        """Every picture on its own."""
        from .placing.comfy_titles import place_titles

        words = (title, subtitle, author)
        return io.NodeOutput(*place_titles(image, words, genre, layouts, trim, font, flat, panel))

    @classmethod
    def fingerprint_inputs(cls, font=fonts.AUTO, **_) -> str:
        """Fonts come and go."""
        return comfy_fonts.stamped(font)
