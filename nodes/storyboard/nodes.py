"""The face of the storyboard."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..host.api import io
from ..host.images import to_host
from ..host.wires import STORYBOARD
from . import comfy_attention, comfy_board
from .board import TASKS
from .comfy_strip import WebtoonStrip as WebtoonStrip
from .comfy_trainers import TrainStoryboard as TrainStoryboard


class Storyboard(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongStoryboard",
            display_name="Storyboard",
            category="dancheong/story",
            description="Lay the frames of a story on one canvas, to be drawn together by any model.",
            search_aliases=["storyboard", "comic page", "panels", "webtoon", "story visualization", "contact sheet"],
            inputs=[
                io.String.Input(
                    "story", multiline=True, tooltip="What each frame shows: a line a frame. Empty lines do not count."
                ),
                io.Combo.Input(
                    "task",
                    options=list(TASKS),
                    tooltip=(
                        "visualize: draw all. continue: go on after the known ones. infill: draw what is between them. "
                        "replace: draw anew all that are not named as known."
                    ),
                ),
                io.Int.Input("frames", default=0, min=0, max=64, tooltip="0: as many as there are lines."),
                io.Int.Input(
                    "columns", default=2, min=1, max=16, tooltip="Frames side by side; 1 is a webtoon's strip."
                ),
                io.Int.Input("frame_width", default=512, min=64, max=2048, step=64, tooltip="px of one frame."),
                io.Int.Input("frame_height", default=512, min=64, max=2048, step=64, tooltip="px of one frame."),
                io.Image.Input(
                    "known",
                    optional=True,
                    tooltip=(
                        "Pictures that are there already: one for each known frame, or one for each of all. They come "
                        "back bit for bit where they have the size of a frame."
                    ),
                ),
                io.String.Input(
                    "known_frames",
                    default="",
                    optional=True,
                    tooltip=(
                        "Which frames these are, from 1 on: 1, 3. Empty: continue takes the first, infill the first "
                        "and the last."
                    ),
                ),
                io.Vae.Input("vae", optional=True, tooltip="The VAE of the checkpoint; needed with known frames."),
                io.Float.Input(
                    "shared_noise",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    optional=True,
                    advanced=True,
                    tooltip="How much of its first noise every frame shares with the first: more alike, less free.",
                ),
            ],
            outputs=[
                io.Latent.Output(display_name="latent", tooltip="The canvas, for any sampler."),
                STORYBOARD.Output(display_name="storyboard", tooltip="For Storyboard Attention and Split Storyboard."),
            ],
        )

    @classmethod
    def execute(
        cls, story, task, frames, columns, frame_width, frame_height, known=None, known_frames="", vae=None,
        shared_noise=0.0,
    ) -> io.NodeOutput:  # fmt: skip
        size = frame_width, frame_height
        board = comfy_board.board(story, task, frames, columns, size, known, known_frames, shared_noise)
        return io.NodeOutput(comfy_board.latent(board, vae), board)


class StoryboardAttention(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongStoryboardAttention",
            display_name="Storyboard Attention",
            category="dancheong/story",
            description="Let each frame of a storyboard follow its own caption, and all of them the whole story.",
            search_aliases=["storyboard", "regional prompt", "attention couple", "panels", "frame captions"],
            inputs=[
                io.Model.Input("model", tooltip="Any model that draws pictures from text."),
                io.Clip.Input("clip", tooltip="The CLIP of the checkpoint, or a Korean one."),
                STORYBOARD.Input("storyboard", tooltip="From Storyboard."),
                io.String.Input(
                    "whole_story",
                    multiline=True,
                    default="",
                    tooltip="What all frames have in common: hero, style. Empty: all captions one after the other.",
                ),
                io.Float.Input(
                    "global_weight",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="0: each frame reads its caption alone. 1: all read the whole story alone.",
                ),
            ],
            outputs=[
                io.Model.Output(
                    display_name="model", tooltip="For the sampler; it begins with the storyboard's noise."
                ),
                io.Conditioning.Output(display_name="conditioning", tooltip="As positive, for the sampler."),
            ],
        )

    @classmethod
    def execute(cls, model, clip, storyboard, whole_story, global_weight) -> io.NodeOutput:
        told = comfy_attention.conditioning(model, clip, storyboard, whole_story, global_weight)
        return io.NodeOutput(comfy_attention.for_board(model, storyboard), told)


class SplitStoryboard(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongSplitStoryboard",
            display_name="Split Storyboard",
            category="dancheong/story",
            description="Cut a storyboard into its frames; known frames come back bit for bit.",
            search_aliases=["storyboard", "split panels", "cut frames", "grid to batch"],
            inputs=[
                io.Image.Input("image", tooltip="The storyboard, at its own size; several give the frames of each."),
                STORYBOARD.Input("storyboard", tooltip="From Storyboard."),
            ],
            outputs=[io.Image.Output(display_name="frames", tooltip="The frames, in the order of the story.")],
        )

    @classmethod
    def execute(cls, image, storyboard) -> io.NodeOutput:
        return io.NodeOutput(to_host(storyboard.split(image)))
