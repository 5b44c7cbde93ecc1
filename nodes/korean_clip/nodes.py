"""The face of the Korean CLIP."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.models import ModelFolder, stamp
from . import comfy_clip, layout, shards, weights


@dataclass(frozen=True)
class LaidOut(ModelFolder):
    """A model folder whose folders are offered too."""

    layout: Callable[[list[Path]], dict[str, Path]]
    """What the roots of the folder offer, by name."""

    def _offered(self) -> dict[str, Path]:
        return self.layout(folders.roots(self.folder))


ENCODERS = LaidOut(
    "text_encoders",
    "text encoder",
    "run `dancheong models get korean-sd`, or put a Korean CLIP with its tokenizer there",
    layout.encoders,
)
TOKENIZERS = LaidOut("text_encoders", "tokenizer", "put the encoder's own tokenizer there", layout.tokenizers)
DTYPES = {"default": None, "float32": torch.float32, "float16": torch.float16}
SD1_WIDTH = 768


class LoadKoreanCLIP(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadKoreanCLIP",
            display_name="Load Korean CLIP",
            category="dancheong/korean",
            description="A text encoder with its own Korean tokenizer, as a CLIP for Stable Diffusion 1.x.",
            search_aliases=["korean clip", "text encoder", "bingsu", "clip loader", "tokenizer"],
            inputs=[
                io.Combo.Input(
                    "text_encoder",
                    options=ENCODERS.names(),
                    tooltip="From models/text_encoders: a model's folder (it ends in /), or one weight file.",
                ),
                io.Combo.Input(
                    "tokenizer",
                    options=[layout.AUTO, *TOKENIZERS.names()],
                    tooltip="auto takes the tokenizer beside the weights; another must have the same vocabulary.",
                ),
                io.Combo.Input(
                    "dtype",
                    options=list(DTYPES),
                    advanced=True,
                    tooltip="How the weights are kept. float32 gives the most exact result and takes twice the memory.",
                ),
            ],
            outputs=[
                io.Clip.Output(
                    display_name="clip", tooltip="For every node that takes a CLIP of Stable Diffusion 1.x."
                ),
                io.String.Output(
                    display_name="report", tooltip="Vocabulary, special ids, layers, hashes, unknown share."
                ),
            ],
        )

    @classmethod
    def execute(cls, text_encoder, tokenizer, dtype) -> io.NodeOutput:
        return io.NodeOutput(*_load(_source(text_encoder, tokenizer, dtype)))

    @classmethod
    def validate_inputs(cls, text_encoder=None) -> bool | str:
        return ENCODERS.check(text_encoder)

    @classmethod
    def fingerprint_inputs(cls, text_encoder, tokenizer, dtype) -> str:
        if None in (text_encoder, tokenizer):
            return ENCODERS.stamp(None) + TOKENIZERS.stamp(None)
        try:
            source = _source(text_encoder, tokenizer, dtype)
        except UserError as error:
            return str(error)  # the node says so itself when it runs
        words = [source.tokenizer / name for name in layout.TOKENIZER]
        return stamp(*shards.files(source.weights), *words, *filter(None, [source.config]))


def _source(text_encoder, tokenizer, dtype) -> comfy_clip.Source:
    choice = ENCODERS.path(text_encoder)
    file = layout.weights_of(choice)
    words = layout.tokenizer_of(choice, file) if tokenizer == layout.AUTO else TOKENIZERS.path(tokenizer)
    return comfy_clip.Source(file, layout.config_of(file), words, DTYPES[dtype])


def _load(source: comfy_clip.Source):
    clip, encoder, tokenizer, origin = comfy_clip.load(source)
    special = tokenizer.special
    lines = [
        f"{source.weights.name}, tokenizer from {source.tokenizer.name}.",
        *(f"File SHA-256 {weights.file_hash(file)}." for file in shards.files(source.weights)),
        f"Vocabulary {encoder.vocabulary:,}; start {special.start}, end {special.end}, pad {special.pad}.",
        f"{encoder.layers} layers of width {encoder.width}, {encoder.heads} heads, {encoder.activation}, "
        f"{encoder.positions} positions.",
        f"Fingerprints, the same in every file layout: text encoder {origin.text_encoder[:16]}, tokenizer "
        f"{origin.tokenizer[:16]}.",
        f"Unknown pieces in a Korean sample: {tokenizer.unknown_share():.2%}; they are kept as plain bytes.",
        *(f"Note: {note}." for note in encoder.notes),
    ]
    if encoder.vocabulary > tokenizer.rows:
        lines.append(f"Note: {encoder.vocabulary - tokenizer.rows} rows beyond the tokenizer's pieces are padding.")
    if tokenizer.missing_bytes:
        lines.append(
            f"Note: {tokenizer.missing_bytes} of 256 bytes have no piece; a letter that has one of them loses it."
        )
    if encoder.width != SD1_WIDTH:
        lines.append(f"Note: Stable Diffusion 1.x reads encoders of width {SD1_WIDTH}, not {encoder.width}.")
    return clip, "\n".join(lines)
