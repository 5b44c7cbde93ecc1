"""The face of training StoryGen; what it does is loaded when it first runs."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.wires import LOSSES, STORYGEN
from .stage import STAGES


class TrainStoryGen(io.ComfyNode):
    """From a folder of stories."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongTrainStoryGen",
            display_name="Train StoryGen",
            category="dancheong/story",
            description=(
                "Learns from stories how a picture takes up those before it: StoryGen's image attention alone, for "
                "your Stable Diffusion 1.5. `dancheong train story` runs it."
            ),
            search_aliases=["storygen", "train story", "consistent characters", "image attention", "finetune"],
            inputs=[
                io.Model.Input("model", tooltip="Stable Diffusion 1.5. Stays as it is; LoRAs on it count."),
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
                io.Int.Input(
                    "side",
                    default=512,
                    min=64,
                    max=2048,
                    step=64,
                    tooltip="px; pictures are brought to squares of this size without a crop, as in StoryGen.",
                ),
                io.Int.Input("steps", default=5000, min=1, max=1000000, tooltip="Each looks at one batch."),
                io.Float.Input(
                    "learning_rate",
                    default=0.0001,
                    min=1e-7,
                    max=1.0,
                    step=0.00001,
                    round=1e-7,
                    tooltip="Falls to 0 by a cosine. StoryGen was trained at 0.00001 for 50,000 steps of 96 pictures.",
                ),
                io.Int.Input("batch_size", default=4, min=1, max=64, tooltip="Pictures a step."),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=2**32 - 1,
                    control_after_generate=True,
                    tooltip="The same seed learns the same weights.",
                ),
                io.String.Input("name", default="my-story", tooltip="Of the file in models/storygen/trained."),
                STORYGEN.Input(
                    "storygen", optional=True, tooltip="A StoryGen to begin with; without one: the model's own weights."
                ),
                io.Combo.Input(
                    "stage",
                    options=list(STAGES),
                    optional=True,
                    advanced=True,
                    tooltip="auto-regressive: the oldest reference has the most noise. multi-image: all have as much.",
                ),
                io.Combo.Input(
                    "noise_levels",
                    options=["as published", "more high"],
                    optional=True,
                    advanced=True,
                    tooltip="more high: colour and layout, which are decided early in drawing, are learned sooner.",
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
                    tooltip="A stopped run to go on with, such as my-story_001; empty begins a new one.",
                ),
            ],
            outputs=[
                STORYGEN.Output(display_name="storygen", tooltip="For Apply StoryGen and Tell Story."),
                LOSSES.Output(display_name="loss_map", tooltip="For Plot Loss Graph."),
                io.String.Output(
                    display_name="report", tooltip="Whether it helped, by stories that it never learned from."
                ),
            ],
        )

    @classmethod
    def execute(
        cls, model, clip, vae, stories, side, steps, learning_rate, batch_size, seed, name, storygen=None,
        stage=STAGES[0], noise_levels="as published", held_out=0.05, resume="",
    ) -> io.NodeOutput:  # fmt: skip
        """Learn, or go on with a stopped run."""
        from .learning import comfy_train

        lesson = comfy_train.lesson(steps, learning_rate, batch_size, seed, stage, noise_levels, held_out)
        path, root = folders.dataset(stories), folders.roots("storygen")[0]
        learned = comfy_train.learn(model, clip, vae, path, side, lesson, root, name, storygen, resume)
        return io.NodeOutput(learned.storygen, {"loss": learned.losses}, "\n".join(learned.report))

    @classmethod
    def fingerprint_inputs(cls, stories, **_) -> str | float:
        """The files of stories may be others."""
        if stories is None:  # it comes by a link; ComfyUI takes one and the same NaN for unchanged
            return float("nan")
        from .learning import comfy_dataset

        try:
            return comfy_dataset.stamped(folders.dataset(stories))
        except UserError as error:
            return str(error)  # the node says so itself when it runs
