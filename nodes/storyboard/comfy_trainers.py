"""The face of training storyboards; what it does is loaded when it first runs."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.wires import LORA, LOSSES


class TrainStoryboard(io.ComfyNode):
    """From a folder of stories."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongTrainStoryboard",
            display_name="Train Storyboard",
            category="dancheong/story",
            description=(
                "Learns a LoRA from real stories on boards, so that frames that are drawn together agree. "
                "`dancheong train storyboard` runs it."
            ),
            search_aliases=["storyboard lora", "train lora", "story visualization", "consistent characters", "panels"],
            inputs=[
                io.Model.Input("model", tooltip="Stable Diffusion 1 or 2. Stays as it is; LoRAs on it count."),
                io.Clip.Input("clip", tooltip="The CLIP of the checkpoint, or a Korean one. Stays as it is."),
                io.Vae.Input("vae", tooltip="The model's own. Stays as it is."),
                io.String.Input(
                    "stories",
                    default="stories",
                    tooltip=(
                        "A folder in ComfyUI's input or datasets folder: a folder for each story, with pictures and "
                        "captions.txt, a line for each; or a copy of PororoSV or FlintstonesSV."
                    ),
                ),
                io.Int.Input("frames", default=4, min=2, max=16, tooltip="Of a board; shorter stories are left out."),
                io.Int.Input("columns", default=2, min=1, max=16, tooltip="Frames side by side, as in Storyboard."),
                io.Int.Input("side", default=256, min=64, max=2048, step=64, tooltip="px of one frame, a square."),
                io.Int.Input("steps", default=2000, min=1, max=1000000, tooltip="Each looks at one batch."),
                io.Float.Input(
                    "learning_rate",
                    default=0.0001,
                    min=1e-7,
                    max=1.0,
                    step=0.00001,
                    round=1e-7,
                    tooltip="Falls to 0 by a cosine.",
                ),
                io.Int.Input("batch_size", default=1, min=1, max=64, tooltip="Boards a step."),
                io.Int.Input("rank", default=16, min=1, max=256, tooltip="How much the LoRA can hold."),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=2**32 - 1,
                    control_after_generate=True,
                    tooltip="The same seed learns the same LoRA.",
                ),
                io.String.Input("name", default="my-boards", tooltip="Of the file in models/loras/trained."),
                io.Float.Input(
                    "global_weight",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    optional=True,
                    advanced=True,
                    tooltip="Of the whole story beside each caption, as Storyboard Attention will have it.",
                ),
                io.Float.Input(
                    "held_out",
                    default=0.05,
                    min=0.0,
                    max=0.9,
                    step=0.01,
                    optional=True,
                    advanced=True,
                    tooltip="Share of stories that are only judged by; one at least, 32 at most.",
                ),
                io.String.Input(
                    "resume",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="A stopped run to go on with, such as my-boards_001; empty begins a new one.",
                ),
            ],
            outputs=[
                LORA.Output(display_name="lora", tooltip="For Load LoRA Model; the file is for Load LoRA."),
                LOSSES.Output(display_name="loss_map", tooltip="For Plot Loss Graph."),
                io.String.Output(
                    display_name="report", tooltip="Whether it helped, by stories that it never learned from."
                ),
            ],
        )

    @classmethod
    def execute(
        cls, model, clip, vae, stories, frames, columns, side, steps, learning_rate, batch_size, rank, seed, name,
        global_weight=0.5, held_out=0.05, resume="",
    ) -> io.NodeOutput:  # fmt: skip
        """Learn, or go on with a stopped run."""
        from .learning import comfy_train

        lesson = comfy_train.lesson(
            steps, learning_rate, batch_size, seed, frames, columns, rank, global_weight, held_out
        )
        path, root = folders.dataset(stories), folders.roots("loras")[0]
        learned = comfy_train.learn(model, clip, vae, path, side, lesson, root, name, resume)
        return io.NodeOutput(learned.lora, {"loss": learned.losses}, "\n".join(learned.report))

    @classmethod
    def fingerprint_inputs(cls, stories, **_) -> str | float:
        """The files of stories may be others."""
        if stories is None:  # it comes by a link; ComfyUI takes one and the same NaN for unchanged
            return float("nan")
        from ..story.comfy import stamped

        try:
            return stamped(folders.dataset(stories))
        except UserError as error:
            return str(error)  # the node says so itself when it runs
