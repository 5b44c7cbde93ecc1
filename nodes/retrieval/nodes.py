"""The face of what a picture says."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..ground.prompt_text import literal
from ..host.api import io
from ..host.images import pictures, rgb
from ..host.progress import Progress
from . import asking, check, comfy_ask, comfy_bank, comfy_journey, find, invert, wording
from .comfy_space import ClipSpace
from .journey.record import as_json
from .report import apart, by_picture, report

CATEGORY = "dancheong/picture"
IMAGE = "One picture, or several that are looked at one by one."


def _halves() -> list:
    """The two inputs that make a space of pictures and words."""
    return [
        io.ClipVision.Input("clip_vision", tooltip="The picture half of a CLIP, by Load CLIP Vision."),
        io.Clip.Input("clip", tooltip="The text half of the same model, such as Load Korean CLIP gives it."),
    ]


def _bank() -> list:
    """What may be added to the lines of a bank."""
    return [
        io.Combo.Input(
            "built_in",
            options=list(comfy_bank.LISTS),
            default=comfy_bank.AUTO,
            optional=True,
            tooltip="The pack's own list; auto: in the CLIP's language where no line is typed and no file named.",
        ),
        io.String.Input(
            "file",
            default="",
            optional=True,
            tooltip="A text file of ComfyUI's input folder with such lines, as many as you like; its vectors are kept.",
        ),
    ]


class FindStyle(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongFindStyle",
            display_name="Find Style",
            category=CATEGORY,
            description="Which styles a picture is nearest to, of a list of ours or of your own, by a CLIP.",
            search_aliases=["style retrieval", "clip interrogator", "what style", "journeydb", "image tagging"],
            inputs=[
                io.Image.Input("image", tooltip=IMAGE),
                *_halves(),
                io.String.Input(
                    "styles",
                    multiline=True,
                    default="",
                    tooltip="Your own, one a line: category, tab, style; or the style alone. Empty takes our list.",
                ),
                io.Int.Input("top", default=5, min=1, max=100, tooltip="How many, of all or of each category."),
                io.Combo.Input(
                    "scope",
                    options=list(find.SCOPES),
                    tooltip="overall: the nearest of all styles; per category: the nearest of each category.",
                ),
                *_bank(),
            ],
            outputs=[
                io.String.Output(
                    display_name="styles", is_output_list=True, tooltip="Per picture, nearest first, for a prompt."
                ),
                io.String.Output(display_name="report", tooltip="Each style with its category and cosine."),
            ],
        )

    @classmethod
    def execute(cls, image, clip_vision, clip, styles, top, scope, built_in=comfy_bank.AUTO, file="") -> io.NodeOutput:
        space = ClipSpace(clip, clip_vision)
        bank = comfy_bank.chosen("styles", built_in, file, styles, clip)
        vectors, shown = comfy_bank.vectors(space, bank), space.pictures(image, Progress(len(image)).step)
        found = [find.find(picture, vectors, bank, top, scope) for picture in shown]
        prompts = [literal(", ".join(dict.fromkeys(each.entry for each in row))) for row in found]
        rows = [find.told(row) for row in found]
        return io.NodeOutput(prompts, report(bank, comfy_bank.cut(space, bank), vectors, shown, rows))

    @classmethod
    def fingerprint_inputs(cls, file="", **_) -> str | float:
        return comfy_bank.fingerprint(file)


class InvertPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongInvertPrompt",
            display_name="Invert Prompt",
            category=CATEGORY,
            description="Words that would draw a picture, of a list of ours or of your own, by a CLIP alone.",
            search_aliases=["clip interrogator", "image to prompt", "prompt inversion", "describe image", "journeydb"],
            inputs=[
                io.Image.Input("image", tooltip=IMAGE),
                *_halves(),
                io.String.Input(
                    "phrases",
                    multiline=True,
                    default="",
                    tooltip="Your own, one a line: category, tab, words; or the words alone. Empty takes our lists.",
                ),
                io.String.Input(
                    "caption", multiline=True, default="", tooltip="Words that come first, such as a captioner's."
                ),
                io.Combo.Input(
                    "mode",
                    options=list(invert.MODES),
                    tooltip="greedy: each time what brings most beside the words so far; fast: the nearest, by rank.",
                ),
                io.Int.Input("most", default=12, min=1, max=75, tooltip="Phrases at most; greedy may end sooner."),
                *_bank(),
            ],
            outputs=[
                io.String.Output(display_name="prompt", is_output_list=True, tooltip="One per picture."),
                io.String.Output(display_name="report", tooltip="What each phrase brought, and the prompt's cosine."),
            ],
        )  # fmt: skip

    @classmethod
    def execute(
        cls, image, clip_vision, clip, phrases, caption, mode, most, built_in=comfy_bank.AUTO, file=""
    ) -> io.NodeOutput:
        space = ClipSpace(clip, clip_vision)
        bank = comfy_bank.chosen("phrases", built_in, file, phrases, clip)
        vectors, shown = comfy_bank.vectors(space, bank), space.pictures(image, Progress(len(image)).step)
        inverter = invert.Inverter(bank, vectors, space.texts, space.fits)
        progress, found = Progress(len(shown)), []
        for picture in shown:
            found.append(inverter.invert(picture, caption, mode, most))
            progress.step()
        rows = [invert.told(each, space.longest) for each in found]
        told = report(bank, comfy_bank.cut(space, bank), vectors, shown, rows)
        return io.NodeOutput([literal(each.prompt) for each in found], told)

    @classmethod
    def fingerprint_inputs(cls, file="", **_) -> str | float:
        return comfy_bank.fingerprint(file)


class CheckPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCheckPrompt",
            display_name="Check Prompt against Picture",
            category=CATEGORY,
            description="Which phrases of a prompt a picture shows, and the prompt without the others.",
            search_aliases=["prompt consistency", "clip score", "what was not drawn", "filter captions", "journeydb"],
            inputs=[
                io.Image.Input("image", tooltip=IMAGE),
                io.String.Input(
                    "prompt", multiline=True, default="", tooltip="With commas between phrases; brackets stay."
                ),
                *_halves(),
                io.Float.Input(
                    "threshold",
                    default=1.0,
                    min=-5.0,
                    max=10.0,
                    step=0.1,
                    tooltip="How many standard deviations above what the picture surely lacks a phrase must come.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="kept", is_output_list=True, tooltip="The prompt with what was drawn."),
                io.String.Output(display_name="removed", is_output_list=True, tooltip="What was not drawn."),
                io.String.Output(display_name="report", tooltip="Each phrase with how far above chance it comes."),
            ],
        )  # fmt: skip

    @classmethod
    def execute(cls, image, prompt, clip_vision, clip, threshold) -> io.NodeOutput:
        space = ClipSpace(clip, clip_vision)
        parsed = wording.parse(prompt)
        words = [phrase.words for phrase in parsed.phrases() if phrase.words]
        lacked = comfy_bank.vectors(space, comfy_bank.chosen("phrases", comfy_bank.AUTO, "", "", clip))
        said, shown = space.texts(words), space.pictures(image, Progress(len(image)).step)
        found = [check.check(picture, parsed, said, lacked, threshold) for picture in shown]
        lines = [apart(lacked, shown), *check.notes(parsed, space.fits(words), space.longest)]
        told = "\n".join(filter(None, [*lines, *by_picture([check.told(each) for each in found])]))
        return io.NodeOutput([each.kept for each in found], [each.removed for each in found], told)


class AskPicture(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongAskPicture",
            display_name="Ask Picture",
            category=CATEGORY,
            description=(
                "A question with options, put to a model that writes in as many orders as there are options, so that "
                "their order changes nothing."
            ),
            search_aliases=["visual question answering", "vqa", "multiple choice", "vlm", "quiz", "journeydb"],
            inputs=[
                io.Image.Input("image", tooltip=IMAGE),
                io.Clip.Input("clip", tooltip="A model that writes, such as Qwen3.5 or Gemma, by Load CLIP."),
                io.String.Input("question", multiline=True, default="", tooltip="In a language that the model reads."),
                io.String.Input("options", multiline=True, default="", tooltip="One a line; with or without letters."),
            ],
            outputs=[
                io.String.Output(
                    display_name="letter", is_output_list=True, tooltip="Of the option; empty where votes tie."
                ),
                io.Int.Output(display_name="index", is_output_list=True, tooltip="Its place, from 0; -1 for none."),
                io.String.Output(
                    display_name="raw", is_output_list=True, tooltip="The model's answer to each order, and the votes."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(cls, image, clip, question, options) -> io.NodeOutput:
        comfy_ask.check(clip)
        asked = asking.read(question, options)
        shown, orders = rgb(pictures(image)), asked.orders()
        progress, found, raw = Progress(len(shown) * len(orders)), [], []
        for picture in shown:
            answers = []
            for order in orders:
                answers.append(comfy_ask.answer(clip, picture[None], asking.prompt(asked.words, order)))
                progress.step()
            found.append(asking.verdict(asked, answers))
            raw.append(asking.told(asked, answers, found[-1]))
        return io.NodeOutput([each.letter for each in found], [each.index for each in found], raw)


class ReadJourneyDB(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        def texts(name: str, tooltip: str):
            return io.String.Output(display_name=name, is_output_list=True, tooltip=tooltip)

        return io.Schema(
            node_id="DancheongReadJourneyDB",
            display_name="Read JourneyDB",
            category=CATEGORY,
            description="Pictures, prompts, captions, styles and questions of your own copy of JourneyDB, as it lies.",
            search_aliases=["journeydb", "midjourney dataset", "prompt dataset", "jsonl", "load dataset"],
            inputs=[
                io.String.Input(
                    "source", default="", tooltip="A split's folder, or its .jsonl or .jsonl.tgz, in input or datasets."
                ),
                io.Int.Input("start", default=0, min=0, max=100_000_000, tooltip="Lines that are skipped."),
                io.Int.Input("count", default=20, min=1, max=10_000, tooltip="Lines at most; all are held in memory."),
            ],
            outputs=[
                io.Image.Output(display_name="images", is_output_list=True, tooltip="One per row."),
                texts("prompts", "As typed, with Midjourney's flags."),
                texts("captions", "Empty where a row has none."),
                texts("styles", "Words of the prompt that say its style, with commas between."),
                texts("questions", "A JSON list per row: Group, Question, Options, Answer."),
                io.String.Output(display_name="report", tooltip="Lines read, and why the others were not."),
            ],
        )

    @classmethod
    def execute(cls, source, start, count) -> io.NodeOutput:
        rows, told = comfy_journey.read(source, start, count)
        return io.NodeOutput(
            [picture for _, picture in rows],
            [row.prompt for row, _ in rows],
            [row.caption for row, _ in rows],
            [", ".join(row.styles) for row, _ in rows],
            [as_json(row) for row, _ in rows],
            told,
        )

    @classmethod
    def fingerprint_inputs(cls, source, **_) -> str | float:
        return comfy_journey.fingerprint(source)
