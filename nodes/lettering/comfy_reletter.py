"""The face of re-lettering."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..erase.comfy import METHODS
from ..host.api import io
from ..host.wires import INPAINT_MODEL, TYPE
from ..page.colour import colour_of
from . import comfy_fonts, fonts
from .wishes import FITS, MATCHES, Wish

KEEP, ERASE = "keep", "erase"
WHITE = "#ffffff"


class Reletter(io.ComfyNode):
    """New words in the lettering of the old ones."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongReletter",
            display_name="Re-letter Text",
            category="dancheong/text",
            description="Set new words in the lettering of the old ones: its colours, size, turn and the nearest font.",
            search_aliases=["replace text", "translate text", "comic translation", "scanlation", "text replacement",
                            "pseudo-text", "retitle", "match font"],
            inputs=[
                io.Image.Input("image", tooltip="The picture with the old words."),
                io.String.Input(
                    "text",
                    multiline=True,
                    tooltip="New words, a line for each region: 2: words. A line may carry its own values, as the "
                    "report prints them: 2 size=84 dx=-6 angle=3 colour=#ffcc00: words. ' / ' breaks a line.",
                ),
                io.String.Input(
                    "regions",
                    default="",
                    tooltip="From OCR Text Mask, made from the same picture. Empty: every piece of the mask is one.",
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="Without regions, where the words are; with them, which of them lines take in turn.",
                ),
                io.Combo.Input(
                    "font",
                    options=[fonts.AUTO, *comfy_fonts.known()],
                    tooltip="auto takes the one most like the old letters among those that draw the new words.",
                ),
                io.Combo.Input(
                    "match",
                    options=list(MATCHES),
                    tooltip="all: place, size, turn, colours, outline, shadow and font; place only: the first three.",
                ),
                io.Combo.Input(
                    "fit",
                    options=list(FITS),
                    tooltip="What is done to words that are too long: set smaller, condensed first, or broken.",
                ),
                io.Combo.Input(
                    "background",
                    options=[KEEP, ERASE],
                    default=ERASE,
                    tooltip="erase fills where the old letters stood; keep sets the new ones over what is there.",
                ),
                io.Combo.Input("method", options=list(METHODS), tooltip="How erased letters are filled."),
                io.String.Input(
                    "colour",
                    default=WHITE,
                    optional=True,
                    tooltip="Of the letters with match 'place only': #rrggbb or a CSS colour name.",
                ),
                INPAINT_MODEL.Input(
                    "inpaint_model", optional=True, tooltip="From Load Inpaint Model, for the method lama."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with the new words."),
                io.Image.Output(display_name="text_layer", tooltip="The new words alone, with alpha."),
                io.String.Output(
                    display_name="report", tooltip="Every line with all that was measured, to be copied and changed."
                ),
                TYPE.Output(
                    display_name="type",
                    tooltip="The new letters as outlines, for Save for Print; of one picture. Gradients stay pixels.",
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(
        cls, image, text, regions, font, match, fit, background, method, mask=None, colour=WHITE,
        inpaint_model=None,
    ) -> io.NodeOutput:  # fmt: skip
        """See the schema."""
        from .reletter.comfy_pictures import reletter_pictures

        wish = Wish(comfy_fonts.known(), font, match, fit, colour_of("colour", colour))
        filling = (method, inpaint_model) if background == ERASE else None
        return io.NodeOutput(*reletter_pictures(image, text, regions, mask, wish, filling))

    @classmethod
    def fingerprint_inputs(cls, **_) -> str:
        """A line may name any font."""
        return comfy_fonts.stamped(fonts.AUTO)
