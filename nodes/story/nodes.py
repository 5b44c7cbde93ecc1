"""The face of StoryGen."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..host.api import io
from ..host.images import to_host
from ..host.wires import STORY_REFERENCES, STORYGEN
from . import comfy_load, comfy_references, comfy_tell, cut_short
from .captions import captions as lines_of
from .comfy_files import ExtractStoryGen as ExtractStoryGen
from .comfy_files import LoadStoryGen as LoadStoryGen
from .comfy_guider import Guider
from .comfy_references import RANGES
from .comfy_trainers import TrainStoryGen as TrainStoryGen
from .stage import MOST, STAGES


class ApplyStoryGen(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongApplyStoryGen",
            display_name="Apply StoryGen",
            category="dancheong/story",
            description="Give a Stable Diffusion 1.5 MODEL StoryGen's attention to earlier pictures.",
            search_aliases=["storygen", "story", "reference attention", "consistent character"],
            inputs=[
                io.Model.Input("model", tooltip="Stable Diffusion 1.5; LoRAs and other patches on it go on to work."),
                STORYGEN.Input("storygen", tooltip="From Load StoryGen."),
            ],
            outputs=[
                io.Model.Output(display_name="model", tooltip="For Story Guider; the MODEL given stays as it is.")
            ],
        )

    @classmethod
    def execute(cls, model, storygen) -> io.NodeOutput:
        return io.NodeOutput(comfy_load.apply(model, storygen))


class StoryReferences(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongStoryReferences",
            display_name="Story References",
            category="dancheong/story",
            description="The earlier pictures of a story, each with its own caption, for the next one to look at.",
            search_aliases=["storygen", "previous frames", "story context", "reference images"],
            inputs=[
                io.Vae.Input("vae", tooltip="The VAE of the checkpoint."),
                io.Image.Input(
                    "images",
                    tooltip=(
                        "The earlier pictures, the oldest first; StoryGen learned from up to three. They are brought "
                        "to the size of the new one without a crop; what is transparent is black."
                    ),
                ),
                io.Clip.Input("clip", tooltip="The CLIP of the checkpoint."),
                io.String.Input(
                    "captions",
                    multiline=True,
                    tooltip="What each picture shows: a line a picture, the oldest first. Empty lines do not count.",
                ),
                io.String.Input(
                    "null_caption",
                    default="",
                    tooltip='The text of "no reference": as published the negative prompt, or nothing.',
                ),
                io.Combo.Input(
                    "reference_range",
                    options=list(RANGES),
                    advanced=True,
                    tooltip=(
                        "as trained: 0 to 1, as StoryGen learned and draws. normalised: -1 to 1, as the VAE expects; "
                        "untrained."
                    ),
                ),
                io.Combo.Input(
                    "schedule",
                    options=list(STAGES),
                    tooltip=(
                        "auto-regressive: older pictures through more noise (StorySalon). multi-image: all through the "
                        "same (COCO)."
                    ),
                ),
            ],
            outputs=[STORY_REFERENCES.Output(display_name="references", tooltip="For Story Guider.")],
        )

    @classmethod
    def execute(cls, vae, images, clip, captions, null_caption, reference_range, schedule) -> io.NodeOutput:
        return io.NodeOutput(
            comfy_references.references(vae, images, captions, null_caption, clip, reference_range, schedule)
        )


class StoryGuider(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongStoryGuider",
            display_name="Story Guider",
            category="dancheong/story",
            description="StoryGen's guidance by text and by earlier pictures, for Sampler Custom (Advanced).",
            search_aliases=["storygen", "guider", "dual cfg", "image guidance", "story"],
            inputs=[
                io.Model.Input("model", tooltip="From Apply StoryGen."),
                io.Conditioning.Input("positive", tooltip="What the new picture shows."),
                io.Conditioning.Input(
                    "text_only",
                    tooltip=(
                        "The text where references are weighed without the new caption: as published the same as "
                        "negative. Not used without references."
                    ),
                ),
                io.Conditioning.Input("negative", tooltip="What it does not show, or an empty text."),
                STORY_REFERENCES.Input(
                    "references",
                    optional=True,
                    tooltip="From Story References; without them the text alone guides, as for a first picture.",
                ),
                io.Float.Input(
                    "cfg", default=7.0, min=0.0, max=100.0, step=0.1, tooltip="How firmly the text is followed."
                ),
                io.Float.Input(
                    "image_cfg",
                    default=3.5,
                    min=0.0,
                    max=100.0,
                    step=0.1,
                    tooltip="How firmly the references are followed; not used without them.",
                ),
            ],
            outputs=[io.Guider.Output(display_name="guider", tooltip="For Sampler Custom (Advanced).")],
        )

    @classmethod
    def execute(cls, model, positive, text_only, negative, cfg, image_cfg, references=None) -> io.NodeOutput:
        guider = Guider(model, references, cfg, image_cfg)
        guider.set_story_conds(positive, text_only, negative)
        return io.NodeOutput(guider)


class TellStory(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongTellStory",
            display_name="Tell Story",
            category="dancheong/story",
            description="Draw a story with StoryGen, a line a frame; each frame looks at the last few before it.",
            search_aliases=["storygen", "story", "comic", "webtoon", "storyboard", "consistent character"],
            inputs=[
                io.Model.Input("model", tooltip="Stable Diffusion 1.5, without StoryGen."),
                io.Clip.Input("clip", tooltip="The CLIP of the checkpoint."),
                io.Vae.Input("vae", tooltip="The VAE of the checkpoint."),
                STORYGEN.Input("storygen", tooltip="From Load StoryGen."),
                io.String.Input(
                    "story", multiline=True, tooltip="What each frame shows: a line a frame. Empty lines do not count."
                ),
                io.String.Input("negative", default="", tooltip="What no frame shows."),
                io.Int.Input(
                    "keep",
                    default=3,
                    min=1,
                    max=MOST,
                    tooltip="Frames that the next one looks at; trained with 1 to 3.",
                ),
                io.Int.Input("steps", default=40, min=1, max=500, tooltip="Denoising steps a frame; published are 40."),
                io.Float.Input(
                    "cfg", default=7.0, min=0.0, max=100.0, step=0.1, tooltip="How firmly the text is followed."
                ),
                io.Float.Input(
                    "image_cfg",
                    default=3.5,
                    min=0.0,
                    max=100.0,
                    step=0.1,
                    tooltip="How firmly earlier frames are followed.",
                ),
                io.Int.Input("width", default=512, min=64, max=2048, step=8, tooltip="px; trained with 512."),
                io.Int.Input("height", default=512, min=64, max=2048, step=8, tooltip="px; trained with 512."),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=comfy_tell.SEEDS - 1,
                    control_after_generate=True,
                    tooltip="Decides the first frame's noise; every next frame counts up from it.",
                ),
                io.Image.Input(
                    "first_frame",
                    optional=True,
                    tooltip="The first frame, or the first few, that are there already; their lines stand first.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="frames", tooltip="All frames, those given included."),
                io.String.Output(display_name="captions", tooltip="The lines of these frames."),
                io.String.Output(display_name="report", tooltip="Seed of every frame, and what it looked at."),
            ],
        )

    @classmethod
    def execute(
        cls, model, clip, vae, storygen, story, negative, keep, steps, cfg, image_cfg, width, height, seed,
        first_frame=None,
    ) -> io.NodeOutput:  # fmt: skip
        manner = comfy_tell.Manner(storygen.stage, negative, keep, steps, cfg, image_cfg, width, height, seed)
        told = comfy_tell.tell(comfy_load.apply(model, storygen), clip, vae, lines_of(story), manner, first_frame)
        if not told.whole:
            cut_short.note(story=story, steps=steps, seed=seed)
        return io.NodeOutput(to_host(told.frames), "\n".join(told.captions), "\n".join(told.lines))

    @classmethod
    def fingerprint_inputs(cls, story, steps, seed, **_) -> int:
        return cut_short.times(story=story, steps=steps, seed=seed)
