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
from . import comfy_clip, comfy_english, comfy_sdxl, layout, shards, weights
from .comfy_part import Part, Source
from .origin import Origin


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
NONE = "none"
DTYPES = {"default": None, "float32": torch.float32, "float16": torch.float16}
SD1_WIDTH = 768


class LoadKoreanCLIP(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadKoreanCLIP",
            display_name="Load Korean CLIP",
            category="dancheong/korean",
            description="A Korean text encoder with its tokenizer as a CLIP for Stable Diffusion 1.x; two for SDXL.",
            search_aliases=["korean clip", "text encoder", "bingsu", "clip loader", "tokenizer", "sdxl", "dual clip"],
            inputs=[
                io.Combo.Input(
                    "text_encoder",
                    options=ENCODERS.names(),
                    tooltip="From models/text_encoders: a model's folder (it ends in /), or one weight file.",
                ),
                io.Combo.Input(
                    "tokenizer",
                    options=[layout.AUTO, comfy_english.NAME, *TOKENIZERS.names()],
                    tooltip="auto takes the tokenizer beside the weights; another must have the same vocabulary.",
                ),
                io.Combo.Input(
                    "dtype",
                    options=list(DTYPES),
                    advanced=True,
                    tooltip="How the weights are kept. float32 gives the most exact result and takes twice the memory.",
                ),
                io.Combo.Input(
                    "second_text_encoder",
                    options=[NONE, *ENCODERS.names()],
                    default=NONE,
                    optional=True,
                    tooltip="For SDXL: its second encoder (OpenCLIP ViT-bigG/14, width 1280), Korean or English.",
                ),
                io.Combo.Input(
                    "second_tokenizer",
                    options=[layout.AUTO, comfy_english.NAME, *TOKENIZERS.names()],
                    default=layout.AUTO,
                    optional=True,
                    tooltip="That of the second encoder; english is ComfyUI's own, for an encoder such as clip_g.",
                ),
            ],
            outputs=[
                io.Clip.Output(
                    display_name="clip", tooltip="For every node that takes a CLIP of Stable Diffusion 1.x, or of SDXL."
                ),
                io.String.Output(
                    display_name="report", tooltip="Vocabulary, special ids, layers, hashes, unknown share."
                ),
            ],
        )

    @classmethod
    def execute(
        cls, text_encoder, tokenizer, dtype, second_text_encoder=NONE, second_tokenizer=layout.AUTO
    ) -> io.NodeOutput:
        first = _source(text_encoder, tokenizer, dtype)
        if second_text_encoder != NONE:
            second = _source(second_text_encoder, second_tokenizer, dtype, comfy_english.SECOND_PAD)
            return io.NodeOutput(*_load_pair(first, second))
        clip, report = _load(first)
        if second_tokenizer != layout.AUTO:
            report += "\nNote: second_tokenizer is not used, as there is no second_text_encoder."
        return io.NodeOutput(clip, report)

    @classmethod
    def validate_inputs(cls, text_encoder=None, second_text_encoder=None) -> bool | str:
        first = ENCODERS.check(text_encoder)
        return first if first is not True or second_text_encoder == NONE else ENCODERS.check(second_text_encoder)

    @classmethod
    def fingerprint_inputs(
        cls, text_encoder, tokenizer, dtype, second_text_encoder=NONE, second_tokenizer=layout.AUTO
    ) -> str:
        chosen = [(text_encoder, tokenizer)]
        chosen += [] if second_text_encoder == NONE else [(second_text_encoder, second_tokenizer)]
        if any(None in pair for pair in chosen):
            return ENCODERS.stamp(None) + TOKENIZERS.stamp(None)
        unused = "" if second_tokenizer in (layout.AUTO, comfy_english.NAME) else TOKENIZERS.stamp(second_tokenizer)
        try:
            return "".join(_stamp(_source(*pair, dtype)) for pair in chosen) + unused
        except UserError as error:
            return str(error)  # the node says so itself when it runs


def _source(text_encoder, tokenizer, dtype, english_pad=None) -> Source:
    """
    Args:
        english_pad: what ComfyUI's own tokenizer pads with at this place; None for its end token.
    """
    choice = ENCODERS.path(text_encoder)
    file = layout.weights_of(choice)
    if tokenizer == comfy_english.NAME:
        return Source(file, layout.config_of(file), comfy_english.FOLDER, DTYPES[dtype], english_pad)
    words = layout.tokenizer_of(choice, file) if tokenizer == layout.AUTO else TOKENIZERS.path(tokenizer)
    return Source(file, layout.config_of(file), words, DTYPES[dtype])


def _stamp(source: Source) -> str:
    words = [source.tokenizer / name for name in layout.TOKENIZER]
    return stamp(*shards.files(source.weights), *words, *filter(None, [source.config]))


def _load(source: Source):
    clip, encoder, tokenizer, origin = comfy_clip.load(source)
    lines = _told(source, Part(encoder, tokenizer), origin)
    if encoder.width != SD1_WIDTH:
        lines.append(f"Note: Stable Diffusion 1.x reads encoders of width {SD1_WIDTH}, not {encoder.width}.")
    return clip, "\n".join(lines)


def _load_pair(first: Source, second: Source):
    clip, *parts = comfy_sdxl.load(first, second)
    lines = []
    for title, source, part in zip(("First encoder", "Second encoder"), (first, second), parts, strict=True):
        origin = Origin(part.encoder.fingerprint(), part.tokenizer.fingerprint())
        lines += [f"{title}:", *_told(source, part, origin)]
    widths = tuple(part.encoder.width for part in parts)
    if widths != comfy_sdxl.WIDTHS:
        lines.append("Note: SDXL reads encoders of width {} and {}, not {} and {}.".format(*comfy_sdxl.WIDTHS, *widths))
    return clip, "\n".join(lines)


def _told(source: Source, part: Part, origin: Origin) -> list[str]:
    """What the report says of one encoder and its tokenizer."""
    encoder, tokenizer = part.encoder, part.tokenizer
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
    return lines
