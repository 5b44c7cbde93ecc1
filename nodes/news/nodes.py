"""The face of news data."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..host.api import io
from .headline import clean


class CleanHeadline(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCleanHeadline",
            display_name="Clean News Headline",
            category="dancheong/news",
            description="Take tags, reporters, quotes and ellipses off a Korean headline, so that it can be a prompt.",
            search_aliases=["headline", "news title", "strip tags", "korean text", "prompt cleaning"],
            inputs=[
                io.String.Input("text", multiline=True, tooltip="A headline, as the outlet wrote it."),
                io.Boolean.Input(
                    "hanja",
                    default=True,
                    tooltip="Write Hanja abbreviations of headlines out, which Korean text encoders hardly know.",
                ),
            ],
            outputs=[io.String.Output(display_name="text", tooltip="The headline in one line; never empty.")],
        )

    @classmethod
    def execute(cls, text, hanja) -> io.NodeOutput:
        return io.NodeOutput(clean(text, hanja))
