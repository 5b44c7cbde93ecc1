"""The face of topic prompts."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import logging
import unicodedata
from functools import partial

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.models import ModelFolder, listed, stamp
from ..host.progress import check_interrupt
from ..host.wires import LOSSES, TOPIC
from ..korean_clip import Origin, origin_of
from ..news import comfy as news
from ..news import composed
from . import comfy_encode, comfy_many, save_file, topic_file
from .comfy_embeddings import Embeddings
from .comfy_meant import meant
from .learning import comfy_dataset, comfy_train
from .prompt import POSITIONS

TOPICS = ModelFolder("embeddings", "topic prompt", "put the file of a learned prompt there")
log = logging.getLogger("dancheong")


class LoadTopicPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadTopicPrompt",
            display_name="Load Topic Prompt",
            category="dancheong/korean",
            description="A learned prompt for a topic (economy, society, ...), from models/embeddings.",
            search_aliases=["embedding", "textual inversion", "learnable prompt", "soft prompt", "news topic"],
            inputs=[
                io.Combo.Input(
                    "embedding",
                    options=TOPICS.names(),
                    tooltip="clip_l, emb_params, A1111, diffusers and LoRA-bundled files are read.",
                ),
            ],
            outputs=[
                TOPIC.Output(display_name="topic", tooltip="For Encode Text with Topic."),
                io.String.Output(
                    display_name="report", tooltip="Vectors, width, layout and what the file says of itself."
                ),
            ],
        )

    @classmethod
    def execute(cls, embedding) -> io.NodeOutput:
        path = TOPICS.path(embedding)
        loaded = topic_file.read(path)
        topic_file.leave_room(loaded)
        name = Embeddings([str(root) for root in folders.roots("embeddings")]).name_of(path)
        lines = [f"{name}: {len(loaded.vectors)} vectors of width {loaded.vectors.shape[1]} ({loaded.layout})."]
        lines += loaded.notes
        lines += [f"{key}: {value}" for key, value in sorted(loaded.metadata.items())]
        if "text_encoder" not in loaded.metadata:
            lines.append("The file does not say which text encoder it was learned against; use it with that one only.")
        if name != unicodedata.normalize("NFC", name):
            lines.append("The file's name is decomposed (NFD), as macOS writes it: rename it before sharing prompts.")
        return io.NodeOutput(loaded, "\n".join(lines))

    @classmethod
    def validate_inputs(cls, embedding=None) -> bool | str:
        return TOPICS.check(embedding)

    @classmethod
    def fingerprint_inputs(cls, embedding) -> str:
        return TOPICS.stamp(embedding)


class EncodeTopicText(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongEncodeTopicText",
            display_name="Encode Text with Topic",
            category="dancheong/korean",
            description="A text and a topic as conditioning; Korean particles on weights and embeddings work.",
            search_aliases=["clip text encode", "prompt", "korean prompt", "topic", "headline", "batch"],
            is_input_list=True,
            inputs=[
                io.Clip.Input("clip", tooltip="From Load Korean CLIP, or any CLIP of Stable Diffusion 1.x."),
                io.String.Input(
                    "text",
                    multiline=True,
                    dynamic_prompts=True,
                    tooltip="The prompt; ComfyUI's weights and embeddings work.",
                ),
                TOPIC.Input("topic", optional=True, tooltip="From Load Topic Prompt."),
                io.Combo.Input(
                    "position",
                    options=list(POSITIONS),
                    tooltip="Where the topic goes: before the text, behind it, or where the text says <topic>.",
                ),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=3.0,
                    step=0.05,
                    tooltip="Weight of the topic; 1 is as learned.",
                ),
                io.Combo.Input(
                    "on_overflow",
                    options=["chunk", "truncate", "error"],
                    tooltip="Beyond 75 tokens: chunks side by side, leave the last words out, or stop.",
                ),
            ],
            outputs=[
                io.Conditioning.Output(
                    display_name="conditioning",
                    is_output_list=True,
                    tooltip="For a sampler; of a list one for each text.",
                ),
                io.String.Output(
                    display_name="prompt",
                    is_output_list=True,
                    tooltip="The same as text: CLIP Text Encode makes the same conditioning of it.",
                ),
                io.Int.Output(display_name="tokens", is_output_list=True, tooltip="Without start, end and padding."),
                io.String.Output(
                    display_name="report",
                    is_output_list=True,
                    tooltip="Tokens, chunks, what was moved or left out, warnings.",
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, text, **_) -> str:
        # A text that comes by a link is not known yet.
        return stamp(*listed(TOPICS.folder)) if any(one is None or "embedding" in one.lower() for one in text) else ""

    @classmethod
    def execute(cls, clip, text, position, strength, on_overflow, topic=(None,)) -> io.NodeOutput:
        inputs = (clip, text, position, strength, on_overflow, topic)
        if text and not all(inputs):
            raise UserError(
                f"Expected a value of every input for {len(text)} texts; one of them came as an empty list."
            )
        count = max(map(len, inputs)) if text else 0
        # As ComfyUI itself does with lists of unlike length: the last of the shorter is repeated.
        rows = [tuple(values[min(row, len(values) - 1)] for values in inputs) for row in range(count)]
        written = [
            _write(*row, where=f"Text {number} of {count}: " * (count > 1)) for number, row in enumerate(rows, 1)
        ]
        conditionings = [None] * count
        for one in {id(row[0]): row[0] for row in rows}.values():
            mine = [number for number, row in enumerate(rows) if row[0] is one]
            encoded = comfy_many.encode_all(one, [written[number][0] for number in mine])
            for number, conditioning in zip(mine, encoded, strict=True):
                conditionings[number] = conditioning
        prompts, tokens, reports = zip(*written, strict=True) if written else ((), (), ())
        return io.NodeOutput(conditionings, list(prompts), list(tokens), list(reports))


class TrainTopicPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
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
        pictures = [picture for batch in images for picture in batch]
        single = {name: value[0] for name, value in settings.items()}
        return _learn(model[0], clip[0], vae[0], comfy_train.given(pictures, titles), **single)


class TrainTopicDataset(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
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
        path = folders.dataset(dataset)
        topics = frozenset(composed(topic.strip()).casefold() for topic in only.split(",") if topic.strip())
        chosen = comfy_dataset.Dataset(path, news.stamp(path), topics, side)
        return _learn(model, clip, vae, partial(comfy_dataset.gather, chosen, vae), **settings)

    @classmethod
    def fingerprint_inputs(cls, dataset, **_) -> str | float:
        if dataset is None:  # it comes by a link; ComfyUI takes one and the same NaN for unchanged
            return float("nan")
        try:
            return news.stamp(folders.dataset(dataset))
        except UserError as error:
            return str(error)  # the node says so itself when it runs


class SaveTopicPrompt(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongSaveTopicPrompt",
            display_name="Save Topic Prompt",
            category="dancheong/korean",
            description="Keeps a learned topic in models/embeddings, for Load Topic Prompt and embedding:NAME.",
            search_aliases=["save embedding", "export textual inversion"],
            is_output_node=True,
            inputs=[
                TOPIC.Input("topic", tooltip="From Train Topic Prompt."),
                io.String.Input("name", default="economy", tooltip="As prompts call it, without blanks."),
                io.Combo.Input(
                    "format",
                    options=list(save_file.FORMATS),
                    tooltip="clip_l is ComfyUI's, with the facts of its training; a1111 is a .pt for other interfaces.",
                ),
            ],
            outputs=[io.String.Output(display_name="path", tooltip="The file that was written.")],
        )

    @classmethod
    def execute(cls, topic, name, format) -> io.NodeOutput:
        root = folders.roots("embeddings")[0]
        return io.NodeOutput(str(save_file.write(root, name.strip(), format, topic.vectors, topic.metadata)))


def _write(clip, text, position, strength, on_overflow, topic, where: str) -> tuple[str, int, str]:
    """The prompt of one text, its tokens and its report.

    Args:
        where: what an error begins with.
    """
    check_interrupt()
    try:
        whole, notes = meant(clip, text, topic, position, strength)
        prompt = comfy_encode.fit(clip, whole, on_overflow)
    except UserError as error:
        raise UserError(f"{where}{error}") from error
    notes += _strangers(topic, origin_of(clip)) if topic is not None else []
    if prompt != whole:
        notes.append(f"Left out to fit into one chunk: the end of {whole!r}.")
    tokens, chunks = comfy_encode.count(clip, prompt)
    for note in notes:
        log.warning("%s%s", where, note)
    return prompt, tokens, "\n".join([f"{tokens} tokens in {chunks} {'chunk' if chunks == 1 else 'chunks'}.", *notes])


def _strangers(loaded: topic_file.Topic, origin: Origin | None) -> list[str]:
    """Warnings where the topic names another encoder or tokenizer than the CLIP at hand."""
    warnings = []
    for part, words in (("text_encoder", "text encoder"), ("tokenizer", "tokenizer")):
        learned = loaded.metadata.get(part)
        if learned is None:
            continue
        if origin is None:
            warnings.append(f"Warning: {loaded.name} names its {words}, but this CLIP is not from Load Korean CLIP.")
        elif getattr(origin, part) != learned:
            warnings.append(
                f"Warning: {loaded.name} was learned against another {words} ({learned[:16]}, not "
                f"{getattr(origin, part)[:16]}): its vectors mean nothing here."
            )
    return warnings


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
    lesson = comfy_train.lesson(**settings)
    learned = comfy_train.learn(model, clip, vae, gather, lesson, folders.roots("embeddings")[0], resume)
    return io.NodeOutput(learned.topic, {"loss": learned.losses}, "\n".join(learned.report))
