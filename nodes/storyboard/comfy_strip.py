"""The face of the webtoon strip."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from functools import partial

from ..host import images
from ..host.api import io
from ..host.progress import interruptibly
from ..lettering import caption
from ..lettering import comfy as lettering
from ..page.colour import colour_of
from .strip import PLACES, lines_for, strip


class WebtoonStrip(io.ComfyNode):
    """Frames one below the other."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongWebtoonStrip",
            display_name="Webtoon Strip",
            category="dancheong/story",
            description="Set the frames of a story one below the other, each with its caption in a real font.",
            search_aliases=["webtoon", "comic strip", "captions", "vertical", "scroll", "stack images"],
            inputs=[
                io.Image.Input("frames", tooltip="From Tell Story or Split Storyboard, or any pictures of one size."),
                io.String.Input(
                    "captions",
                    multiline=True,
                    default="",
                    tooltip="A line a frame, such as the captions of Tell Story. Empty: no captions.",
                ),
                io.Combo.Input(
                    "font",
                    options=["auto", *lettering.known()],
                    tooltip="A font file of models/fonts or of this machine. auto takes the first with every letter.",
                ),
                io.Float.Input(
                    "letters",
                    default=5.0,
                    min=1.0,
                    max=30.0,
                    step=0.5,
                    tooltip="Height of the captions' letters in percent of a frame's width.",
                ),
                io.Float.Input(
                    "gap",
                    default=6.0,
                    min=0.0,
                    max=100.0,
                    step=0.5,
                    tooltip="Between frames, and above and below all, in percent of a frame's width.",
                ),
                io.Combo.Input("place", options=list(PLACES), tooltip="Where each caption stands."),
                io.String.Input("colour", default="#000000", tooltip="Of the letters: #rrggbb or a CSS colour name."),
                io.String.Input("ground", default="#ffffff", tooltip="Of the strip: #rrggbb or a CSS colour name."),
            ],
            outputs=[io.Image.Output(display_name="strip", tooltip="One tall picture, as wide as a frame.")],
        )

    @classmethod
    def execute(cls, frames, captions, font, letters, gap, place, colour, ground) -> io.NodeOutput:
        """Set them."""
        pictures = images.to_bytes(images.rgb(images.pictures(frames)))
        width = pictures.shape[2]
        colours = [colour_of(name, value) for name, value in (("colour", colour), ("ground", ground))]
        size = max(1, round(width * letters / 100))
        lettered = partial(caption, lettering.known(), font, width=width, size=size, colour=colours[0])
        lines = lines_for(captions, len(pictures))
        tall = interruptibly(strip, pictures, lines, round(width * gap / 100), place, colours[1], lettered)
        return io.NodeOutput(images.to_host(images.from_bytes(tall)[None]))

    @classmethod
    def fingerprint_inputs(cls, font, **_) -> str | float:
        """A font may be another file."""
        return float("nan") if font is None else lettering.stamped(font)
