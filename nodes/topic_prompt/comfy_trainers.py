"""The face of training a topic; what it does is loaded when it first runs."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from functools import partial

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.wires import LOSSES, TOPIC
from ..news import comfy as news
from ..news import composed


class TrainTopicPrompt(io.ComfyNode):
    """From pictures and titles of the graph."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongTrainTopicPrompt",
            display_name="Train Topic Prompt",
            category="dancheong/korean",
            description="Learns a few vectors that stand for a topic, from its pictures and their titles.",
            search_aliases=["textual inversion", "train embedding", "learnable prompt", "soft prompt", "news topic"],
            is_input_list=True,
            inputs=[
                *_models(),
                io.Image.Input("images", tooltip="Pictures of the topic, of any sizes: 20 and more."),
                io.String.Input("titles", force_input=True, tooltip="One a picture, in the same order."),
                *_lesson(),
            ],
            outputs=_learned(),
        )

    @classmethod
    def execute(cls, model, clip, vae, images, titles, **settings) -> io.NodeOutput:
        """Learn, or go on with a stopped run."""
        from .learning import comfy_train

        pictures = [picture for batch in images for picture in batch]
        single = {name: value[0] for name, value in settings.items()}
        return _learn(model[0], clip[0], vae[0], comfy_train.given(pictures, titles), **single)


class TrainTopicDataset(io.ComfyNode):
    """From a dataset of any size."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongTrainTopicDataset",
            display_name="Train Topic Prompt on Dataset",
            category="dancheong/korean",
            description=(
                "The same for datasets of any size: pictures are read one at a time and encoded only once. "
                "`dancheong train topic` runs it."
            ),
            search_aliases=["textual inversion", "train embedding", "large dataset", "curated news", "cached latents"],
            inputs=[
                *_models(),
                io.String.Input(
                    "dataset",
                    default="economy",
                    tooltip="A zip, parquet, table or folder in ComfyUI's input or datasets folder, as "
                    "`dancheong curate` writes it.",
                ),
                io.String.Input(
                    "only", default="", tooltip="Only rows of these topics, with commas between; empty takes all."
                ),
                io.Int.Input(
                    "side",
                    default=512,
                    min=64,
                    max=2048,
                    step=8,
                    tooltip="px; pictures are cut to squares about their middle and brought to this size.",
                ),
                *_lesson(),
            ],
            outputs=_learned(),
        )

    @classmethod
    def execute(cls, model, clip, vae, dataset, only, side, **settings) -> io.NodeOutput:
        """Learn, or go on with a stopped run."""
        from .learning import comfy_dataset

        path = folders.dataset(dataset)
        topics = frozenset(composed(topic.strip()).casefold() for topic in only.split(",") if topic.strip())
        chosen = comfy_dataset.Dataset(path, news.stamp(path), topics, side)
        return _learn(model, clip, vae, partial(comfy_dataset.gather, chosen, vae), **settings)

    @classmethod
    def fingerprint_inputs(cls, dataset, **_) -> str | float:
        """A dataset's files may be others."""
        if dataset is None:  # it comes by a link; ComfyUI takes one and the same NaN for unchanged
            return float("nan")
        try:
            return news.stamp(folders.dataset(dataset))
        except UserError as error:
            return str(error)  # the node says so itself when it runs


def _models() -> list:
    """What both trainers learn against."""
    return [
        io.Model.Input("model", tooltip="Stays as it is; LoRAs on it count."),
        io.Clip.Input("clip", tooltip="From Load Korean CLIP, or the model's own. Stays as it is."),
        io.Vae.Input("vae", tooltip="The model's own. Stays as it is."),
    ]


def _lesson() -> list:
    """How both trainers learn."""
    return [
        io.String.Input("topic", default="economy", tooltip="What the topic is called, in a word or two."),
        io.Int.Input("vectors", default=4, min=1, max=32, tooltip="1 to 4 for tens of pictures, up to 8 for many."),
        io.Int.Input("steps", default=1000, min=1, max=100000, tooltip="Each looks at one batch."),
        io.Float.Input(
            "learning_rate",
            default=0.005,
            min=1e-6,
            max=1.0,
            step=0.0001,
            round=1e-6,
            tooltip="Falls to 0 by a cosine.",
        ),
        io.Int.Input("batch_size", default=4, min=1, max=64, tooltip="Pictures of one size a step."),
        io.Int.Input(
            "seed",
            default=0,
            min=0,
            max=2**32 - 1,
            control_after_generate=True,
            tooltip="The same seed learns the same vectors.",
        ),
        io.String.Input(
            "init_text",
            default="",
            tooltip="Words to begin with; empty for the topic's name.",
            advanced=True,
        ),
        io.Float.Input(
            "caption_dropout",
            default=0.1,
            min=0.0,
            max=1.0,
            step=0.01,
            tooltip="Share of titles that are left out, so that the vectors carry the topic alone.",
            advanced=True,
        ),
        io.Float.Input(
            "held_out",
            default=0.1,
            min=0.0,
            max=0.9,
            step=0.01,
            tooltip="Share of pictures that are only judged by; one at least, 64 at most.",
            advanced=True,
        ),
        io.String.Input(
            "resume",
            default="",
            tooltip="A stopped run to go on with, such as economy_001; empty begins a new one.",
            advanced=True,
        ),
    ]


def _learned() -> list:
    return [
        TOPIC.Output(display_name="topic", tooltip="For Encode Text with Topic and Save Topic Prompt."),
        LOSSES.Output(display_name="loss_map", tooltip="For Plot Loss Graph."),
        io.String.Output(display_name="report", tooltip="Whether it helped, by pictures that it never learned from."),
    ]


def _learn(model, clip, vae, gather, resume, **settings) -> io.NodeOutput:
    from .learning import comfy_train

    lesson = comfy_train.lesson(**settings)
    learned = comfy_train.learn(model, clip, vae, gather, lesson, folders.roots("embeddings")[0], resume)
    return io.NodeOutput(learned.topic, {"loss": learned.losses}, "\n".join(learned.report))
