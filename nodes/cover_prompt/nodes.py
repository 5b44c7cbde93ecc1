"""The face of the cover prompt."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..host.api import io
from .brief import GENRES, SPACES, Brief, language_of, prompts

AUTO = "auto"


class CoverPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCoverPrompt",
            display_name="Book Cover Prompt",
            category="dancheong/print",
            description="A publisher's brief, Korean or English, as the prompt and negative prompt of a cover picture.",
            search_aliases=["book cover", "cover brief", "prompt builder", "genre", "arti cover"],
            inputs=[
                io.String.Input("title", default="", tooltip="The book's title; its meaning steers the picture."),
                io.Combo.Input("genre", options=list(GENRES), tooltip="Adds the look that readers know a genre by."),
                io.String.Input(
                    "summary", default="", multiline=True, tooltip="What the book is about; two or three sentences."
                ),
                io.String.Input(
                    "requirements",
                    default="",
                    multiline=True,
                    tooltip="What the picture must show, one a line, trigger words of a LoRA too. A line that begins "
                    "with - is to be avoided, unless all do: then they are a list.",
                ),
                io.Combo.Input(
                    "title_space",
                    options=list(SPACES),
                    default="top",
                    tooltip="Where the picture is to be left plain, so that the title can stand there.",
                ),
                io.Combo.Input(
                    "language",
                    options=[AUTO, "english", "korean"],
                    tooltip="Of the words that are added. auto follows the brief. A Korean brief needs a Korean text "
                    "encoder: Load Korean CLIP.",
                ),
                io.String.Input(
                    "avoid",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="What the picture must not show, one a line.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="positive", tooltip="For CLIP Text Encode."),
                io.String.Output(display_name="negative", tooltip="What to avoid: letters above all."),
                io.String.Output(display_name="report", tooltip="How the lines were read where they could mean two."),
            ],
        )

    @classmethod
    def execute(cls, title, genre, summary, requirements, title_space, language, avoid="") -> io.NodeOutput:
        brief = Brief(title, genre, summary, requirements, title_space, avoid)
        return io.NodeOutput(*prompts(brief, language_of(brief) if language == AUTO else language))
