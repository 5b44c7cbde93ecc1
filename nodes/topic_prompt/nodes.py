"""The face of topic prompts."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import logging
import unicodedata

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.models import ModelFolder, listed, stamp
from ..host.progress import check_interrupt
from ..host.wires import TOPIC
from ..korean_clip import Origin, origin_of
from . import comfy_encode, comfy_many, save_file, topic_file
from .comfy_embeddings import Embeddings
from .comfy_meant import meant
from .comfy_trainers import TrainTopicDataset as TrainTopicDataset
from .comfy_trainers import TrainTopicPrompt as TrainTopicPrompt
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
